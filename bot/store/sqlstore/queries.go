package sqlstore

// All SQL of the store but its tables. It is written for SQLite and PostgreSQL alike.

// Reading.
const (
	// selectTurn is the one read of a turn: each row says in its first column what it is (see the kinds in load.go).
	// $1 shop, $2 conversation, $3 buyer or '' for the conversation's own, $4 message or ''.
	selectTurn = `
SELECT 1, version, since_at, steps, coalesce(due_at, 0), buyer_id, waiting, last_turn, last_book, body FROM conversations WHERE shop_id = $1 AND id = $2
UNION ALL
SELECT 2, version, 0, 0, 0, '', '', '', '', body FROM records WHERE shop_id = $1 AND buyer_id = coalesce(nullif($3, ''),
	(SELECT buyer_id FROM conversations WHERE shop_id = $1 AND id = $2)) AND buyer_id <> ''
UNION ALL
SELECT 3, 0, at, 0, 0, fingerprint, '', '', '', response FROM turns WHERE shop_id = $1 AND message_id = $4 AND response IS NOT NULL`

	// selectTurnAndDesk is selectTurn with the shop's desk. $5 since when an agent must have been seen to be here, $6 now.
	selectTurnAndDesk = selectTurn + `
UNION ALL
SELECT 4, coalesce(max(number), 0) + 1, 0, 0, 0, '', '', '', '', '' FROM numbers WHERE shop_id = $1
UNION ALL
SELECT 5, conversations, 0, 0, 0, team, '', '', '', '' FROM waiting WHERE shop_id = $1 AND conversations > 0
UNION ALL
SELECT 6, p.ceiling, ` + loadOf + `, 0, 0, p.agent, '', '', '', p.teams FROM presence p WHERE p.shop_id = $1 AND p.online = 1 AND p.seen_at > $5
UNION ALL
SELECT 7, 0, 0, 0, 0, rule, '', '', '', '' FROM pauses WHERE shop_id = $1 AND (until_at IS NULL OR until_at > $6)`

	// selectTrace goes back from a turn to the last one that is kept with the state before it.
	selectTrace = `
WITH RECURSIVE chain (id, previous_id, whole, steps) AS (
	SELECT t.id, t.previous_id, t.whole, 1 FROM turns t WHERE t.shop_id = $1 AND t.id = $2
	UNION ALL
	SELECT t.id, t.previous_id, t.whole, n.steps + 1 FROM chain n JOIN turns t ON t.shop_id = $1 AND t.id = n.previous_id
	WHERE n.whole = 0 AND n.steps < $3
)
SELECT t.body FROM chain n JOIN turns t ON t.shop_id = $1 AND t.id = n.id ORDER BY n.steps DESC`

	// selectLately goes back over the turns of conversation $2 that were not before $4, at most $3 of them.
	selectLately = `
WITH RECURSIVE chain (id, previous_id, steps) AS (
	SELECT t.id, t.previous_id, 1 FROM conversations c JOIN turns t ON t.shop_id = c.shop_id AND t.id = c.last_turn
	WHERE c.shop_id = $1 AND c.id = $2 AND t.at >= $4
	UNION ALL
	SELECT t.id, t.previous_id, n.steps + 1 FROM chain n JOIN turns t ON t.shop_id = $1 AND t.id = n.previous_id
	WHERE n.steps < $3 AND t.at >= $4 AND t.id <> n.id
)
SELECT t.body FROM chain n JOIN turns t ON t.shop_id = $1 AND t.id = n.id ORDER BY n.steps`

	selectTurnBody = `SELECT body FROM turns WHERE shop_id = $1 AND id = $2`

	// selectTurns: ids from $2 until before $3, times from $4 until before $5.
	selectTurns = `
SELECT body FROM turns WHERE shop_id = $1 AND id >= $2 AND id < $3 AND at >= $4 AND at < $5 AND id > $6 ORDER BY id LIMIT $7`

	// selectReplies gives no row where there is no conversation, and one of NULL where it has nothing to be read.
	// $1 shop, $2 conversation, $3 the id after which to begin, $4 how many.
	selectReplies = `
SELECT l.id, l.body FROM conversations c
LEFT JOIN late_replies l ON l.shop_id = c.shop_id AND l.conversation_id = c.id AND l.state <> 'dropped'
	AND l.seq > coalesce((SELECT max(a.seq) FROM late_replies a WHERE a.shop_id = $1 AND a.conversation_id = $2 AND a.id = $3), 0)
WHERE c.shop_id = $1 AND c.id = $2
ORDER BY l.seq LIMIT $4`
)

