package sqlstore

// The SQL of what agents work with. It is written for SQLite and PostgreSQL alike.

// Cases.
const (
	// loadOf is how many open cases the agent p has.
	loadOf = `(SELECT count(*) FROM handoffs h WHERE h.shop_id = p.shop_id AND h.agent = p.agent AND h.agent <> '' AND h.state <> 'closed')`

	// bumpFeed takes $2 numbers of a shop's changes. The first of them is above all that were taken before.
	bumpFeed = `
INSERT INTO feeds (shop_id, seq) VALUES ($1, $2)
ON CONFLICT (shop_id) DO UPDATE SET seq = feeds.seq + excluded.seq`

	// upsertCase gives the case the number that is $14 below the last one that was taken. What a case begins with stays: SQLite would
	// write the indexes by it again.
	upsertCase = `
INSERT INTO handoffs (shop_id, id, number, conversation_id, buyer_id, team, stage, state, agent, deadline, waits,
	opened_at, closed_at, change, changed_at, in_time, late, body, texts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
	(SELECT f.seq FROM feeds f WHERE f.shop_id = $1) - $14, $15, $16, $17, $18, $19)
ON CONFLICT (shop_id, id) DO UPDATE SET buyer_id = excluded.buyer_id, team = excluded.team, stage = excluded.stage,
	state = excluded.state, agent = excluded.agent, deadline = excluded.deadline, waits = excluded.waits, closed_at = excluded.closed_at,
	change = excluded.change, changed_at = excluded.changed_at, in_time = excluded.in_time, late = excluded.late,
	body = excluded.body, texts = excluded.texts`

	selectCase = `SELECT shop_id, id, change, body, texts FROM handoffs WHERE shop_id = $1 AND id = $2`

	selectChanged = `
SELECT shop_id, id, change, body, '' FROM handoffs WHERE shop_id = $1 AND change > $2 ORDER BY change LIMIT $3`

	selectLastChange = `SELECT seq FROM feeds WHERE shop_id = $1`

	// selectTally: $2 opened not before, $3 and before, which is also what deadlines are held against.
	selectTally = `
SELECT CAST(coalesce(sum(in_time), 0) AS bigint), CAST(coalesce(sum(late - CASE WHEN waits = 2 THEN 1 ELSE 0 END), 0) AS bigint),
	coalesce(sum(CASE WHEN waits = 1 AND deadline >= $3 THEN 1 ELSE 0 END), 0),
	coalesce(sum(CASE WHEN waits = 2 OR waits = 1 AND deadline < $3 THEN 1 ELSE 0 END), 0)
FROM handoffs WHERE shop_id = $1 AND opened_at >= $2 AND opened_at < $3`
)

