package sqlstore

import (
	"context"
	"slices"
	"time"

	"xiaoer/bot/desk"
)

// How much the upkeep looks at and forgets at once.
const (
	PassBatch  = passBatch
	SweepBatch = sweepBatch
)

// Texts are the texts of queries and changes whose cost must not grow with what is stored.
func Texts() []string {
	all := slices.DeleteFunc(Queries(), func(q string) bool { return q == selectOpen }) // it counts all that are open
	return append(all,
		updateConversation, continueConversation, putOff, updateRecord, leaveDesk, insertLate, tryLater, tryLeased, settleLate, settleLeased, promoteLate, acknowledgeLate, takeTimer, takeLate,
		clearAnswers, deleteTrace, deleteRecords, deleteSent, deleteUnread, selectUnserved, deleteConversation, deleteLate,
		deletePart, deleteCases, deleteEntries, deletePresence, resendLate, postponeLate,
		eraseTalk, eraseRecord, eraseCases, eraseBuyersCases, eraseTurns, eraseParticipant,
		updateDocument, deleteDocument, deleteDocuments, eraseDocuments,
	)
}

// Texts of lists.
const (
	InsertTurn        = insertTurn
	SelectLetters     = selectLetters
	SelectLettersIn   = selectLettersIn
	SelectDeadLetters = selectDeadLetters
	SelectMentions    = selectMentions
	EraseMention      = eraseMention
	DeleteSent        = deleteSent
)

// ListCases is the query of a list of cases.
func ListCases(q desk.Query) (string, []any) { return listCases(q) }

// SweepTraces says how many looks it took.
func (s *Store) SweepTraces(ctx context.Context, shop string, now time.Time) (looks int, err error) {
	return s.sweepTraces(ctx, shop, now)
}
