package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// lastID is after every id that a text may be.
const lastID = "\U0010ffff"

// Grants finds what a token gives.
func (s *Store) Grants(ctx context.Context, hash string) ([]desk.Grant, error) {
	return s.grants(ctx, selectGrants, hash)
}

// GrantsOf lists the tokens of a shop.
func (s *Store) GrantsOf(ctx context.Context, shop string) ([]desk.Grant, error) {
	return s.grants(ctx, selectGrantsOf, shop)
}

func (s *Store) grants(ctx context.Context, query, arg string) ([]desk.Grant, error) {
	out := []desk.Grant{}
	err := s.each(ctx, query, []any{arg}, func(row Row) error {
		var g desk.Grant
		var at int64
		var role string
		err := row.Scan(&g.ID, &g.Shop, &g.Agent, &role, &g.Hash, &at, &g.By)
		g.Role, g.At = desk.Role(role), moment(at)
		out = append(out, g)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return out, nil
}

// Grant keeps a token.
func (s *Store) Grant(ctx context.Context, g desk.Grant, by desk.Entry) error {
	return s.audited(ctx, by, func(to Tx) error {
		return changed(to.Exec(insertGrant, g.Shop, g.ID, g.Hash, g.Agent, string(g.Role), millis(g.At), g.By))
	})
}

// Revoke forgets a token.
func (s *Store) Revoke(ctx context.Context, shop, id string, by desk.Entry) error {
	return s.audited(ctx, by, func(to Tx) error { return found(to.Exec(deleteGrant, shop, id)) })
}

// Attend says that an agent is at the desk, or has left it.
func (s *Store) Attend(ctx context.Context, shop string, p desk.Presence) error {
	teams, err := text("presence", p.Teams)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(to Tx) error {
		_, err := to.Exec(upsertPresence, shop, p.Agent, teams, p.Ceiling, flag(p.Online), millis(p.Seen))
		return err
	})
}

// Attending lists all who have been at the desk.
func (s *Store) Attending(ctx context.Context, shop string) ([]desk.Presence, error) {
	out := []desk.Presence{}
	err := s.each(ctx, selectPresence, []any{shop}, func(row Row) error {
		var p desk.Presence
		var teams string
		var online, seen int64
		if err := row.Scan(&p.Agent, &teams, &p.Ceiling, &online, &seen, &p.Load); err != nil {
			return err
		}
		p.Online, p.Seen = online == 1, moment(seen)
		if err := read("presence", teams, &p.Teams); err != nil {
			s.passOver("presence", shop, p.Agent, err)
			return nil
		}
		out = append(out, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list who is at the desk: %w", err)
	}
	return out, nil
}

// Pause switches off.
func (s *Store) Pause(ctx context.Context, p desk.Pause, by desk.Entry) error {
	return s.audited(ctx, by, func(to Tx) error {
		_, err := to.Exec(upsertPause, p.Shop, p.Rule, p.By, millis(p.At), due(p.Until), p.Why)
		return err
	})
}

// Unpause switches on again.
func (s *Store) Unpause(ctx context.Context, shop, rule string, by desk.Entry) error {
	return s.audited(ctx, by, func(to Tx) error { return found(to.Exec(deletePause, shop, rule)) })
}

// Pauses lists what is switched off in a shop.
func (s *Store) Pauses(ctx context.Context, shop string) ([]desk.Pause, error) {
	out := []desk.Pause{}
	err := s.each(ctx, selectPauses, []any{shop}, func(row Row) error {
		var p desk.Pause
		var at int64
		var until sql.NullInt64
		err := row.Scan(&p.Shop, &p.Rule, &p.By, &at, &until, &p.Why)
		if p.At = moment(at); until.Valid {
			p.Until = moment(until.Int64)
		}
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list pauses: %w", err)
	}
	return out, nil
}

// Note keeps an entry about what changed nothing here.
func (s *Store) Note(ctx context.Context, by desk.Entry) error {
	return s.audited(ctx, by, func(Tx) error { return nil })
}

// Audit lists what was done in a shop, latest first.
func (s *Store) Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error) {
	if before == "" {
		before = lastID
	}
	out := []desk.Entry{}
	err := s.each(ctx, selectEntries, []any{shop, before, max(limit, 0)}, func(row Row) error {
		var e desk.Entry
		var at int64
		err := row.Scan(&e.ID, &e.Shop, &at, &e.Who, &e.What, &e.On, &e.Detail)
		e.At = moment(at)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the audit: %w", err)
	}
	return out, nil
}

// audited does something and keeps who did it, or neither.
func (s *Store) audited(ctx context.Context, by desk.Entry, do func(Tx) error) error {
	return s.db.Write(ctx, func(to Tx) error {
		if err := do(to); err != nil {
			return err
		}
		return keepEntry(to, by)
	})
}

func keepEntry(to Tx, e desk.Entry) error {
	_, err := to.Exec(insertEntry, entry(e)...)
	return err
}

// entry is what insertEntry asks for.
func entry(e desk.Entry) []any {
	return []any{e.Shop, e.ID, millis(e.At), e.Who, e.What, e.On, e.Detail}
}

// found is engine.ErrNotFound when a statement changed nothing.
func found(rows int64, err error) error {
	if err == nil && rows == 0 {
		return engine.ErrNotFound
	}
	return err
}

// here is since when an agent must have been seen to count as online: after it.
func here(now time.Time) int64 { return millis(now.Add(-desk.SeenFor)) }
