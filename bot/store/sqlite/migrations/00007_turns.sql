-- A message is one row: its answer stands beside the inputs of its turn. Turns are found by their ids, which grow with time.

-- +goose Up
ALTER TABLE conversations ADD COLUMN last_book text NOT NULL DEFAULT ''; -- of the last turn, '' where the next is to be kept whole
ALTER TABLE conversations ADD COLUMN steps bigint NOT NULL DEFAULT 0; -- turns since the last that is kept whole, itself included
ALTER TABLE conversations ADD COLUMN since_at bigint NOT NULL DEFAULT 0; -- when that one was

ALTER TABLE turns ADD COLUMN whole bigint NOT NULL DEFAULT 1; -- 1 when the state before it is kept with it
ALTER TABLE turns ADD COLUMN fingerprint text; -- of the message while its answer is kept, else NULL
ALTER TABLE turns ADD COLUMN response text;
DROP INDEX turns_at;

-- Answers from before turns were linked do not name their turn: it is the last that has the message's id.
CREATE TABLE unnamed AS
    SELECT t.shop_id, t.message_id, max(t.id) AS id FROM turns t
    WHERE EXISTS (SELECT 1 FROM answers WHERE turn_id = '') AND t.message_id <> ''
        AND EXISTS (SELECT 1 FROM answers a WHERE a.shop_id = t.shop_id AND a.message_id = t.message_id AND a.turn_id = '')
    GROUP BY t.shop_id, t.message_id;
UPDATE answers SET turn_id = u.id FROM unnamed u WHERE u.shop_id = answers.shop_id AND u.message_id = answers.message_id AND answers.turn_id = '';
DROP TABLE unnamed;
-- What has no turn is kept all the same, until it is old enough.
INSERT INTO turns (shop_id, id, at, body, message_id)
    SELECT shop_id, 'answer to ' || message_id, at, '{}', message_id FROM answers a
    WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.shop_id = a.shop_id AND t.id = a.turn_id);
UPDATE turns SET fingerprint = a.fingerprint, response = a.response FROM answers a
    WHERE a.shop_id = turns.shop_id AND turns.id = CASE WHEN EXISTS (
        SELECT 1 FROM turns t WHERE t.shop_id = a.shop_id AND t.id = a.turn_id) THEN a.turn_id ELSE 'answer to ' || a.message_id END;
CREATE UNIQUE INDEX turns_answer ON turns (shop_id, message_id) WHERE response IS NOT NULL;

-- How far the upkeep has come.
CREATE TABLE marks (
    id text   NOT NULL PRIMARY KEY,
    at bigint NOT NULL
);
INSERT INTO marks (id, at) SELECT 'answers', min(at) FROM answers WHERE EXISTS (SELECT 1 FROM answers) HAVING min(at) IS NOT NULL;
DROP TABLE answers;
