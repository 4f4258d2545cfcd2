-- What was sent is found at once, however much waits to be read. It is not made CONCURRENTLY, which would wait for those who wait for the
-- lock of the migrations; late replies are few, since they are kept for days.

-- +goose Up
CREATE INDEX late_replies_settled ON late_replies (at) WHERE state IN ('delivered', 'dropped');
