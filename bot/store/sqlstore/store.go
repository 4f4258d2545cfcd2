// Package sqlstore keeps the state of conversations in tables, behind the interface of bot/engine: all SQL but the tables
// themselves, and what has to be done in which order. It opens nothing and knows no database; those do who use it, with a
// Database. Its SQL is what SQLite and PostgreSQL both understand, and texts are compared by their bytes.
package sqlstore

import (
	"context"
	"log/slog"
	"strings"

	"xiaoer/bot/engine"
)

// Options are what a store needs to know beside its database.
type Options struct {
	Logger *slog.Logger     // default: discards
	Keep   engine.Retention // how long what is kept; it must be valid
}

// A Store keeps everything in one database. Its methods are safe for concurrent use.
type Store struct {
	db     Database
	logger *slog.Logger
	keep   engine.Retention

	passed, turnsPassed lastPass
}

var _ engine.Store = (*Store)(nil)

// New keeps everything in a database whose tables are there.
func New(db Database, o Options) *Store {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Store{db: db, logger: o.Logger, keep: o.Keep.WithDefaults()}
}

// Queries are the texts that are read by again and again, for those who want to prepare them. Lists of cases are not among them.
func Queries() []string {
	return []string{
		selectTurn, selectTurnAndDesk, selectTrace, selectLately, selectReplies, selectUnread, selectNextDue, selectDue, selectDueFairly, selectPending, selectPendingFairly,
		selectTurnBody, selectTurns, selectTurnShops, selectAnswers, selectTraces, selectMark, selectConversations, selectParts, selectCase, selectChanged, selectLastChange, selectTally,
		selectGrants, selectGrantsOf, selectPresence, selectPauses, selectEntries,
		selectLetters, selectLettersIn, selectDeadLetters, selectDeliveries, selectWaiting, selectDead, selectOpen,
		selectTalks, selectBody, selectRecord, selectCasesOf, selectLateOf, selectLastTurn, selectTurnsOf, selectAnswer,
		selectDocument, selectDocuments, selectDocumentsOf,
	}
}

// probeSize is more than most turns write, so that a store whose room runs out says so before they are refused.
const probeSize = 64 << 10

// Ready writes a little and takes it back: it says whether a commit would be kept now.
func (s *Store) Ready(ctx context.Context) error {
	return s.db.Write(ctx, func(to Tx) error {
		if _, err := to.Exec(insertProbe, "ready", strings.Repeat(".", probeSize)); err != nil {
			return err
		}
		_, err := to.Exec(deleteProbe, "ready")
		return err
	})
}

// each runs a query and takes its rows one after the other.
func (s *Store) each(ctx context.Context, query string, args []any, take func(Row) error) error {
	return s.db.Read(ctx, query, args, take)
}

// passOver notes what cannot be read, so that somebody looks at it while all else goes on.
func (s *Store) passOver(what, shop, id string, err error) {
	s.logger.Error("pass over what cannot be read", "what", what, "shop", shop, "id", id, "err", err)
}
