-- What must outlive a turn. Ids are text, times are milliseconds since 1970, bodies are JSON as text, flags are 0 or 1, lists are JSON
-- as text, and shop_id leads every key, so that a distributed PostgreSQL can spread the tables by it. Texts are compared by their
-- bytes, whatever the database's own order is.

-- +goose Up

-- Which programs may use these tables: those that know this version of them, and later ones. A migration that only adds something
-- leaves it as it is; one that takes away or changes what older programs use raises it.
CREATE TABLE compatible (
    version bigint NOT NULL PRIMARY KEY
);
INSERT INTO compatible (version) VALUES (1);

CREATE TABLE conversations (
    shop_id    text   COLLATE "C" NOT NULL,
    id         text   COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    buyer_id   text   COLLATE "C" NOT NULL,
    waiting    text   COLLATE "C" NOT NULL, -- the team that it waits for, '' for none
    due_at     bigint,                      -- when it wants a timer
    touched_at bigint NOT NULL,
    last_turn  text   COLLATE "C" NOT NULL, -- the end of the chain of its turns, '' where none is recorded
    last_book  text   COLLATE "C" NOT NULL, -- of the last turn, '' where the next is to be kept whole
    steps      bigint NOT NULL,             -- turns since the last that is kept whole, itself included
    since_at   bigint NOT NULL,             -- when that one was
    body       text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, id)
) WITH (fillfactor = 70); -- a turn finds room for the new row beside the old one, and leaves the indexes alone
CREATE INDEX conversations_due ON conversations (due_at, shop_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_due_by_shop ON conversations (shop_id, due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE records (
    shop_id    text   COLLATE "C" NOT NULL,
    buyer_id   text   COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    touched_at bigint NOT NULL,
    body       text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, buyer_id)
);
CREATE INDEX records_touched ON records (touched_at);

-- The numbers of handoffs that are taken. They are committed in any order and never given twice.
CREATE TABLE numbers (
    shop_id text   COLLATE "C" NOT NULL,
    number  bigint NOT NULL,
    PRIMARY KEY (shop_id, number)
);

CREATE TABLE waiting (
    shop_id       text   COLLATE "C" NOT NULL,
    team          text   COLLATE "C" NOT NULL,
    conversations bigint NOT NULL, -- that wait for the team
    PRIMARY KEY (shop_id, team)
);

-- A message is one row: its answer stands beside the inputs of its turn. The turns of a conversation are a chain, from the last to the
-- first that is kept: so all of them are found, and a turn pays for no index more. Turns are forgotten from the first on. By time they are
-- found by their ids, which grow with it.
CREATE TABLE turns (
    shop_id     text   COLLATE "C" NOT NULL,
    id          text   COLLATE "C" NOT NULL,
    previous_id text   COLLATE "C" NOT NULL,
    whole       bigint NOT NULL,             -- 1 when the state before it is kept with it
    message_id  text   COLLATE "C" NOT NULL, -- that it answered, '' for none
    at          bigint NOT NULL,
    fingerprint text   COLLATE "C",          -- of the message while its answer is kept, else NULL
    response    text   COLLATE "C",
    body        text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX turns_answer ON turns (shop_id, message_id) WHERE response IS NOT NULL;

-- How far the upkeep has come.
CREATE TABLE marks (
    id text   COLLATE "C" NOT NULL PRIMARY KEY,
    at bigint NOT NULL
);

-- Only the oldest reply of a conversation that is to be delivered is 'pending'; those behind it are 'queued'. So what can be sent now is
-- one look into one index, however long the queues are.
CREATE TABLE late_replies (
    shop_id         text   COLLATE "C" NOT NULL,
    conversation_id text   COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    id              text   COLLATE "C" NOT NULL,
    state           text   COLLATE "C" NOT NULL, -- pending, queued, unsent (there is no callback), delivered, dropped, dead
    attempts        bigint NOT NULL,
    at              bigint NOT NULL,
    next_at         bigint NOT NULL, -- when to try (again)
    settled_at      bigint,
    error           text   COLLATE "C" NOT NULL,
    body            text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, conversation_id, seq)
);
CREATE INDEX late_replies_pending ON late_replies (next_at, shop_id, conversation_id) WHERE state = 'pending';
CREATE INDEX late_replies_pending_by_shop ON late_replies (shop_id, next_at, conversation_id) WHERE state = 'pending';
CREATE INDEX late_replies_at ON late_replies (at);
CREATE INDEX late_replies_id ON late_replies (shop_id, id);
CREATE INDEX late_replies_waiting ON late_replies (state, at) WHERE state IN ('pending', 'queued');
CREATE INDEX late_replies_by_age ON late_replies (shop_id, at, conversation_id, seq);
CREATE INDEX late_replies_dead ON late_replies (shop_id, at, conversation_id, seq) WHERE state = 'dead';

-- A store that can keep one of these and forget it again can write.
CREATE TABLE probes (
    id     text COLLATE "C" NOT NULL PRIMARY KEY,
    filler text COLLATE "C" NOT NULL
);

-- The count of a shop's changes. A commit that carries cases holds the row until it ends, so that changes are seen in the order of
-- their numbers.
CREATE TABLE feeds (
    shop_id text   COLLATE "C" NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (shop_id)
);

CREATE TABLE handoffs (
    shop_id         text   COLLATE "C" NOT NULL,
    id              text   COLLATE "C" NOT NULL,
    number          bigint NOT NULL,
    conversation_id text   COLLATE "C" NOT NULL,
    buyer_id        text   COLLATE "C" NOT NULL,
    team            text   COLLATE "C" NOT NULL,
    stage           text   COLLATE "C" NOT NULL,
    state           text   COLLATE "C" NOT NULL, -- waiting, agent, task, closed
    agent           text   COLLATE "C" NOT NULL, -- who has claimed it, else whom it is assigned to, '' for nobody
    deadline        bigint NOT NULL,
    waits           bigint NOT NULL, -- 1 while a buyer's message has no reply, 2 when that one is counted as late already
    opened_at       bigint NOT NULL,
    closed_at       bigint,
    change          bigint NOT NULL,
    changed_at      bigint NOT NULL,
    in_time         bigint NOT NULL, -- replies before their deadline
    late            bigint NOT NULL, -- and after it
    body            text   COLLATE "C" NOT NULL, -- the case without its texts
    texts           text   COLLATE "C" NOT NULL, -- transcript, photos, snapshots
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
    shop_id    text   COLLATE "C" NOT NULL,
    id         text   COLLATE "C" NOT NULL,
    hash       text   COLLATE "C" NOT NULL,
    agent      text   COLLATE "C" NOT NULL,
    role       text   COLLATE "C" NOT NULL,
    at         bigint NOT NULL,
    granted_by text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX grants_hash ON grants (hash);

CREATE TABLE presence (
    shop_id text   COLLATE "C" NOT NULL,
    agent   text   COLLATE "C" NOT NULL,
    teams   text   COLLATE "C" NOT NULL,
    ceiling bigint NOT NULL,
    online  bigint NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (shop_id, agent)
);
CREATE INDEX presence_seen ON presence (seen_at);

CREATE TABLE pauses (
    shop_id   text   COLLATE "C" NOT NULL,
    rule      text   COLLATE "C" NOT NULL, -- '*' is the whole shop
    paused_by text   COLLATE "C" NOT NULL,
    at        bigint NOT NULL,
    until_at  bigint,
    why       text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, rule)
);

CREATE TABLE audit (
    shop_id text   COLLATE "C" NOT NULL,
    id      text   COLLATE "C" NOT NULL, -- growing
    at      bigint NOT NULL,
    who     text   COLLATE "C" NOT NULL,
    what    text   COLLATE "C" NOT NULL,
    subject text   COLLATE "C" NOT NULL, -- id of the case, the rule, the delivery or the token
    detail  text   COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX audit_at ON audit (at);

-- Who took part in which conversations. It is written when a conversation begins, or goes on with another buyer.
CREATE TABLE buyers (
    shop_id         text COLLATE "C" NOT NULL,
    buyer_id        text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (shop_id, buyer_id, conversation_id)
);

-- The highest version of what was erased in a shop: new conversations and records begin above it, so that a turn that was loaded
-- before the erasure is not taken for one that was loaded after it.
CREATE TABLE erased (
    shop_id text   COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (shop_id)
);

-- Small things that are kept whole under a name: accounts, sessions, photos.
CREATE TABLE documents (
    shop_id  text   COLLATE "C" NOT NULL,
    kind     text   COLLATE "C" NOT NULL,
    id       text   COLLATE "C" NOT NULL,
    version  bigint NOT NULL,
    buyer_id text   COLLATE "C" NOT NULL, -- whose data it is, '' for nobody's
    at       bigint NOT NULL,
    until_at bigint,                      -- when it is forgotten, NULL for never
    body     bytea  NOT NULL,
    PRIMARY KEY (shop_id, kind, id)
);
CREATE INDEX documents_buyer ON documents (shop_id, buyer_id) WHERE buyer_id <> '';
CREATE INDEX documents_until ON documents (until_at) WHERE until_at IS NOT NULL;

-- Long texts are compressed in the quicker way, where the server has it.
-- +goose StatementBegin
DO $$
BEGIN
    ALTER TABLE conversations ALTER COLUMN body SET COMPRESSION lz4;
    ALTER TABLE turns ALTER COLUMN body SET COMPRESSION lz4, ALTER COLUMN response SET COMPRESSION lz4;
    ALTER TABLE handoffs ALTER COLUMN body SET COMPRESSION lz4, ALTER COLUMN texts SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
-- +goose StatementEnd
