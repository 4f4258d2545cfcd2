package sqlite

import (
	"errors"
	"os"
	"syscall"
)

// ownSync: the writer syncs the log by itself, and SQLite need not.
const ownSync = true

// syncData waits until a file's data is on the disk, and of what describes the file only what is needed to read it again.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
