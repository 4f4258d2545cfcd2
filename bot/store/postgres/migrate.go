package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// The migrations are safe beside processes that go on: each of them only adds what programs that do not know of it can do without
// ("expand"), or takes away what the programs that are named by the table compatible do not use any more ("contract"). So a new
// version is rolled out by replacing one process after the other, and what it leaves behind is cleared away by a version after it.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrateLock is the number of the lock that the one who migrates holds.
const migrateLock = 0x7869616f6572 // "xiaoer" in ASCII

// migratePatience is how long one statement of a migration may take, or wait for others.
const migratePatience = 10 * time.Minute

// migrate brings the tables to this program's version, if it may.
func migrate(ctx context.Context, config *pgx.ConnConfig, logger *slog.Logger, may bool) (err error) {
	config = config.Copy()
	config.RuntimeParams["statement_timeout"] = strconv.FormatInt(migratePatience.Milliseconds(), 10)
	config.RuntimeParams["lock_timeout"] = "0"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectPostgres, db, folder, goose.WithDisableGlobalRegistry(true), goose.WithSessionLocker(locker{}))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	kept, err := keptVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	sources := steps.ListSources()
	ours := sources[len(sources)-1].Version
	switch {
	case kept == ours:
		return nil
	case kept > ours:
		return beside(ctx, db, kept, ours, logger)
	case !may && kept == 0:
		return errors.New("it has no tables: no server has begun it yet")
	case !may:
		return fmt.Errorf("it is of version %d and this program works with version %d; start the server of this version first, which brings it there", kept, ours)
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("bring it to version %d: %w", ours, err)
	}
	return nil
}

// keptVersion is the version of the tables, 0 where there are none.
func keptVersion(ctx context.Context, db *sql.DB) (version int64, err error) {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

// beside lets a program use newer tables where those who made them have said that it may.
func beside(ctx context.Context, db *sql.DB, kept, ours int64, logger *slog.Logger) error {
	var oldest int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM compatible`).Scan(&oldest); err != nil {
		return fmt.Errorf("read which programs may use it: %w", err)
	}
	if ours < oldest {
		return fmt.Errorf("it is of version %d, which programs that know version %d and later may use, and this one knows up to %d; use a newer program",
			kept, oldest, ours)
	}
	logger.Warn("the store is of a newer version and may be used still; use a newer program soon", "store_version", kept, "known_version", ours)
	return nil
}

// A locker lets one process migrate at a time; the others wait for it, and find that there is nothing left to do.
type locker struct{}

// SessionLock waits until nobody else migrates.
func (locker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrateLock)
	return err
}

// SessionUnlock lets the next one go on.
func (locker) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, migrateLock)
	return err
}
