package postgres

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"xiaoer/bot/store/sqlstore"
)

// probeSize is more than most turns write, so that a database whose room runs out says so before they are refused.
const probeSize = 64 << 10

// probe keeps something under a name that no other process uses, and forgets it.
func (d *database) probe(ctx context.Context) error {
	id := uuid.NewString()
	return d.Commit(ctx, []sqlstore.Statement{
		{SQL: `INSERT INTO probes (id, filler) VALUES ($1, $2)`, Args: []any{id, strings.Repeat(".", probeSize)}},
		{SQL: `DELETE FROM probes WHERE id = $1`, Args: []any{id}, MustChange: true},
	})
}