// What is due. Each comes twice: as it is, which is quick while there is little, and fairly, which looks at each shop's
// own part of the index and so passes by a shop's backlog without reading it. $1 now, $2 how many (of a shop), $3 how many in all.
const (
	selectNextDue = `SELECT min(due_at) FROM conversations WHERE due_at IS NOT NULL`

	selectDue = `
SELECT shop_id, id, due_at FROM conversations WHERE due_at <= $1
ORDER BY due_at, shop_id, id LIMIT $2`

	selectDueFairly = `
WITH RECURSIVE shops (shop_id) AS (
	SELECT min(shop_id) FROM conversations WHERE due_at IS NOT NULL
	UNION ALL
	SELECT (SELECT min(c.shop_id) FROM conversations c WHERE c.due_at IS NOT NULL AND c.shop_id > s.shop_id)
	FROM shops s WHERE s.shop_id IS NOT NULL
)
SELECT c.shop_id, c.id, c.due_at FROM shops s
JOIN conversations c ON c.shop_id = s.shop_id AND c.id IN (
	SELECT d.id FROM conversations d WHERE d.shop_id = s.shop_id AND d.due_at <= $1 ORDER BY d.due_at, d.id LIMIT $2)
ORDER BY c.due_at, c.shop_id, c.id LIMIT $3`

	selectPending = `
SELECT shop_id, conversation_id, id, attempts, body FROM late_replies WHERE state = 'pending' AND next_at <= $1
ORDER BY next_at, shop_id, conversation_id LIMIT $2`

	selectPendingFairly = `
WITH RECURSIVE shops (shop_id) AS (
	SELECT min(shop_id) FROM late_replies WHERE state = 'pending'
	UNION ALL
	SELECT (SELECT min(l.shop_id) FROM late_replies l WHERE l.state = 'pending' AND l.shop_id > s.shop_id)
	FROM shops s WHERE s.shop_id IS NOT NULL
)
SELECT l.shop_id, l.conversation_id, l.id, l.attempts, l.body FROM shops s
JOIN late_replies l ON l.shop_id = s.shop_id AND l.state = 'pending' AND l.conversation_id IN (
	SELECT p.conversation_id FROM late_replies p WHERE p.state = 'pending' AND p.shop_id = s.shop_id AND p.next_at <= $1
	ORDER BY p.next_at, p.conversation_id LIMIT $2)
ORDER BY l.next_at, l.shop_id, l.conversation_id LIMIT $3`
)

// A turn's one write. What changes no row was built on what is no longer so.
const (
	// firstVersion is above those of all that was erased in the shop $1.
	firstVersion = `1 + coalesce((SELECT e.version FROM erased e WHERE e.shop_id = $1), 0)`

	insertConversation = `
INSERT INTO conversations (shop_id, id, version, buyer_id, waiting, due_at, touched_at, body, last_turn, last_book, steps, since_at)
VALUES ($1, $2, ` + firstVersion + `, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (shop_id, id) DO NOTHING`

	// updateConversation sets the timer too, continueConversation leaves it at $5: to move it is to write two indexes.
	continuing = `
UPDATE conversations SET version = version + 1, buyer_id = $3, waiting = $4, touched_at = $6, body = $7, last_turn = $8,
	last_book = $9, steps = $10, since_at = $11`
	ofVersion            = ` WHERE shop_id = $1 AND id = $2 AND version = $12`
	updateConversation   = continuing + `, due_at = $5` + ofVersion
	continueConversation = continuing + ofVersion + ` AND due_at = $5`

	// putOff moves the timer of a conversation in version $3.
	putOff = `UPDATE conversations SET due_at = $4 WHERE shop_id = $1 AND id = $2 AND version = $3`

	// insertBuyer remembers that a buyer took part in a conversation. A row that is there is written anew: the upkeep may be about to
	// forget it, because it saw no such conversation, and fails then or comes first.
	insertBuyer = `
INSERT INTO buyers (shop_id, buyer_id, conversation_id) VALUES ($1, $2, $3)
ON CONFLICT (shop_id, buyer_id, conversation_id) DO UPDATE SET buyer_id = excluded.buyer_id`

	insertRecord = `
INSERT INTO records (shop_id, buyer_id, version, touched_at, body) VALUES ($1, $2, ` + firstVersion + `, $3, $4)
ON CONFLICT (shop_id, buyer_id) DO NOTHING`

	updateRecord = `
UPDATE records SET version = version + 1, touched_at = $3, body = $4
WHERE shop_id = $1 AND buyer_id = $2 AND version = $5`

	insertNumber = `INSERT INTO numbers (shop_id, number) VALUES ($1, $2) ON CONFLICT (shop_id, number) DO NOTHING`

	arriveAtDesk = `
INSERT INTO waiting (shop_id, team, conversations) VALUES ($1, $2, 1)
ON CONFLICT (shop_id, team) DO UPDATE SET conversations = waiting.conversations + 1`

	leaveDesk = `UPDATE waiting SET conversations = conversations - 1 WHERE shop_id = $1 AND team = $2 AND conversations > 0`

	// insertTurn keeps nothing where the turn, or the message while its answer is kept, is there already.
	insertTurn = `
INSERT INTO turns (shop_id, id, previous_id, whole, message_id, at, fingerprint, response, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING`

	// insertLate puts a reply behind those of its conversation that wait already. $4 is the state that it has when none does.
	insertLate = `
INSERT INTO late_replies (shop_id, conversation_id, seq, id, state, attempts, at, next_at, error, body)
VALUES ($1, $2,
	(SELECT coalesce(max(l.seq), 0) + 1 FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2),
	$3,
	CASE WHEN $4 = 'pending' AND EXISTS (
		SELECT 1 FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2 AND l.state = 'pending'
	) THEN 'queued' ELSE $4 END,
	0, $5, $6, '', $7)`
)

