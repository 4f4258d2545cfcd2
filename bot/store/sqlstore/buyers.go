package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// Export hands out everything that is kept of a buyer. It holds no snapshot: who is asked for may be slow to read.
func (s *Store) Export(ctx context.Context, shop, buyer string, take func(kind string, body []byte) error) error {
	talks, err := s.texts(ctx, selectTalks, shop, buyer)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := s.hand(ctx, take, "record", selectRecord, shop, buyer); err != nil {
		return err
	}
	for _, talk := range talks {
		if err := s.exportTalk(ctx, shop, talk, take); err != nil {
			return err
		}
	}
	return s.exportDocuments(ctx, shop, buyer, take)
}

func (s *Store) exportTalk(ctx context.Context, shop, talk string, take func(kind string, body []byte) error) error {
	if err := s.hand(ctx, take, "conversation", selectBody, shop, talk); err != nil {
		return err
	}
	if err := s.exportCases(ctx, shop, talk, take); err != nil {
		return err
	}
	if err := s.exportLate(ctx, shop, talk, take); err != nil {
		return err
	}
	turns, err := s.turnsOf(ctx, shop, talk)
	if err != nil {
		return fmt.Errorf("export turns: %w", err)
	}
	for _, turn := range turns {
		if err := s.hand(ctx, take, "turn", selectTurnBody, shop, turn); err != nil {
			return err
		}
		if err := s.exportAnswer(ctx, shop, turn, take); err != nil {
			return err
		}
	}
	return nil
}

// turnsOf follows a conversation's chain.
func (s *Store) turnsOf(ctx context.Context, shop, talk string) ([]string, error) {
	last, err := s.texts(ctx, selectLastTurn, shop, talk)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	return s.texts(ctx, selectTurnsOf, shop, last[0])
}

