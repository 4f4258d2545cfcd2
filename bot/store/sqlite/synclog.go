package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// A syncedLog is SQLite's log, which the writer syncs itself after each commit. SQLite would do it with fsync, which makes the file
// system commit its own journal too, and with it whatever others are writing; the log is written over and over in place, so
// that its data is all that has to reach the disk. SQLite still syncs where the log begins anew and before and after it
// is carried over.
type syncedLog struct {
	path string
	data func(*os.File) error // waits until a file's data is on the disk
	file *os.File
	info os.FileInfo
}

// sync returns when everything that was committed is on the disk.
func (l *syncedLog) sync() error {
	if err := l.open(); err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	if err := l.data(l.file); err != nil {
		return fmt.Errorf("sync the log: %w", errors.Join(err, l.close()))
	}
	return nil
}

// open sees to it that the file is the one that SQLite writes to: it makes another one when all connections were closed.
func (l *syncedLog) open() error {
	now, err := os.Stat(l.path)
	if err != nil {
		return err
	}
	if l.file != nil && os.SameFile(l.info, now) {
		return nil
	}
	if err := l.close(); err != nil {
		return err
	}
	if l.file, err = os.OpenFile(l.path, os.O_RDWR, 0); err != nil {
		return err
	}
	l.info, err = l.file.Stat()
	return err
}

func (l *syncedLog) close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file, l.info = nil, nil
	return err
}