// How a delivery ended. $1 shop, $2 conversation, $3 id of the reply.
const (
	tryLater = `
UPDATE late_replies SET attempts = $4, error = $5, next_at = $6 WHERE shop_id = $1 AND conversation_id = $2 AND id = $3`

	// tryLeased is tryLater for who has taken it until $7.
	tryLeased = tryLater + ` AND state = 'pending' AND next_at = $7`

	// selectLate says whether there is such a reply.
	selectLate = `SELECT id FROM late_replies WHERE shop_id = $1 AND conversation_id = $2 AND id = $3`

	settleLate = `
UPDATE late_replies SET attempts = $4, error = $5, state = $6, settled_at = $7 WHERE shop_id = $1 AND conversation_id = $2 AND id = $3`

	// settleLeased is settleLate for who has taken it until $8.
	settleLeased = settleLate + ` AND state = 'pending' AND next_at = $8`

	// selectUnread says whether one of those replies that nobody was sent stands up to a reply, $3, that was read; acknowledgeLate makes them
	// delivered at $4.
	selectUnread = `
SELECT l.id FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2 AND l.state IN ('unsent', 'dead')
AND l.seq <= (SELECT max(a.seq) FROM late_replies a WHERE a.shop_id = $1 AND a.conversation_id = $2 AND a.id = $3) LIMIT 1`
	acknowledgeLate = `
UPDATE late_replies SET state = 'delivered', settled_at = $4 WHERE shop_id = $1 AND conversation_id = $2 AND state IN ('unsent', 'dead')
AND seq <= (SELECT max(a.seq) FROM late_replies a WHERE a.shop_id = $1 AND a.conversation_id = $2 AND a.id = $3)`

	// promoteLate lets the next in the queue be sent, when nothing is before it.
	promoteLate = `
UPDATE late_replies SET state = 'pending' WHERE shop_id = $1 AND conversation_id = $2
AND seq = (SELECT min(l.seq) FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2 AND l.state = 'queued')
AND NOT EXISTS (SELECT 1 FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2 AND l.state = 'pending')`
)

