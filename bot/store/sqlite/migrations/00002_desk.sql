-- What agents work with, and what is needed to find everything of one buyer. Flags are 0 or 1, lists are JSON as text.

-- +goose Up

-- The count of a shop's changes. A commit that carries cases holds the row until it ends, so that changes are seen in the
-- order of their numbers.
CREATE TABLE feeds (
    shop_id text   NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (shop_id)
);

CREATE TABLE handoffs (
    shop_id         text   NOT NULL,
    id              text   NOT NULL,
    number          bigint NOT NULL,
    conversation_id text   NOT NULL,
    buyer_id        text   NOT NULL,
    team            text   NOT NULL,
    stage           text   NOT NULL,
    state           text   NOT NULL, -- waiting, agent, task, closed
    agent           text   NOT NULL, -- who has claimed it, else whom it is assigned to, '' for nobody
    deadline        bigint NOT NULL,
    waits           bigint NOT NULL, -- 1 while a buyer's message has no reply, 2 when that one is counted as late already
    opened_at       bigint NOT NULL,
    closed_at       bigint,
    change          bigint NOT NULL,
    changed_at      bigint NOT NULL,
    in_time         bigint NOT NULL, -- replies before their deadline
    late            bigint NOT NULL, -- and after it
    body            text   NOT NULL, -- the case without its texts
    texts           text   NOT NULL, -- transcript, photos, snapshots
    PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX handoffs_change ON handoffs (shop_id, change);
CREATE INDEX handoffs_deadline ON handoffs (shop_id, deadline, number) WHERE state <> 'closed';
CREATE INDEX handoffs_agent ON handoffs (shop_id, agent) WHERE state <> 'closed' AND agent <> '';
CREATE INDEX handoffs_conversation ON handoffs (shop_id, conversation_id);
CREATE INDEX handoffs_buyer ON handoffs (shop_id, buyer_id);
CREATE INDEX handoffs_opened ON handoffs (shop_id, opened_at);
CREATE INDEX handoffs_closed ON handoffs (closed_at) WHERE closed_at IS NOT NULL;

-- Tokens. One may hold for several shops, '*' is all of them.
CREATE TABLE grants (
    shop_id    text   NOT NULL,
    id         text   NOT NULL,
    hash       text   NOT NULL,
    agent      text   NOT NULL,
    role       text   NOT NULL,
    at         bigint NOT NULL,
    granted_by text   NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX grants_hash ON grants (hash);

CREATE TABLE presence (
    shop_id text   NOT NULL,
    agent   text   NOT NULL,
    teams   text   NOT NULL,
    ceiling bigint NOT NULL,
    online  bigint NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (shop_id, agent)
);
CREATE INDEX presence_seen ON presence (seen_at);

CREATE TABLE pauses (
    shop_id   text   NOT NULL,
    rule      text   NOT NULL, -- '*' is the whole shop
    paused_by text   NOT NULL,
    at        bigint NOT NULL,
    until_at  bigint,
    why       text   NOT NULL,
    PRIMARY KEY (shop_id, rule)
);

CREATE TABLE audit (
    shop_id text   NOT NULL,
    id      text   NOT NULL, -- growing
    at      bigint NOT NULL,
    who     text   NOT NULL,
    what    text   NOT NULL,
    subject text   NOT NULL, -- id of the case, the rule, the delivery or the token
    detail  text   NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX audit_at ON audit (at);

-- Who took part in which conversations. It is written when a conversation begins, or goes on with another buyer.
CREATE TABLE buyers (
    shop_id         text NOT NULL,
    buyer_id        text NOT NULL,
    conversation_id text NOT NULL,
    PRIMARY KEY (shop_id, buyer_id, conversation_id)
);
INSERT INTO buyers (shop_id, buyer_id, conversation_id) SELECT shop_id, buyer_id, id FROM conversations WHERE buyer_id <> '';

-- The turns of a conversation are a chain, from the last to the first that is kept: so all of them are found, and a turn pays
-- for no index more. Turns are forgotten from the first on.
ALTER TABLE conversations ADD COLUMN last_turn text NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN turn_before text NOT NULL DEFAULT ''; -- the last before the last turn: an update gives it back
ALTER TABLE turns ADD COLUMN previous_id text NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN message_id text NOT NULL DEFAULT ''; -- that it answered, '' for none
ALTER TABLE answers ADD COLUMN turn_id text NOT NULL DEFAULT ''; -- that gave it: an id may come again when its answer is forgotten
CREATE TABLE links AS
    SELECT shop_id, id, json_extract(body, '$.key.Conversation') AS conversation_id,
        lag(id) OVER turn AS previous_id, lead(id) OVER turn AS next_id
    FROM turns WINDOW turn AS (PARTITION BY shop_id, json_extract(body, '$.key.Conversation') ORDER BY at, id);
CREATE INDEX links_id ON links (shop_id, id);
UPDATE turns SET
    previous_id = coalesce((SELECT l.previous_id FROM links l WHERE l.shop_id = turns.shop_id AND l.id = turns.id), ''),
    message_id = coalesce(json_extract(body, '$.events[0].message.id'), '');
CREATE INDEX links_last ON links (shop_id, conversation_id) WHERE next_id IS NULL;
UPDATE conversations SET last_turn = coalesce((SELECT l.id FROM links l
    WHERE l.shop_id = conversations.shop_id AND l.conversation_id = conversations.id AND l.next_id IS NULL), '');
DROP TABLE links;

CREATE INDEX late_replies_id ON late_replies (shop_id, id);
CREATE INDEX late_replies_waiting ON late_replies (state, at) WHERE state IN ('pending', 'queued');
CREATE INDEX late_replies_dead ON late_replies (shop_id, state, at) WHERE state = 'dead';
