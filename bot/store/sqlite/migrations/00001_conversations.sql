-- What must outlive a turn. Portable on purpose: ids are text, times are milliseconds since 1970, bodies are JSON as
-- text, and shop_id leads every key.

-- +goose Up
CREATE TABLE conversations (
    shop_id    text   NOT NULL,
    id         text   NOT NULL,
    version    bigint NOT NULL,
    buyer_id   text   NOT NULL,
    waiting    text   NOT NULL, -- the team that it waits for, '' for none
    waited     text   NOT NULL, -- the team before the last turn: an update gives it back, for the desk's count
    due_at     bigint,          -- when it wants a timer
    touched_at bigint NOT NULL,
    body       text   NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX conversations_due ON conversations (due_at, shop_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX conversations_due_by_shop ON conversations (shop_id, due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE records (
    shop_id    text   NOT NULL,
    buyer_id   text   NOT NULL,
    version    bigint NOT NULL,
    touched_at bigint NOT NULL,
    body       text   NOT NULL,
    PRIMARY KEY (shop_id, buyer_id)
);
CREATE INDEX records_touched ON records (touched_at);

-- The numbers of handoffs that are taken. They are committed in any order and never given twice.
CREATE TABLE numbers (
    shop_id text   NOT NULL,
    number  bigint NOT NULL,
    PRIMARY KEY (shop_id, number)
);

CREATE TABLE waiting (
    shop_id       text   NOT NULL,
    team          text   NOT NULL,
    conversations bigint NOT NULL, -- that wait for the team
    PRIMARY KEY (shop_id, team)
);

CREATE TABLE answers (
    shop_id     text   NOT NULL,
    message_id  text   NOT NULL,
    at          bigint NOT NULL,
    fingerprint text   NOT NULL,
    response    text   NOT NULL,
    PRIMARY KEY (shop_id, message_id)
);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE turns (
    shop_id text   NOT NULL,
    id      text   NOT NULL,
    at      bigint NOT NULL,
    body    text   NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX turns_at ON turns (at);

-- Only the oldest reply of a conversation that is to be delivered is 'pending'; those behind it are 'queued'. So what can
-- be sent now is one look into one index, however long the queues are.
CREATE TABLE late_replies (
    shop_id         text   NOT NULL,
    conversation_id text   NOT NULL,
    seq             bigint NOT NULL,
    id              text   NOT NULL,
    state           text   NOT NULL, -- pending, queued, unsent (there is no callback), delivered, dropped, dead
    attempts        bigint NOT NULL,
    at              bigint NOT NULL,
    next_at         bigint NOT NULL, -- when to try (again)
    settled_at      bigint,
    error           text   NOT NULL,
    body            text   NOT NULL,
    PRIMARY KEY (shop_id, conversation_id, seq)
);
CREATE INDEX late_replies_pending ON late_replies (next_at, shop_id, conversation_id) WHERE state = 'pending';
CREATE INDEX late_replies_pending_by_shop ON late_replies (shop_id, next_at, conversation_id) WHERE state = 'pending';
CREATE INDEX late_replies_at ON late_replies (at);

-- A store that can keep one of these and forget it again can write.
CREATE TABLE probes (
    id     text NOT NULL PRIMARY KEY,
    filler text NOT NULL
);