// Forgetting, a small batch at a time: $1 before when, $2 how many.
const (
	// selectTurnShops gives the first shop after $1 that has turns.
	selectTurnShops = `SELECT min(shop_id) FROM turns WHERE shop_id > $1`

	// selectAnswers goes through the turns of a shop whose answers are kept and from before $4, by their ids: those after $2 and
	// before $3, at most $5. clearAnswers forgets the answers of all of them from after $2 until $3.
	selectAnswers = `
SELECT id FROM turns WHERE shop_id = $1 AND id > $2 AND id < $3 AND at < $4 AND response IS NOT NULL ORDER BY id LIMIT $5`
	clearAnswers = `
UPDATE turns SET fingerprint = NULL, response = NULL WHERE shop_id = $1 AND id > $2 AND id <= $3 AND at < $4 AND response IS NOT NULL`

	// selectTraces goes through the turns of a shop from before $4 in the same way. deleteTrace forgets one whose forerunner is forgotten,
	// so that those that stay are still found one by the other: one with the state before it if it is from before $3, and any that
	// cannot be led to any more.
	selectTraces = `
SELECT id FROM turns WHERE shop_id = $1 AND id > $2 AND id < $3 AND at < $4 ORDER BY id LIMIT $5`
	deleteTrace = `
DELETE FROM turns WHERE shop_id = $1 AND id = $2 AND (whole = 0 OR at < $3) AND NOT EXISTS (
	SELECT 1 FROM turns p WHERE p.shop_id = $1 AND p.id = turns.previous_id AND p.id <> turns.id)`

	// selectMark and setMark are for how far the upkeep has come with something.
	selectMark = `SELECT at FROM marks WHERE id = $1`
	setMark    = `INSERT INTO marks (id, at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at`

	deleteRecords = `
DELETE FROM records WHERE (shop_id, buyer_id) IN (SELECT shop_id, buyer_id FROM records WHERE touched_at < $1 ORDER BY touched_at LIMIT $2)`

	// deleteSent forgets late replies that were sent or dropped, deleteUnread those that nobody could be sent.
	deleteSent = `
DELETE FROM late_replies WHERE (shop_id, conversation_id, seq) IN (
	SELECT shop_id, conversation_id, seq FROM late_replies WHERE at < $1 AND state IN ('delivered', 'dropped') ORDER BY at LIMIT $2)`
	deleteUnread = `
DELETE FROM late_replies WHERE (shop_id, conversation_id, seq) IN (
	SELECT shop_id, conversation_id, seq FROM late_replies WHERE at < $1 AND state IN ('unsent', 'dead') ORDER BY at LIMIT $2)`

	// selectConversations goes through all of them, the keys after $1 and $2, at most $3.
	selectConversations = `
SELECT shop_id, id, touched_at FROM conversations WHERE (shop_id, id) > ($1, $2) ORDER BY shop_id, id LIMIT $3`

	// selectUnserved gives one that nobody touched since $3 and whose timer nobody has served since $4.
	selectUnserved = `SELECT body FROM conversations WHERE shop_id = $1 AND id = $2 AND touched_at < $3 AND due_at < $4`

	// deleteConversation forgets one that nobody touched since $3 and whose turns are forgotten. What it waits for keeps it, but not what
	// nobody has served since $4: its shop is gone.
	deleteConversation = `
DELETE FROM conversations WHERE shop_id = $1 AND id = $2 AND touched_at < $3 AND (due_at IS NULL OR due_at < $4) AND NOT EXISTS (
	SELECT 1 FROM late_replies l WHERE l.shop_id = $1 AND l.conversation_id = $2 AND l.state = 'pending' AND l.next_at >= $4)
AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.shop_id = $1 AND t.id = conversations.last_turn)
RETURNING waiting`
	deleteLate = `DELETE FROM late_replies WHERE shop_id = $1 AND conversation_id = $2`

	// deleteLost forgets open cases of conversations that were forgotten: nobody can act on them any more. $1 changed before when.
	deleteLost = `
DELETE FROM handoffs WHERE (shop_id, id) IN (
	SELECT h.shop_id, h.id FROM handoffs h WHERE h.state <> 'closed' AND h.changed_at < $1 AND NOT EXISTS (
		SELECT 1 FROM conversations c WHERE c.shop_id = h.shop_id AND c.id = h.conversation_id)
	LIMIT $2)`

	// deleteCases forgets cases that were closed long ago, the rest what is old of the agents.
	deleteCases = `
DELETE FROM handoffs WHERE (shop_id, id) IN (SELECT shop_id, id FROM handoffs WHERE closed_at < $1 ORDER BY closed_at LIMIT $2)`
	deleteEntries = `
DELETE FROM audit WHERE (shop_id, id) IN (SELECT shop_id, id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)`
	deletePresence = `
DELETE FROM presence WHERE (shop_id, agent) IN (SELECT shop_id, agent FROM presence WHERE seen_at < $1 ORDER BY seen_at LIMIT $2)`
	deletePauses = `
DELETE FROM pauses WHERE (shop_id, rule) IN (SELECT shop_id, rule FROM pauses WHERE until_at < $1 LIMIT $2)`

	// selectParts goes through who took part in which conversations, the keys after $1, $2 and $3, at most $4. deletePart forgets
	// one whose conversation is forgotten.
	selectParts = `
SELECT shop_id, buyer_id, conversation_id, EXISTS (
	SELECT 1 FROM conversations c WHERE c.shop_id = buyers.shop_id AND c.id = buyers.conversation_id)
FROM buyers WHERE (shop_id, buyer_id, conversation_id) > ($1, $2, $3)
ORDER BY shop_id, buyer_id, conversation_id LIMIT $4`
	deletePart = `
DELETE FROM buyers WHERE shop_id = $1 AND buyer_id = $2 AND conversation_id = $3 AND NOT EXISTS (
	SELECT 1 FROM conversations c WHERE c.shop_id = $1 AND c.id = $3)`
)

// Whether the store can write.
const (
	insertProbe = `INSERT INTO probes (id, filler) VALUES ($1, $2)`
	deleteProbe = `DELETE FROM probes WHERE id = $1`
)
