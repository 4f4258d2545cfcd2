package sqlite

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// oldStore makes a file of an older version, and a way to fill it.
func oldStore(t *testing.T, version int64) (path string, do func(query string, args ...any)) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "old.db")
	require.NoError(t, prepare(path))
	db, err := (&Options{Path: path, LockWait: time.Second}).pool(0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, claim(t.Context(), db))
	steps, err := stepsOf(db)
	require.NoError(t, err)
	_, err = steps.UpTo(t.Context(), version)
	require.NoError(t, err)
	return path, func(query string, args ...any) {
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
}

// TestWhoOpensANewFileWaitsForAnother: where another program writes to a file that has no log yet, SQLite says at once that it is locked.
func TestWhoOpensANewFileWaitsForAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	require.NoError(t, prepare(path))
	db, err := (&Options{Path: path, LockWait: time.Second}).pool(1)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, claim(t.Context(), db))
	other, err := db.Begin()
	require.NoError(t, err)

	_, err = Open(t.Context(), Options{Path: path, LockWait: 50 * time.Millisecond})
	require.ErrorContains(t, err, "another program holds the file")

	time.AfterFunc(200*time.Millisecond, func() { _ = other.Rollback() })
	s, err := Open(t.Context(), Options{Path: path, LockWait: time.Minute})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// TestOpenCasesOutliveTheUpgrade: agents find and act on what was handed over before cases had rows, and what was upgraded without
// them gets them too.
func TestOpenCasesOutliveTheUpgrade(t *testing.T) {
	t.Parallel()
	for _, version := range []int64{1, 2} {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			t.Parallel()
			path, do := oldStore(t, version)
			opened := time.UnixMilli(5e11).UTC()
			keep := func(id string, change func(*bot.Conversation)) {
				c := bot.NewConversation("s", id)
				c.Transcript = []bot.Line{{At: opened, From: "buyer", Text: "它坏了"}}
				change(&c)
				body, err := json.Marshal(c)
				require.NoError(t, err)
				do(`INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, waited, touched_at, body) VALUES ('s', ?, 4, 'b', '', '', 9, ?)`, id, string(body))
			}
			keep("waits", func(c *bot.Conversation) {
				c.Status = bot.StatusWaiting
				c.Case = &bot.Handoff{ID: "h-1", Number: 1, Team: "aftersales", OpenedAt: opened, Waiting: opened, Deadline: opened.Add(time.Minute), Assigned: "小王"}
				c.Tasks = []bot.Handoff{{ID: "h-2", Number: 2, Team: "lead", Task: true, OpenedAt: opened}}
			})
			keep("taken", func(c *bot.Conversation) {
				c.Status = bot.StatusAgent
				c.Case = &bot.Handoff{ID: "h-3", Number: 3, Agent: "小李", OpenedAt: opened}
			})
			keep("bot", func(*bot.Conversation) {})
			do(`INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, waited, touched_at, body) VALUES ('s', 'broken', 4, 'b', '', '', 9, '{"case":{')`)
			lines := 1
			if version == 2 { // an agent has acted on one of them since
				do(`INSERT INTO feeds (shop_id, seq) VALUES ('s', 7)`)
				do(`INSERT INTO handoffs (shop_id, id, number, conversation_id, buyer_id, team, stage, state, agent, deadline, waits, opened_at, change,
					changed_at, in_time, late, body, texts) VALUES ('s', 'h-3', 3, 'taken', 'b', '', '', 'agent', '小李', 9223372036854775807, 0, 0, 7, 0, 0, 0, '{"id":"h-3","note":1}', '{}')`)
				lines = 0
			}

			s := newStore(t, Options{Path: path})
			cases, err := s.Cases(t.Context(), desk.Query{Shops: []string{"s"}, Limit: 10, WithTexts: true})
			require.NoError(t, err)
			require.Len(t, cases, 3)
			states := map[string]desk.State{}
			for _, c := range cases {
				states[c.ID] = c.State
				if c.ID != "h-3" {
					require.Equal(t, "waits", c.Conversation)
					require.Equal(t, "它坏了", c.Transcript[0].Text)
				}
			}
			require.Equal(t, map[string]desk.State{"h-1": desk.Waiting, "h-2": desk.Task, "h-3": desk.Taken}, stored(t, s, states))
			require.Equal(t, "h-1", cases[0].ID, "what owes a reply comes first")
			tally, err := s.Tally(t.Context(), "s", opened, opened.Add(time.Hour))
			require.NoError(t, err)
			require.Equal(t, 1, tally.Overdue)
			mine, err := s.Cases(t.Context(), desk.Query{Shops: []string{"s"}, Agent: "小王", Limit: 10})
			require.NoError(t, err)
			require.Len(t, mine, 1)
			third, err := s.Case(t.Context(), "s", "h-3")
			require.NoError(t, err)
			require.Len(t, third.Transcript, lines, "a row that was there stays")
			last, err := s.LastChange(t.Context(), "s")
			require.NoError(t, err)
			changed, err := s.Changed(t.Context(), "s", 0, 10)
			require.NoError(t, err)
			require.Len(t, changed, 3)
			require.Equal(t, last, changed[2].Change)
		})
	}
}

