package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// application marks the file as one of ours ("xiao" in ASCII): a database of another program is left alone.
const application = 0x7869616f

// migrate brings the tables to this program's version. A file of a newer version is refused and left as it is.
func migrate(ctx context.Context, db *sql.DB) error {
	if err := claim(ctx, db); err != nil {
		return err
	}
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	kept, ours, err := steps.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	switch {
	case kept > ours:
		return fmt.Errorf("it is of version %d and this program knows up to %d; use a newer program", kept, ours)
	case kept == ours:
		return nil
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("bring it to version %d: %w", ours, err)
	}
	return nil
}

// claim marks an empty database as ours and refuses that of another program.
func claim(ctx context.Context, db *sql.DB) error {
	var mark, tables int64
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&mark); err != nil {
		return err
	}
	if mark == application {
		return nil
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return err
	}
	if mark != 0 || tables > 0 {
		return fmt.Errorf("it is the database of another program")
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, application))
	return err
}
