package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/store/sqlstore"
)

// TestAHalfFilledStoreIsNotMoved: what is missing in it would be missing for good, and nothing would say so any more.
func TestAHalfFilledStoreIsNotMoved(t *testing.T) {
	t.Parallel()
	from, to := openFile(t), openFile(t)
	mark := desk.Document{Kind: sqlstore.MoveKind, ID: sqlstore.MoveID, Body: []byte(`{"from":"x","table":"handoffs"}`)}
	_, err := from.kept.PutDocument(t.Context(), mark, nil)
	require.NoError(t, err)
	_, err = sqlstore.Move(t.Context(), from.kept.Tables(), to.kept.Tables(), sqlstore.MoveOptions{From: "half"})
	require.ErrorIs(t, err, sqlstore.ErrHalfSource)
	_, err = to.kept.Document(t.Context(), "", sqlstore.MoveKind, sqlstore.MoveID)
	require.ErrorIs(t, err, engine.ErrNotFound, "nothing was begun")
	require.NoError(t, from.kept.DropDocument(t.Context(), "", sqlstore.MoveKind, sqlstore.MoveID, nil))
	_, err = sqlstore.Move(t.Context(), from.kept.Tables(), to.kept.Tables(), sqlstore.MoveOptions{From: "whole"})
	require.NoError(t, err)
}
