package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// application marks the file as one of ours ("xiao" in ASCII): a database of another program is left alone.
const application = 0x7869616f

// migrate brings the tables to this program's version, if it may. A file of a newer version is refused and left as it is. Another program
// that opens the same new file may be quicker: then SQLite does not wait for the lock, whatever it was told, and so it is tried again
// for as long.
func migrate(ctx context.Context, db *sql.DB, may bool, lockWait time.Duration) error {
	steps, err := stepsOf(db)
	if err != nil {
		return err
	}
	began := time.Now()
	for tries := 1; ; tries++ {
		var done bool
		if done, err = climb(ctx, steps, may); done || tries >= migrateTries && time.Since(began) >= lockWait {
			return err
		}
		select {
		case <-time.After(migratePause):
		case <-ctx.Done():
			return err
		}
	}
}

// stepsOf are the migrations, as they apply to a database.
func stepsOf(db *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(fillVersion, &goose.GoFunc{RunTx: fillCases}, nil)))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return steps, nil
}

func newer(kept, ours int64) error {
	return fmt.Errorf("it is of version %d and this program knows up to %d; use a newer program", kept, ours)
}

func older(kept, ours int64) error {
	return fmt.Errorf("it is of version %d and this program works with version %d; start the server of this version first, which brings it there", kept, ours)
}

// A migration is tried so often at least, and not at once again.
const (
	migrateTries = 5
	migratePause = 10 * time.Millisecond
)

// climb brings the tables to this program's version; done is false when it may be tried again.
func climb(ctx context.Context, steps *goose.Provider, may bool) (done bool, err error) {
	kept, ours, err := steps.GetVersions(ctx)
	switch {
	case err != nil:
		return false, fmt.Errorf("read the version: %w", err)
	case kept > ours:
		return true, newer(kept, ours)
	case kept == ours:
		return true, nil
	case !may:
		return true, older(kept, ours)
	}
	if _, err := steps.Up(ctx); err != nil {
		return false, fmt.Errorf("bring it to version %d: %w", ours, err)
	}
	return true, nil
}

// claim marks an empty database as ours and refuses that of another program.
func claim(ctx context.Context, db *sql.DB) error {
	var mark, tables int64
	// Who makes tables has marked the file before: the mark that is read after them is true of them.
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&mark); err != nil {
		return err
	}
	if mark == application {
		return nil
	}
	if mark != 0 || tables > 0 {
		return errors.New("it is the database of another program")
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, application))
	return err
}