// People.
const (
	selectGrants = `
SELECT id, shop_id, agent, role, hash, at, granted_by FROM grants WHERE hash = $1 ORDER BY shop_id, id`

	selectGrantsOf = `
SELECT id, shop_id, agent, role, '', at, granted_by FROM grants WHERE shop_id = $1 ORDER BY agent, id`

	insertGrant = `
INSERT INTO grants (shop_id, id, hash, agent, role, at, granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (shop_id, id) DO NOTHING`

	deleteGrant = `DELETE FROM grants WHERE shop_id = $1 AND id = $2`

	upsertPresence = `
INSERT INTO presence (shop_id, agent, teams, ceiling, online, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (shop_id, agent) DO UPDATE SET
	teams = excluded.teams, ceiling = excluded.ceiling, online = excluded.online, seen_at = excluded.seen_at`

	selectPresence = `
SELECT p.agent, p.teams, p.ceiling, p.online, p.seen_at, ` + loadOf + ` FROM presence p WHERE p.shop_id = $1 ORDER BY p.agent`

	upsertPause = `
INSERT INTO pauses (shop_id, rule, paused_by, at, until_at, why) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (shop_id, rule) DO UPDATE SET
	paused_by = excluded.paused_by, at = excluded.at, until_at = excluded.until_at, why = excluded.why`

	deletePause = `DELETE FROM pauses WHERE shop_id = $1 AND rule = $2`

	selectPauses = `SELECT shop_id, rule, paused_by, at, until_at, why FROM pauses WHERE shop_id = $1 ORDER BY rule`

	insertEntry = `
INSERT INTO audit (shop_id, id, at, who, what, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (shop_id, id) DO NOTHING`

	selectEntries = `
SELECT id, shop_id, at, who, what, subject, detail FROM audit WHERE shop_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
)

// Letters.
const (
	// selectLetters: $2 the id after which to begin, $3 how many. selectLettersIn: $4 the state. selectDeadLetters has an index of its own.
	selectLetters     = lettersOf + lettersAfter
	selectLettersIn   = lettersOf + ` AND state = $4` + lettersAfter
	selectDeadLetters = lettersOf + ` AND state = 'dead'` + lettersAfter

	lettersOf = `
SELECT id, shop_id, conversation_id, state, attempts, error, at, next_at FROM late_replies WHERE shop_id = $1`
	lettersAfter = ` AND (at, conversation_id, seq) > (
	coalesce((SELECT a.at FROM late_replies a WHERE a.shop_id = $1 AND a.id = $2), -9223372036854775807),
	coalesce((SELECT a.conversation_id FROM late_replies a WHERE a.shop_id = $1 AND a.id = $2), ''),
	coalesce((SELECT a.seq FROM late_replies a WHERE a.shop_id = $1 AND a.id = $2), 0))
ORDER BY at, conversation_id, seq LIMIT $3`

	selectDeliveries = `SELECT id, state FROM late_replies WHERE shop_id = $1 AND conversation_id = $2 ORDER BY seq`

	// resendLate lets a reply be sent again, and postponeLate lets the one that was to be sent wait too: the oldest of them is then
	// promoted (promoteLate).
	resendLate = `
UPDATE late_replies SET state = 'queued', attempts = 0, error = '', next_at = $3, settled_at = NULL
WHERE shop_id = $1 AND id = $2 AND state IN ('dead', 'dropped') RETURNING conversation_id`

	postponeLate = `UPDATE late_replies SET state = 'queued' WHERE shop_id = $1 AND conversation_id = $2 AND state = 'pending'`

	selectWaiting = `SELECT count(*), min(at) FROM late_replies WHERE state IN ('pending', 'queued')`
	selectDead    = `SELECT count(*), min(at) FROM late_replies WHERE state = 'dead'`
	selectOpen    = `SELECT count(*) FROM handoffs WHERE state <> 'closed'`
)

// Of one buyer.
const (
	selectTalks = `SELECT conversation_id FROM buyers WHERE shop_id = $1 AND buyer_id = $2 ORDER BY conversation_id`

	selectBody       = `SELECT body FROM conversations WHERE shop_id = $1 AND id = $2`
	selectRecord     = `SELECT body FROM records WHERE shop_id = $1 AND buyer_id = $2`
	selectCasesOf    = `SELECT id FROM handoffs WHERE shop_id = $1 AND conversation_id = $2 ORDER BY number`
	selectLateOf     = `SELECT seq, body FROM late_replies WHERE shop_id = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4`
	selectAnswer     = `SELECT message_id, at, response FROM turns WHERE shop_id = $1 AND id = $2 AND response IS NOT NULL`
	eraseTalk        = `DELETE FROM conversations WHERE shop_id = $1 AND id = $2 RETURNING version, waiting, last_turn`
	eraseRecord      = `DELETE FROM records WHERE shop_id = $1 AND buyer_id = $2 RETURNING version`
	eraseCases       = `DELETE FROM handoffs WHERE shop_id = $1 AND conversation_id = $2`
	eraseBuyersCases = `DELETE FROM handoffs WHERE shop_id = $1 AND buyer_id = $2`
	eraseParticipant = `DELETE FROM buyers WHERE shop_id = $1 AND buyer_id = $2`
	selectMentions   = `SELECT id FROM audit WHERE shop_id = $1 AND subject = $2`
	eraseMention     = `UPDATE audit SET subject = '' WHERE shop_id = $1 AND id = $2`

	// noteErased remembers how high the version was of what was erased.
	noteErased = `
INSERT INTO erased (shop_id, version) VALUES ($1, $2)
ON CONFLICT (shop_id) DO UPDATE SET version = CASE WHEN excluded.version > erased.version THEN excluded.version ELSE erased.version END`

	selectLastTurn = `SELECT last_turn FROM conversations WHERE shop_id = $1 AND id = $2`

	// turnsOf follows the chain of a conversation's turns from the last one, $2, to the first.
	turnsOf = `
WITH RECURSIVE chain (id, previous_id) AS (
	SELECT t.id, t.previous_id FROM turns t WHERE t.shop_id = $1 AND t.id = $2
	UNION
	SELECT t.id, t.previous_id FROM chain n JOIN turns t ON t.shop_id = $1 AND t.id = n.previous_id
)`
	selectTurnsOf = turnsOf + `
SELECT id FROM chain ORDER BY id`

	// eraseTurns forgets such a chain, and gives for each turn how many pieces it was.
	eraseTurns = turnsOf + `
DELETE FROM turns WHERE shop_id = $1 AND id IN (SELECT n.id FROM chain n) RETURNING CASE WHEN response IS NULL THEN 1 ELSE 2 END`
)
