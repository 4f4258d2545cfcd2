//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// errMissing means that this machine has no PostgreSQL.
var errMissing = errors.New("no PostgreSQL on this machine (Debian's package postgresql)")

// programs are those of a PostgreSQL, and who runs them.
type programs struct {
	dir      string
	uid, gid int // of somebody without rights, since the server refuses to be run by root; -1 for whoever runs the tests
}

// find looks for the programs: in PATH, and where Debian puts them.
func find() (programs, error) {
	p := programs{uid: -1, gid: -1}
	if path, err := exec.LookPath("initdb"); err == nil {
		p.dir = filepath.Dir(path)
	} else {
		all, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
		if err != nil || len(all) == 0 {
			return p, errMissing
		}
		p.dir = filepath.Dir(slices.MaxFunc(all, func(a, b string) int { return versionOf(a) - versionOf(b) }))
	}
	if os.Getuid() != 0 {
		return p, nil
	}
	return p, p.drop()
}

// versionOf is the main version in a path of Debian's, 0 for another path.
func versionOf(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// drop finds somebody without rights.
func (p *programs) drop() error {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(found.Uid)
		if err != nil {
			return err
		}
		gid, err := strconv.Atoi(found.Gid)
		if err != nil {
			return err
		}
		p.uid, p.gid = uid, gid
		return nil
	}
	return errors.New("there is neither a user postgres nor a user nobody to run PostgreSQL")
}

func (p *programs) path(program string) string { return filepath.Join(p.dir, program) }

// own gives a folder to who runs the programs.
func (p *programs) own(dir string) error {
	if err := os.Chown(dir, p.uid, p.gid); err != nil {
		return fmt.Errorf("give a folder away: %w", err)
	}
	return nil
}

func (p *programs) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, path, args...) //nolint:gosec // it is one of PostgreSQL's own
	c.Dir = "/"
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	// Of a group of its own, so that an interrupt at the terminal ends the tests, and they the server.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.uid >= 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(p.uid), Gid: uint32(p.gid)}
	}
	return c
}
