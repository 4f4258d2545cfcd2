-- A turn is told what its conversation stood like when it was loaded, so that nothing has to be given back by an update.

-- +goose Up
ALTER TABLE conversations DROP COLUMN waited;
ALTER TABLE conversations DROP COLUMN turn_before;
