package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// unfinished ends the name of a file that is not whole yet. Whoever finds one may throw it away.
const unfinished = ".unfinished"

// Backup writes all that is kept now to a new file, while turns go on. The file is readable for its owner only, and it is there
// when it is whole and was read again without a fault, or not at all. A file that is there is left alone (os.ErrExist).
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.writer.isClosed() {
		return errors.New("back up: the store is closed")
	}
	if err := s.backup(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, reason(ctx, err))
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) error {
	if err := mustBeFree(path); err != nil {
		return err
	}
	return replace(path, func(draft string) error {
		db, err := (&Options{Path: s.file, LockWait: time.Second}).pool(1)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, copyInto, draft)
		if err = errors.Join(err, db.Close()); err != nil {
			return err
		}
		if err := examine(ctx, draft); err != nil {
			return err
		}
		return mustBeFree(path)
	})
}

// mustBeFree is os.ErrExist when something has this name.
func mustBeFree(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return os.ErrExist
	case errors.Is(err, os.ErrNotExist):
		return nil
	default:
		return err
	}
}

// replace lets write fill a draft beside the file, for its owner only, and puts it in the file's place when that went well.
func replace(path string, write func(draft string) error) (err error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(whole), filepath.Base(whole)+".*"+unfinished)
	if err != nil {
		return err
	}
	draft := f.Name()
	defer func() {
		if err != nil {
			_ = os.Remove(draft) // the first error is the one to hear of
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := write(draft); err != nil {
		return err
	}
	if err := syncFile(draft); err != nil {
		return err
	}
	if err := os.Rename(draft, whole); err != nil {
		return err
	}
	return syncFile(filepath.Dir(whole))
}

// syncFile sees to it that a file, or the names in a folder, are on the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Restore puts a backup in the place of a store that nobody has open. The backup is copied and examined first; where anything is
// wrong, path is left as it was. A store that is there is replaced only when force says so (else os.ErrExist).
func Restore(ctx context.Context, backup, path string, force bool) error {
	if err := restore(ctx, backup, path, force); err != nil {
		return fmt.Errorf("restore %s to %s: %w", backup, path, reason(ctx, err))
	}
	return nil
}

func restore(ctx context.Context, backup, path string, force bool) error {
	if log, err := os.Stat(backup + "-wal"); err == nil && log.Size() > 0 {
		return errors.New("it is a store with a log of its own and not a backup; make one with xiaoer backup")
	}
	for _, name := range []string{path, path + "-wal"} {
		if err := mustBeFree(name); err != nil && !force {
			return err
		}
	}
	return replace(path, func(draft string) error {
		if err := copyFile(backup, draft); err != nil {
			return err
		}
		if err := examine(ctx, draft); err != nil {
			return err
		}
		return vacate(ctx, path)
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // it was only read
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// examine reads a whole file that nobody else has open, and says what is wrong with it.
func examine(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.Size() == 0 {
		return errors.New("it is empty")
	}
	if err := prepare(path); err != nil {
		return err
	}
	db, err := (&Options{Path: path, LockWait: time.Second}).pool(1, "query_only(1)")
	if err != nil {
		return err
	}
	return errors.Join(examineTables(ctx, db), db.Close())
}

func examineTables(ctx context.Context, db *sql.DB) error {
	var mark int64
	var fault string
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&mark); err != nil {
		return err
	}
	if mark != application {
		return errors.New("it is the database of another program")
	}
	steps, err := stepsOf(db)
	if err != nil {
		return err
	}
	kept, ours, err := steps.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read the version: %w", err)
	case kept > ours:
		return newer(kept, ours)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&fault); err != nil {
		return err
	}
	if fault != "ok" {
		return fmt.Errorf("it is damaged: %s", fault)
	}
	return nil
}

// vacate makes sure that nobody has the store open that is to be replaced, and takes its log away. What is damaged, or is no
// store, nobody can have open.
func vacate(ctx context.Context, path string) error {
	if err := mustBeFree(path); errors.Is(err, os.ErrExist) {
		if err := alone(ctx, path); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// alone fails while somebody else has the file open: then its journal cannot be changed.
func alone(ctx context.Context, path string) error {
	if err := prepare(path); err != nil {
		return nil //nolint:nilerr // it is no store
	}
	db, err := (&Options{Path: path, LockWait: time.Second}).pool(1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, leaveLog)
	err = errors.Join(err, db.Close())
	if isHeld(err) {
		return errors.New("somebody has it open; stop the server first")
	}
	return ctx.Err() // whatever else is wrong with it, it is replaced
}
