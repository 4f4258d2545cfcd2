-- Small things that are kept whole under a name: accounts, sessions, photos.

-- +goose Up
CREATE TABLE documents (
    shop_id  text   NOT NULL,
    kind     text   NOT NULL,
    id       text   NOT NULL,
    version  bigint NOT NULL,
    buyer_id text   NOT NULL, -- whose data it is, '' for nobody's
    at       bigint NOT NULL,
    until_at bigint,          -- when it is forgotten, NULL for never
    body     blob   NOT NULL,
    PRIMARY KEY (shop_id, kind, id)
);
CREATE INDEX documents_buyer ON documents (shop_id, buyer_id) WHERE buyer_id <> '';
CREATE INDEX documents_until ON documents (until_at) WHERE until_at IS NOT NULL;
