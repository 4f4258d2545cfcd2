//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package sqlite

import (
	"errors"
	"os"
)

// lockFile has no locks to use here.
func lockFile(string) (*os.File, error) { return nil, errors.ErrUnsupported }
