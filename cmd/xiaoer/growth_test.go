package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"xiaoer/bot/store/postgres/pgtest"
)

// growthVariable is how many messages TestGrowth sends.
const growthVariable = "XIAOER_GROWTH"

// TestGrowth sends messages to a server on PostgreSQL and says what each of them leaves in the tables, their indexes and the log:
//
//	XIAOER_GROWTH=50000 go test ./cmd/xiaoer -run TestGrowth -v -timeout 30m
func TestGrowth(t *testing.T) {
	messages, err := strconv.Atoi(os.Getenv(growthVariable))
	if err != nil {
		t.Skip(growthVariable + " is not set: how many messages to send")
	}
	where := pgtest.Start(t, "fsync=on", "max_wal_size=8GB", "checkpoint_timeout=1h").Database(t)
	_, closeStore, err := openStore(t.Context(), where, nil)
	require.NoError(t, err)
	require.NoError(t, closeStore())
	conn, err := pgx.Connect(t.Context(), where)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	var before, after int64
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT pg_current_wal_lsn() - '0/0'::pg_lsn`).Scan(&before))
	code, out, errs := command(t, "bench", "--store", where, "--messages", strconv.Itoa(messages))
	require.Equal(t, exitOK, code, errs)
	t.Log(out)
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT pg_current_wal_lsn() - '0/0'::pg_lsn`).Scan(&after))
	_, err = conn.Exec(t.Context(), `VACUUM ANALYZE`)
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), `
SELECT relname::text, reltuples::float8, pg_table_size(oid)::float8, pg_indexes_size(oid)::float8 FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 100 ORDER BY pg_total_relation_size(oid) DESC`)
	require.NoError(t, err)
	defer rows.Close()
	var turns float64
	var lines []string
	var all [3]float64
	for rows.Next() {
		var name string
		var count, table, index float64
		require.NoError(t, rows.Scan(&name, &count, &table, &index))
		if name == "turns" {
			turns = count
		}
		lines = append(lines, fmt.Sprintf("%-15s %9.0f rows, %5.0f bytes of table and %4.0f of indexes a row", name, count, table/count, index/count))
		for i, v := range []float64{count, table, index} {
			all[i] += v
		}
	}
	require.NoError(t, rows.Err())
	require.GreaterOrEqual(t, turns, float64(messages))
	for _, line := range lines {
		t.Log(line)
	}
	t.Logf("a message: %.2f rows, %.0f bytes of tables, %.0f of indexes, %.0f of the log", all[0]/turns, all[1]/turns, all[2]/turns, float64(after-before)/turns)
}

// How ten thousand shops share a hundred million messages a day: the nth busiest has its share by Zipf's law.
const (
	simulatedShops = 10_000
	dailyMessages  = 10_000 * simulatedShops
)

// sharesOf are the messages a day of each shop, the busiest first.
func sharesOf(exponent float64) []float64 {
	out := make([]float64, simulatedShops)
	sum := 0.0
	for i := range out {
		out[i] = math.Pow(float64(i+1), -exponent)
		sum += out[i]
	}
	for i := range out {
		out[i] *= dailyMessages / sum
	}
	return out
}

// shardOf is where a shop's rows are, by a hash of its id.
func shardOf(shop string, shards int) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(shop)) // it cannot fail
	x := h.Sum64()
	x ^= x >> 33 // FNV's lower bits are those of the last letter
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int(x % uint64(shards))
}

// TestShopsSpreadOverShards says how evenly shop_id spreads the rows, and where it cannot: one shop is never split.
func TestShopsSpreadOverShards(t *testing.T) {
	t.Parallel()
	for _, exponent := range []float64{0, 0.8, 1.0} {
		shares := sharesOf(exponent)
		for _, shards := range []int{8, 32} {
			fullest := make([]float64, 0, 20)
			for round := range cap(fullest) { // ids of other shops each time
				rows := make([]float64, shards)
				for i, share := range shares {
					rows[shardOf(fmt.Sprintf("shop-%d-%d", round, i), shards)] += share
				}
				fullest = append(fullest, slices.Max(rows)/(dailyMessages/float64(shards)))
			}
			slices.Sort(fullest)
			of := float64(shards) / dailyMessages
			least, most := max(1, shares[0]*of), (shares[0]+shares[1]+shares[2])*of+1.5 // the busiest shop is in one of them, and two others may be there
			t.Logf("exponent %.1f, %2d shards: the busiest shop has %4.1f %% of all; the fullest shard has %.2f times its share in the median, %.2f at worst",
				exponent, shards, 100*shares[0]/dailyMessages, fullest[len(fullest)/2], fullest[len(fullest)-1])
			require.GreaterOrEqual(t, fullest[0], least)
			require.Less(t, fullest[len(fullest)-1], most, "all but the few busiest shops are spread evenly")
		}
	}
}
