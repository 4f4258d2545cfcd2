//go:build !linux

package sqlite

import "os"

// ownSync: here SQLite syncs each commit.
const ownSync = false

func syncData(f *os.File) error { return f.Sync() }
