//go:build unix

package pgtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/postgres/pgtest"
)

func TestALineIsCutAndHeldUp(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	line := server.Line(t)
	url := line.Through(t, server.Database(t))
	keepOne(t, url)
	require.Equal(t, 1, count(t, url))

	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	before := line.Trips()
	require.NoError(t, conn.Ping(t.Context()))
	require.Equal(t, before+1, line.Trips())

	line.Hold()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, conn.Ping(ctx), context.DeadlineExceeded)
	line.Heal()
	require.Equal(t, 1, count(t, url))

	conn, err = pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	line.Cut()
	require.Error(t, conn.Ping(t.Context()))
	_, err = pgx.Connect(t.Context(), url)
	require.Error(t, err)
	line.Heal()
	require.Equal(t, 1, count(t, url))
}
