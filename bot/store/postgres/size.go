package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Size is how many bytes a database has on its disk, with all its tables and indexes and without its log.
func Size(ctx context.Context, address string) (bytes int64, err error) {
	config, err := parse(address)
	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", Name(address), err)
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", Name(address), err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := conn.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&bytes); err != nil {
		return 0, fmt.Errorf("measure %s: %w", Name(address), err)
	}
	return bytes, nil
}
