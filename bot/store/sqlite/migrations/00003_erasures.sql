-- What an erasure leaves to be known and to be done, and how late replies are looked through.

-- +goose Up

-- The highest version of what was erased in a shop: new conversations and records begin above it, so that a turn that was loaded
-- before the erasure is not taken for one that was loaded after it.
CREATE TABLE erased (
    shop_id text   NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (shop_id)
);

-- How far the file was looked through for what is left of erased rows.
CREATE TABLE scrubs (
    id    text   NOT NULL PRIMARY KEY,
    page  bigint NOT NULL, -- the next to be looked at, 0 when there is nothing to look for
    round bigint NOT NULL, -- counts erasures
    pass  bigint NOT NULL  -- the round that the look belongs to: what was erased later needs another one
);

CREATE INDEX late_replies_by_age ON late_replies (shop_id, at, conversation_id, seq);
DROP INDEX late_replies_dead;
CREATE INDEX late_replies_dead ON late_replies (shop_id, at, conversation_id, seq) WHERE state = 'dead';
