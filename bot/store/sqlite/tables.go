package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"xiaoer/bot/store/sqlstore"
)

// ownTables are those that hold nothing that would be kept elsewhere: what this file itself needs.
func ownTables() []string { return []string{"goose_db_version", "probes", "scrubs"} }

// Tables whose rows are worth keeping, with their columns.
const (
	selectTables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`

	selectColumns = `SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY name`
)

var _ sqlstore.Catalogue = (*database)(nil)

// Tables lists them by name.
func (d *database) Tables(ctx context.Context) ([]sqlstore.Table, error) {
	var out []sqlstore.Table
	err := d.Read(ctx, selectTables, nil, func(row sqlstore.Row) error {
		var t sqlstore.Table
		err := row.Scan(&t.Name)
		if !slices.Contains(ownTables(), t.Name) {
			out = append(out, t)
		}
		return err
	})
	for i := range out {
		if err == nil {
			err = d.columns(ctx, &out[i])
		}
	}
	slices.SortFunc(out, func(a, b sqlstore.Table) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func (d *database) columns(ctx context.Context, t *sqlstore.Table) error {
	keys := map[int]string{}
	err := d.Read(ctx, selectColumns, []any{t.Name}, func(row sqlstore.Row) error {
		var name, kind string
		var key int
		if err := row.Scan(&name, &kind, &key); err != nil {
			return err
		}
		if key > 0 {
			keys[key] = name
		}
		known, ok := map[string]sqlstore.Kind{"text": sqlstore.Text, "bigint": sqlstore.Number, "blob": sqlstore.Bytes}[kind]
		if !ok {
			return fmt.Errorf("the column %s of the table %s is a %s", name, t.Name, kind)
		}
		t.Columns = append(t.Columns, sqlstore.Column{Name: name, Kind: known})
		return nil
	})
	if err != nil {
		return err
	}
	for n := 1; n <= len(keys); n++ {
		t.Key = append(t.Key, keys[n])
	}
	return d.Read(ctx, "SELECT count(*) FROM "+t.Name, nil, func(row sqlstore.Row) error { return row.Scan(&t.About) })
}

// Alone is an error while somebody else has a file open that is there.
func Alone(ctx context.Context, path string) error {
	if err := alone(ctx, path); err != nil {
		return fmt.Errorf("open the store %s: %w", path, err)
	}
	return nil
}
