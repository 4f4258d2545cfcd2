package sqlite

import (
	"context"
	"fmt"

	"xiaoer/bot/store/sqlstore"
)

// schema is how SQLite is asked for the tables whose rows are worth keeping. It knows of no table how many rows it has without counting them.
func schema() *sqlstore.Schema {
	return &sqlstore.Schema{
		Tables:  `SELECT name, -1 FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
		Columns: `SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY name`,
		Kinds:   map[string]sqlstore.Kind{"text": sqlstore.Text, "bigint": sqlstore.Number, "blob": sqlstore.Bytes},
		Own:     []string{"goose_db_version", "probes", "scrubs"},
	}
}

var _ sqlstore.Catalogue = (*database)(nil)

// Tables lists them by name, and counts their rows.
func (d *database) Tables(ctx context.Context) ([]sqlstore.Table, error) {
	out, err := schema().Catalogue(ctx, d)
	for i := range out {
		count := func(row sqlstore.Row) error { return row.Scan(&out[i].About) }
		if err := d.Read(ctx, "SELECT count(*) FROM "+out[i].Name, nil, count); err != nil {
			return nil, err
		}
	}
	return out, err
}

// Alone is an error while somebody else has a file open that is there.
func Alone(ctx context.Context, path string) error {
	if err := alone(ctx, path); err != nil {
		return fmt.Errorf("open the store %s: %w", path, err)
	}
	return nil
}
