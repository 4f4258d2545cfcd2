-- What was sent is found at once, however much waits to be read.

-- +goose Up
CREATE INDEX late_replies_settled ON late_replies (at) WHERE state IN ('delivered', 'dropped');
