package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMustChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, sql, want string }{
		{"update", "UPDATE t SET a = 1 WHERE b = $1", "WITH changed AS (UPDATE t SET a = 1 WHERE b = $1 RETURNING 1) SELECT 1 / count(*) FROM changed"},
		{"values", "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING", "INSERT INTO t (a) VALUES ($1) "},
		{"any conflict", "\nINSERT INTO t (a)\nVALUES ($1)\nON CONFLICT DO NOTHING", "\nINSERT INTO t (a)\nVALUES ($1)\n"},
		{
			"rows of a query", "INSERT INTO t (a) SELECT b FROM u ON CONFLICT (a) DO NOTHING",
			"WITH changed AS (INSERT INTO t (a) SELECT b FROM u ON CONFLICT (a) DO NOTHING RETURNING 1) SELECT 1 / count(*) FROM changed",
		},
		{
			"one that overwrites", "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 2",
			"WITH changed AS (INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING 1) SELECT 1 / count(*) FROM changed",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, mustChange(test.sql))
		})
	}
}

func TestStorable(t *testing.T) {
	t.Parallel()
	args := []any{"a", int64(1), "b\x00", nil, []byte{0}, "\x00"}
	require.Equal(t, []any{"a", int64(1), "b�", nil, []byte{0}, "�"}, allStorable(args))
	require.Equal(t, "b\x00", args[2], "the caller's own is left alone")
	require.Error(t, (&parcel{}).add(nil, []any{1.5}))
}
