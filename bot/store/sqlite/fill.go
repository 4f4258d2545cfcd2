package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// fillVersion is the version of the tables from which on all cases have rows: they stood in the conversations only before.
const fillVersion = 4

// fillPage is how many conversations are read at once.
const fillPage = 200

// The SQL of this step is its own: it is for the tables as they were then.
const (
	selectUnfilled = `
SELECT shop_id, id, buyer_id, touched_at, body FROM conversations
WHERE (shop_id, id) > ($1, $2) AND (body LIKE '%"case":{%' OR body LIKE '%"tasks":[%') ORDER BY shop_id, id LIMIT $3`

	selectFilled = `SELECT count(*) FROM handoffs WHERE shop_id = $1 AND id = $2`

	bumpFilled = `
INSERT INTO feeds (shop_id, seq) VALUES ($1, 1) ON CONFLICT (shop_id) DO UPDATE SET seq = feeds.seq + 1 RETURNING seq`

	insertFilled = `
INSERT INTO handoffs (shop_id, id, number, conversation_id, buyer_id, team, stage, state, agent, deadline, waits,
	opened_at, closed_at, change, changed_at, in_time, late, body, texts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $15, $16, $17, $18)`
)

// An unfilled conversation may have cases without rows.
type unfilled struct {
	engine.Key
	buyer, body string
	touched     int64
}

// fillCases gives each case that an agent waits for or has, and each task, the row that lists and acts are made by.
func fillCases(ctx context.Context, tx *sql.Tx) error {
	var last engine.Key
	for {
		page, err := unfilledAfter(ctx, tx, last)
		if err != nil {
			return err
		}
		for i := range page {
			last = page[i].Key
			if err := page[i].fill(ctx, tx); err != nil {
				return err
			}
		}
		if len(page) < fillPage {
			return nil
		}
	}
}

func unfilledAfter(ctx context.Context, tx *sql.Tx, last engine.Key) (page []unfilled, err error) {
	rows, err := tx.QueryContext(ctx, selectUnfilled, last.Shop, last.Conversation, fillPage)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	for rows.Next() {
		var u unfilled
		if err := rows.Scan(&u.Shop, &u.Conversation, &u.buyer, &u.touched, &u.body); err != nil {
			return nil, err
		}
		page = append(page, u)
	}
	return page, rows.Err()
}

func (u *unfilled) fill(ctx context.Context, tx *sql.Tx) error {
	var c bot.Conversation
	if json.Unmarshal([]byte(u.body), &c) != nil {
		return nil // nobody can read it, so no agent can act on it
	}
	open := c.Tasks
	if c.Case != nil {
		open = append(open, *c.Case)
	}
	commit := engine.Commit{Key: u.Key, Buyer: u.buyer}
	for _, h := range open {
		h.Transcript = c.Transcript
		commit.Cases = append(commit.Cases, desk.Case{
			State: desk.StateOf(&h, c.Status), ChangedAt: time.UnixMilli(u.touched).UTC(), Handoff: h,
			Counted: c.Clock.Counted && c.Case != nil && c.Case.ID == h.ID,
		})
	}
	cases, err := sqlstore.CaseRows(commit)
	if err != nil {
		return err
	}
	for i := range cases {
		if err := fillCase(ctx, tx, &cases[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillCase keeps a case that has no row yet.
func fillCase(ctx context.Context, tx *sql.Tx, c *sqlstore.CaseRow) error {
	var there int
	if err := tx.QueryRowContext(ctx, selectFilled, c.Shop, c.ID).Scan(&there); err != nil {
		return err
	}
	if there > 0 || c.ID == "" || c.State == desk.Closed {
		return nil
	}
	var change int64
	if err := tx.QueryRowContext(ctx, bumpFilled, c.Shop).Scan(&change); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, insertFilled, c.Shop, c.ID, c.Number, c.Conversation, c.Buyer, c.Team, c.Stage, string(c.State), c.Agent,
		c.ByDeadline, c.Waits, c.OpenedAt.UnixMilli(), change, c.ChangedAt.UnixMilli(), c.InTime, c.Late, c.Body, c.Texts)
	return err
}