// stored takes the state of a case from its column where its body says none.
func stored(t *testing.T, s *Store, states map[string]desk.State) map[string]desk.State {
	t.Helper()
	for id := range states {
		var state string
		require.NoError(t, s.db.reads.db.QueryRowContext(t.Context(), `SELECT state FROM handoffs WHERE id = $1`, id).Scan(&state))
		states[id] = desk.State(state)
	}
	return states
}

// TestStoreOfTheFirstVersionKnowsItsBuyers: what was kept before turns knew of one another is found, and erased, all the same.
func TestStoreOfTheFirstVersionKnowsItsBuyers(t *testing.T) {
	t.Parallel()
	path, do := oldStore(t, 1)
	for talk := range 3 {
		name := fmt.Sprint("c-", talk)
		do(`INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, waited, touched_at, body) VALUES ('s', ?, 4, ?, '', '', 9, '{}')`,
			name, fmt.Sprint("b-", talk/2))
		for n := range 4 {
			id := fmt.Sprintf("%d-%d", 3-n, talk) // not in the order of their ids
			turn, err := json.Marshal(engine.Recorded{
				ID: id, Key: engine.Key{Shop: "s", Conversation: name}, Events: []bot.Event{{Message: &bot.Message{ID: "m-" + id}}},
			})
			require.NoError(t, err)
			do(`INSERT INTO turns (shop_id, id, at, body) VALUES ('s', ?, ?, ?)`, id, n, string(turn))
			do(`INSERT INTO answers (shop_id, message_id, at, fingerprint, response) VALUES ('s', ?, 1, '', '{}')`, "m-"+id)
		}
	}
	s := newStore(t, Options{Path: path})
	kinds := func(buyer string) map[string]int {
		out := map[string]int{}
		require.NoError(t, s.Export(t.Context(), "s", buyer, func(kind string, _ []byte) error {
			out[kind]++
			return nil
		}))
		return out
	}
	require.Equal(t, map[string]int{"conversation": 2, "turn": 8, "answer": 8}, kinds("b-0"))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 4, "answer": 4}, kinds("b-1"))
	c := firstTurn(0)
	c.Key.Conversation, c.Version, c.Buyer = "c-0", 4, "b-0"
	c.Standing = s.standing(t, c.Key)
	c.Recorded = &engine.Recorded{ID: "new", Key: c.Key}
	require.NoError(t, s.Commit(t.Context(), c), "it goes on")
	pieces, err := s.Erase(t.Context(), "s", "b-0", desk.Entry{ID: "e", Shop: "s"})
	require.NoError(t, err)
	require.Equal(t, 19, pieces)
	require.Empty(t, kinds("b-0"))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 4, "answer": 4}, kinds("b-1"))
}

// TestTurnsStayLinkedWhateverTheClockSays: a turn that seems old is kept until those before it are forgotten, because the way to
// them leads over it.
func TestTurnsStayLinkedWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{Keep: engine.Retention{Texts: 10 * time.Hour, Answers: time.Hour}})
	now := time.UnixMilli(1e12)
	for n, at := range []time.Time{now, time.UnixMilli(0), now.Add(time.Hour), now.Add(2 * time.Hour)} {
		c := firstTurn(1)
		c.Version, c.Standing, c.Buyer, c.At = int64(n), s.standing(t, c.Key), "b", at
		c.Recorded = &engine.Recorded{ID: fmt.Sprint("t-", n), Key: c.Key, At: at}
		require.NoError(t, s.Commit(t.Context(), c))
	}
	turns := func() (n int) {
		require.NoError(t, s.Export(t.Context(), "s", "b", func(kind string, _ []byte) error {
			if kind == "turn" {
				n++
			}
			return nil
		}))
		return n
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{
		{0, 4},
		{10*time.Hour + time.Minute, 2}, // the first, and with it the one that seems old
		{11*time.Hour + time.Minute, 1},
		{13 * time.Hour, 0},
	} {
		require.NoError(t, s.Sweep(t.Context(), now.Add(step.after)))
		require.Equal(t, step.want, turns(), step.after)
	}
}

func TestOpenRefusesPeriodsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	_, err := Open(t.Context(), Options{Path: path, Keep: engine.Retention{Texts: -1}})
	require.ErrorContains(t, err, "negative")
	require.NoFileExists(t, path)
}

// TestAnswersOutliveTheUpgrade: a message that was answered before answers stood beside the turns gets the same answer after it, and its
// conversation goes on.
func TestAnswersOutliveTheUpgrade(t *testing.T) {
	t.Parallel()
	path, do := oldStore(t, 5)
	at := time.UnixMilli(1e12).UTC()
	do(`INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, waited, touched_at, body, last_turn)
		VALUES ('s', '1', 3, 'b', 'lead', '', ?, '{}', 't-3')`, at.UnixMilli())
	do(`INSERT INTO buyers (shop_id, buyer_id, conversation_id) VALUES ('s', 'b', '1')`)
	for n := 1; n <= 3; n++ {
		do(`INSERT INTO turns (shop_id, id, at, body, previous_id, message_id) VALUES ('s', ?, ?, ?, ?, ?)`, fmt.Sprint("t-", n), at.UnixMilli(),
			fmt.Sprintf(`{"id":"t-%d","before":{"shop":"s"},"events":[]}`, n), fmt.Sprint("t-", n-1), fmt.Sprint("m-", n))
	}
	for n, turn := range []string{"", "t-2", "t-3", "gone"} { // that of the first was forgotten long ago
		if n > 0 {
			do(`INSERT INTO answers (shop_id, message_id, at, fingerprint, response, turn_id) VALUES ('s', ?, ?, 'f', ?, ?)`, fmt.Sprint("m-", n+1), at.UnixMilli(),
				fmt.Sprint(n+1), turn)
		}
	}
	s := newStore(t, Options{Path: path})
	answer := func(n int) string {
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "1"}, Message: fmt.Sprint("m-", n)})
		require.NoError(t, err)
		require.Equal(t, engine.Standing{Buyer: "b", Waiting: "lead", Turn: "t-3", Since: time.UnixMilli(0).UTC(), Read: 1}, got.Standing)
		if got.Answered == nil {
			return ""
		}
		require.Equal(t, "f", got.Answered.Fingerprint)
		require.True(t, at.Equal(got.Answered.At))
		return string(got.Answered.Response)
	}
	for n, want := range []string{"", "", "2", "3", "4"} {
		require.Equal(t, want, answer(n))
	}
	for n := 1; n <= 3; n++ {
		led, err := s.Trace(t.Context(), "s", fmt.Sprint("t-", n))
		require.NoError(t, err)
		require.Len(t, led, 1, "it has its own state")
		require.Equal(t, "s", led[0].Before.Shop)
	}
	next := withBuyer(firstTurn(1), "b")
	next.Version, next.Standing = 3, s.standing(t, next.Key)
	next.Answered = &engine.Answered{Message: "m-4", Response: []byte("{}"), At: at}
	next.Recorded = &engine.Recorded{ID: "t-4", Key: next.Key, At: at, Events: []bot.Event{{Kind: bot.EventMessage}}}
	require.ErrorIs(t, s.Commit(t.Context(), next), engine.ErrStale, "it is answered")
	next.Answered.Message = "m-5"
	require.NoError(t, s.Commit(t.Context(), next))
	led, err := s.Trace(t.Context(), "s", "t-4")
	require.NoError(t, err)
	require.Len(t, led, 1, "nobody knows the book of the one before")

	require.NoError(t, s.Sweep(t.Context(), at.Add(engine.KeepAnswers+time.Minute)))
	for n := range 6 {
		got, err := s.Load(t.Context(), engine.Ask{Key: engine.Key{Shop: "s", Conversation: "2"}, Message: fmt.Sprint("m-", n)})
		require.NoError(t, err)
		require.Nil(t, got.Answered)
	}
	kinds := map[string]int{}
	require.NoError(t, s.Export(t.Context(), "s", "b", func(kind string, _ []byte) error {
		kinds[kind]++
		return nil
	}))
	require.Equal(t, map[string]int{"conversation": 1, "turn": 4}, kinds)
	require.NoError(t, s.Sweep(t.Context(), at.Add(engine.KeepTexts+48*time.Hour)))
	var left int
	require.NoError(t, s.db.reads.db.QueryRowContext(t.Context(), `SELECT count(*) FROM turns`).Scan(&left))
	require.Zero(t, left)
}
