package sqlite

import (
	"context"
	"database/sql"
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

// A link of a conversation's chain: a turn, and the message that it answered.
type link struct{ turn, message string }

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
	var turns []link
	err := s.each(ctx, selectTurnsOf, []any{shop, talk}, func(row *sql.Rows) error {
		var t link
		err := row.Scan(&t.turn, &t.message)
		turns = append(turns, t)
		return err
	})
	if err != nil {
		return fmt.Errorf("export turns: %w", err)
	}
	for _, t := range turns {
		if err := s.hand(ctx, take, "turn", selectTrace, shop, t.turn); err != nil {
			return err
		}
		if err := s.exportAnswer(ctx, shop, t, take); err != nil {
			return err
		}
	}
	return nil
}

// exportCases hands out one case after the other, because each may have long texts.
func (s *Store) exportCases(ctx context.Context, shop, talk string, take func(kind string, body []byte) error) error {
	ids, err := s.texts(ctx, selectCasesOf, shop, talk)
	if err != nil {
		return fmt.Errorf("export cases: %w", err)
	}
	for _, id := range ids {
		var found []keptCase
		err := s.each(ctx, selectCase, []any{shop, id}, func(row *sql.Rows) error {
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
		err := s.each(ctx, selectLateOf, []any{shop, talk, after, exportPage}, func(row *sql.Rows) error {
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

func (s *Store) exportAnswer(ctx context.Context, shop string, of link, take func(kind string, body []byte) error) error {
	var found []engine.Exported
	err := s.each(ctx, selectAnswer, []any{shop, of.message, of.turn}, func(row *sql.Rows) error {
		var at int64
		var fingerprint, response string
		err := row.Scan(&at, &fingerprint, &response)
		found = append(found, engine.Exported{Message: of.message, At: moment(at), Response: json.RawMessage(response)})
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
	err = s.each(ctx, query, args, func(row *sql.Rows) error {
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

// Erase forgets everything of a buyer. When it returns nothing of it is found any more; where it stood in the file is overwritten
// beside the turns after that (see Scrub), also by the next process if this one ends.
func (s *Store) Erase(ctx context.Context, shop, buyer string, by desk.Entry) (pieces int, err error) {
	// No command writes a buyer's name into the audit any more. What older ones wrote is looked for beside the turns.
	mentions, err := s.texts(ctx, selectMentions, shop, buyer)
	if err != nil {
		return 0, fmt.Errorf("look for the buyer in the audit: %w", err)
	}
	err = s.writer.do(ctx, func(to *session) (err error) {
		pieces, err = erase(to, shop, buyer, mentions)
		if err != nil {
			return err
		}
		by.On, by.Detail = "", strconv.Itoa(pieces)+" pieces"
		return keepEntry(to, by)
	})
	if err != nil {
		return 0, err
	}
	s.scrubs.due()
	return pieces, nil
}

func erase(to *session, shop, buyer string, mentions []string) (pieces int, err error) {
	talks, err := to.list(selectTalks, shop, buyer)
	if err != nil {
		return 0, err
	}
	for _, talk := range talks {
		n, err := eraseOne(to, shop, talk)
		if err != nil {
			return 0, err
		}
		pieces += n
	}
	if _, err := to.exec(noteErasedRecord, shop, buyer); err != nil {
		return 0, err
	}
	for _, query := range []string{eraseBuyersCases, eraseRecord, eraseDocuments} {
		n, err := to.exec(query, shop, buyer)
		if err != nil {
			return 0, err
		}
		pieces += int(n)
	}
	parts, err := to.exec(eraseParticipant, shop, buyer)
	if err != nil {
		return 0, err
	}
	for _, id := range mentions {
		if _, err := to.exec(eraseMention, shop, id); err != nil {
			return 0, err
		}
	}
	if pieces+len(mentions) > 0 || parts > 0 {
		_, err = to.exec(wantScrub)
	}
	return pieces, err
}

// eraseOne forgets one conversation. Its turns are found before it goes, and the answers by the turns.
func eraseOne(to *session, shop, talk string) (pieces int, err error) {
	drop := func(query string, args ...any) {
		if err == nil {
			var n int64
			n, err = to.exec(query, append([]any{shop}, args...)...)
			pieces += int(n)
		}
	}
	turns, err := to.links(selectTurnsOf, shop, talk)
	if err != nil {
		return 0, err
	}
	for _, t := range turns {
		drop(eraseTurn, t.turn)
		drop(eraseAnswer, t.message, t.turn)
	}
	drop(eraseCases, talk)
	drop(deleteLate, talk)
	if err != nil {
		return 0, err
	}
	if _, err := to.exec(noteErasedTalk, shop, talk); err != nil {
		return 0, err
	}
	waiting, gone, err := to.returned(eraseTalk, shop, talk)
	if err != nil || !gone {
		return pieces, err
	}
	return pieces + 1, moveDesk(to, shop, waiting, "")
}
