package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"xiaoer/bot/engine"
)

// codeOf is SQLite's primary result code, 0 for other errors.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// isHeld is whether somebody else has the file.
func isHeld(err error) bool {
	code := codeOf(err)
	return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED
}

// explain says in the words of the engine, and of whoever reads the log, what SQLite said.
func explain(err error) error {
	switch codeOf(err) {
	case lib.SQLITE_FULL:
		return fmt.Errorf("%w: %w", engine.ErrFull, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("another program holds the file: %w", err)
	case lib.SQLITE_NOTADB, lib.SQLITE_CORRUPT:
		return fmt.Errorf("it is no database, or a damaged one: %w", err)
	case lib.SQLITE_INTERRUPT:
		return fmt.Errorf("%w: %w", context.Canceled, err)
	default:
		return err
	}
}
