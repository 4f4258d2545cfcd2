package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"xiaoer/bot/store/sqlstore"
)

// schema is how PostgreSQL is asked for the tables whose rows are worth keeping. reltuples is an estimate, below 0 where there was none yet.
func schema() *sqlstore.Schema {
	return &sqlstore.Schema{
		Tables: `
SELECT c.relname, c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
		Columns: `
SELECT a.attname::text, format_type(a.atttypid, NULL), coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname::text COLLATE "C"`,
		Kinds: map[string]sqlstore.Kind{"text": sqlstore.Text, "bigint": sqlstore.Number, "bytea": sqlstore.Bytes},
		Own:   []string{"goose_db_version", "probes", "compatible"},
	}
}

const selectOthers = `
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()`

// Whoever follows a store shares a lock with all who do, whatever name his connections have; a move asks whether it is free. It is of the
// schema, since a database may hold several stores.
const (
	servedKey  = `hashtextextended('xiaoer is served in ' || coalesce(current_schema(), ''), 0)`
	lockServed = `SELECT pg_advisory_lock_shared(` + servedKey + `)`
	isFree     = `SELECT pg_try_advisory_lock(` + servedKey + `)` // until the connection ends
)

var _ sqlstore.Catalogue = (*database)(nil)

// Tables lists them by name.
func (d *database) Tables(ctx context.Context) ([]sqlstore.Table, error) {
	return schema().Catalogue(ctx, d)
}

// Alone is an error while somebody else of this program is connected to a database, or serves from it under another name.
func Alone(ctx context.Context, address string) (err error) {
	config, err := parse(address)
	if err != nil {
		return fmt.Errorf("open the store %s: %w", Name(address), err)
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return fmt.Errorf("open the store %s: %w", Name(address), explain(ctx, err))
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	others, err := stayingOthers(ctx, conn)
	if err != nil {
		return fmt.Errorf("ask who is connected: %w", explain(ctx, err))
	}
	if others > 0 {
		return fmt.Errorf("open the store %s: somebody has it open, by %d connections; stop the servers first", Name(address), others)
	}
	var free bool
	if err := conn.QueryRow(ctx, isFree).Scan(&free); err != nil {
		return fmt.Errorf("ask who serves from it: %w", explain(ctx, err))
	}
	if !free {
		return fmt.Errorf("open the store %s: somebody serves from it; stop the servers first", Name(address))
	}
	return nil
}

// How long the database may need to let go of connections that were closed, and how often it is asked.
const (
	lingering = 3 * time.Second
	askAgain  = 50 * time.Millisecond
)

// stayingOthers counts the other connections of this program that do not go away: those of one that has just ended are seen for a moment.
func stayingOthers(ctx context.Context, conn *pgx.Conn) (others int, err error) {
	for waited := time.Duration(0); ; waited += askAgain {
		if err := conn.QueryRow(ctx, selectOthers).Scan(&others); err != nil || others == 0 || waited >= lingering {
			return others, err
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return others, context.Cause(ctx)
		}
	}
}
