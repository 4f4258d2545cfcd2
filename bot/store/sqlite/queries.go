package sqlite

// The SQL that is SQLite's own.

// checkpoint carries over what it can without waiting. Of SQLite only.
const checkpoint = `PRAGMA wal_checkpoint(PASSIVE)`

// copyInto writes a copy of the database as it is now to the file $1. leaveLog ends the use of a log, if nobody else uses it. Of
// SQLite only.
const (
	copyInto = `VACUUM INTO $1`
	leaveLog = `PRAGMA journal_mode = DELETE`
)

// selectPage and updatePage are for a page of the file as it is. Of SQLite only.
const (
	selectPage = `SELECT data FROM sqlite_dbpage WHERE pgno = $1`
	updatePage = `UPDATE sqlite_dbpage SET data = $2 WHERE pgno = $1`
)

// What was erased is looked for in the file.
const (
	// wantScrub asks for a look through all of the file: at once, or when the one that is under way has ended.
	wantScrub = `
INSERT INTO scrubs (id, page, round, pass) VALUES ('file', 2, 1, 1)
ON CONFLICT (id) DO UPDATE SET round = scrubs.round + 1,
	pass = CASE WHEN scrubs.page = 0 THEN scrubs.round + 1 ELSE scrubs.pass END,
	page = CASE WHEN scrubs.page = 0 THEN 2 ELSE scrubs.page END`

	selectScrub = `SELECT page, pass FROM scrubs WHERE id = 'file' AND page > 0`

	// goneThrough notes that the look of the pass $1 has come to the page $2.
	goneThrough = `UPDATE scrubs SET page = $2 WHERE id = 'file' AND pass = $1 AND page > 0 AND page < $2`

	// endScrub ends the look of the pass $1, and begins the next one where something was erased meanwhile.
	endScrub = `
UPDATE scrubs SET page = CASE WHEN round = pass THEN 0 ELSE 2 END, pass = round WHERE id = 'file' AND pass = $1 AND page > 0`
)

// emptyLog carries all of it over, waits for those who read and write, and leaves no log. Of SQLite only.
const emptyLog = `PRAGMA wal_checkpoint(TRUNCATE)`
