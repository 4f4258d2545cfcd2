package sqlite

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
	err := s.each(ctx, query, []any{arg}, func(row *sql.Rows) error {
		var g desk.Grant
		var at int64
		err := row.Scan(&g.ID, &g.Shop, &g.Agent, &g.Role, &g.Hash, &at, &g.By)
		g.At = moment(at)
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
	return s.audited(ctx, by, func(to *session) error {
		return changed(to.exec(insertGrant, g.Shop, g.ID, g.Hash, g.Agent, string(g.Role), millis(g.At), g.By))
	})
}

// Revoke forgets a token.
func (s *Store) Revoke(ctx context.Context, shop, id string, by desk.Entry) error {
	return s.audited(ctx, by, func(to *session) error { return found(to.exec(deleteGrant, shop, id)) })
}

// Attend says that an agent is at the desk, or has left it.
func (s *Store) Attend(ctx context.Context, shop string, p desk.Presence) error {
	teams, err := text("presence", p.Teams)
	if err != nil {
		return err
	}
	return s.writer.do(ctx, func(to *session) error {
		_, err := to.exec(upsertPresence, shop, p.Agent, teams, p.Ceiling, flag(p.Online), millis(p.Seen))
		return err
	})
}

// Attending lists all who have been at the desk.
func (s *Store) Attending(ctx context.Context, shop string) ([]desk.Presence, error) {
	out := []desk.Presence{}
	err := s.each(ctx, selectPresence, []any{shop}, func(row *sql.Rows) error {
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
	return s.audited(ctx, by, func(to *session) error {
		_, err := to.exec(upsertPause, p.Shop, p.Rule, p.By, millis(p.At), due(p.Until), p.Why)
		return err
	})
}

// Unpause switches on again.
func (s *Store) Unpause(ctx context.Context, shop, rule string, by desk.Entry) error {
	return s.audited(ctx, by, func(to *session) error { return found(to.exec(deletePause, shop, rule)) })
}

// Pauses lists what is switched off in a shop.
func (s *Store) Pauses(ctx context.Context, shop string) ([]desk.Pause, error) {
	out := []desk.Pause{}
	err := s.each(ctx, selectPauses, []any{shop}, func(row *sql.Rows) error {
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
	return s.audited(ctx, by, func(*session) error { return nil })
}

// Audit lists what was done in a shop, latest first.
func (s *Store) Audit(ctx context.Context, shop, before string, limit int) ([]desk.Entry, error) {
	if before == "" {
		before = lastID
	}
	out := []desk.Entry{}
	err := s.each(ctx, selectEntries, []any{shop, before, max(limit, 0)}, func(row *sql.Rows) error {
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
func (s *Store) audited(ctx context.Context, by desk.Entry, do func(*session) error) error {
	return s.writer.do(ctx, func(to *session) error {
		if err := do(to); err != nil {
			return err
		}
		return keepEntry(to, by)
	})
}

func keepEntry(to *session, e desk.Entry) error {
	_, err := to.exec(insertEntry, e.Shop, e.ID, millis(e.At), e.Who, e.What, e.On, e.Detail)
	return err
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