// exportCases hands out one case after the other, because each may have long texts.
func (s *Store) exportCases(ctx context.Context, shop, talk string, take func(kind string, body []byte) error) error {
	ids, err := s.texts(ctx, selectCasesOf, shop, talk)
	if err != nil {
		return fmt.Errorf("export cases: %w", err)
	}
	for _, id := range ids {
		var found []keptCase
		err := s.each(ctx, selectCase, []any{shop, id}, func(row Row) error {
			var w keptCase
			err := row.Scan(&w.shop, &w.id, &w.change, &w.body, &w.texts)
			found = append(found, w)
			return err
		})
		if err != nil {
			return fmt.Errorf("export a case: %w", err)
		}
		for i := range found {
			var one any
			if one, err = found[i].read(); err != nil {
				one = unreadable{found[i].body + found[i].texts}
			}
			if err := handJSON(take, "case", one); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportPage is how many late replies are held at once.
const exportPage = 50

func (s *Store) exportLate(ctx context.Context, shop, talk string, take func(kind string, body []byte) error) error {
	for after := int64(0); ; {
		var bodies []string
		err := s.each(ctx, selectLateOf, []any{shop, talk, after, exportPage}, func(row Row) error {
			var body string
			err := row.Scan(&after, &body)
			bodies = append(bodies, body)
			return err
		})
		if err != nil {
			return fmt.Errorf("export late replies: %w", err)
		}
		for _, body := range bodies {
			if err := handBody(take, "late_reply", body); err != nil {
				return err
			}
		}
		if len(bodies) < exportPage {
			return nil
		}
	}
}

func (s *Store) exportAnswer(ctx context.Context, shop, turn string, take func(kind string, body []byte) error) error {
	var found []engine.Exported
	err := s.each(ctx, selectAnswer, []any{shop, turn}, func(row Row) error {
		var at int64
		var message, response string
		err := row.Scan(&message, &at, &response)
		found = append(found, engine.Exported{Message: message, At: moment(at), Response: json.RawMessage(response)})
		return err
	})
	if err != nil {
		return fmt.Errorf("export an answer: %w", err)
	}
	for i := range found {
		if err := handJSON(take, "answer", found[i]); err != nil {
			return err
		}
	}
	return nil
}

// texts reads rows of one text.
func (s *Store) texts(ctx context.Context, query string, args ...any) (out []string, err error) {
	err = s.each(ctx, query, args, func(row Row) error {
		var text string
		err := row.Scan(&text)
		out = append(out, text)
		return err
	})
	return out, err
}

// hand hands out bodies, after they were read.
func (s *Store) hand(ctx context.Context, take func(kind string, body []byte) error, kind, query string, args ...any) error {
	bodies, err := s.texts(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("export a %s: %w", kind, err)
	}
	for _, body := range bodies {
		if err := handBody(take, kind, body); err != nil {
			return err
		}
	}
	return nil
}

// An unreadable piece is handed out as it is kept: it is the buyer's all the same.
type unreadable struct {
	Text string `json:"unreadable"`
}

func handBody(take func(kind string, body []byte) error, kind, body string) error {
	if !json.Valid([]byte(body)) {
		return handJSON(take, kind, unreadable{body})
	}
	return take(kind, []byte(body))
}

func handJSON(take func(kind string, body []byte) error, kind string, v any) error {
	body, err := text(kind, v)
	if err != nil {
		return err
	}
	return take(kind, []byte(body))
}

// Erase forgets everything of a buyer. When it returns nothing of it is found any more.
func (s *Store) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (pieces int, err error) {
	// No command writes a buyer's name into the audit any more. What older ones wrote is looked for beside the turns.
	mentions, err := s.texts(ctx, selectMentions, shop, buyer)
	if err != nil {
		return 0, fmt.Errorf("look for the buyer in the audit: %w", err)
	}
	err = s.db.Write(ctx, func(to Tx) error {
		if err := s.lock(to, lockTalksOf, shop, buyer); err != nil {
			return err
		}
		e := erasure{to: to, shop: shop, below: func() error { return s.db.Erased(to) }}
		if err := e.buyer(buyer, mentions); err != nil {
			return err
		}
		pieces = e.pieces
		by.On, by.Detail = "", strconv.Itoa(pieces)+" pieces"
		return keepEntry(to, by)
	})
	if err != nil {
		return 0, err
	}
	return pieces, nil
}

// An erasure counts what it forgets.
type erasure struct {
	to     Tx
	below  func() error // what the database does with what is erased
	shop   string
	pieces int
}

func (e *erasure) buyer(buyer string, mentions []string) error {
	talks, err := list(e.to, selectTalks, e.shop, buyer)
	if err != nil {
		return err
	}
	var chains []string
	for _, talk := range talks { // those at the desk change what others change too, so that comes before what takes long
		last, err := e.talk(talk)
		if err != nil {
			return err
		}
		chains = append(chains, last)
	}
	for _, last := range chains {
		if err := e.turns(last); err != nil {
			return err
		}
	}
	if err := e.record(buyer); err != nil {
		return err
	}
	if err := e.drop(eraseBuyersCases, buyer); err != nil {
		return err
	}
	if err := e.drop(eraseDocuments, buyer); err != nil {
		return err
	}
	parts, err := e.to.Exec(eraseParticipant, e.shop, buyer)
	if err != nil {
		return err
	}
	for _, id := range mentions {
		if _, err := e.to.Exec(eraseMention, e.shop, id); err != nil {
			return err
		}
	}
	if e.pieces+len(mentions) > 0 || parts > 0 {
		return e.below()
	}
	return nil
}

// drop forgets what is found in the shop under one more name or two.
func (e *erasure) drop(query string, names ...any) error {
	n, err := e.to.Exec(query, append([]any{e.shop}, names...)...)
	e.pieces += int(n)
	return err
}

func (e *erasure) record(buyer string) error {
	var version int64
	gone, err := returned(e.to, eraseRecord, []any{e.shop, buyer}, &version)
	if err != nil || !gone {
		return err
	}
	e.pieces++
	_, err = e.to.Exec(noteErased, e.shop, version)
	return err
}

// talk forgets one conversation, but for its turns, which are found by the last of them. It goes first, so that no turn of it is
// committed meanwhile.
func (e *erasure) talk(talk string) (last string, err error) {
	var version int64
	var waiting string
	gone, err := returned(e.to, eraseTalk, []any{e.shop, talk}, &version, &waiting, &last)
	if err != nil {
		return "", err
	}
	if gone {
		e.pieces++
		if _, err := e.to.Exec(noteErased, e.shop, version); err != nil {
			return "", err
		}
	}
	if waiting != "" {
		if _, err := e.to.Exec(leaveDesk, e.shop, waiting); err != nil {
			return "", err
		}
	}
	if err := e.drop(eraseCases, talk); err != nil {
		return "", err
	}
	return last, e.drop(deleteLate, talk)
}

// turns forgets a chain, by one statement however long it is. A turn and its answer count as two pieces.
func (e *erasure) turns(last string) error {
	if last == "" {
		return nil
	}
	return e.to.Query(eraseTurns, []any{e.shop, last}, func(row Row) error {
		var pieces int
		err := row.Scan(&pieces)
		e.pieces += pieces
		return err
	})
}
