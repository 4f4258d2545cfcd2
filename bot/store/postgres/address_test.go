package postgres

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/engine"
)

func TestNameHasNoSecret(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ address, want string }{
		{"postgres://xiaoer:s3cret@db.example:5433/shops?password=s3cret&sslmode=require", "postgres://db.example:5433/shops"},
		{"postgresql://db/shops?sslpassword=s3cret", "postgresql://db/shops"},
		{"postgres://xiaoer@/shops?host=/run/postgresql&password=s3cret", "postgres:///shops?host=%2Frun%2Fpostgresql"},
		{"postgres://xiaoer:s3cret%zz@db/shops", "postgres://…"},
		{"postgres://xiaoer:s3cret@db:port/shops", "postgres://…"},
	} {
		require.Equal(t, test.want, Name(test.address))
	}
}

func TestSettingsOfAConnection(t *testing.T) {
	t.Parallel()
	c, err := parse("postgres://u:p@db/shops")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"application_name": "xiaoer", "statement_timeout": "5000", "lock_timeout": "2000", "idle_in_transaction_session_timeout": "10000",
	}, c.ConnConfig.RuntimeParams)
	require.Equal(t, 3*time.Second, c.ConnConfig.ConnectTimeout)

	c, err = parse("postgres://u:p@db/shops?statement_timeout=700&lock_timeout=200&application_name=second&connect_timeout=9&search_path=mine")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"application_name": "second", "statement_timeout": "700", "lock_timeout": "200", "idle_in_transaction_session_timeout": "10000",
		"search_path": "mine",
	}, c.ConnConfig.RuntimeParams)
	require.Equal(t, 9*time.Second, c.ConnConfig.ConnectTimeout)
}

func TestConnectionsOfAURL(t *testing.T) {
	t.Parallel()
	o := Options{URL: "postgres://db/shops?pool_max_conns=9"}
	require.NoError(t, o.validate())
	require.Equal(t, 9, o.Connections)
	o = Options{URL: "postgres://db/shops"}
	require.NoError(t, o.validate())
	require.Equal(t, 16, o.Connections)
	for _, few := range []string{"3", "0", "-4", "many"} {
		o = Options{URL: "postgres://db/shops?pool_max_conns=" + few}
		require.ErrorContains(t, o.validate(), "pool_max_conns must be 4 at least")
	}
	o = Options{Keep: engine.Retention{Texts: -time.Hour}}
	require.Error(t, o.validate())
}

// No fault of a URL is told with what stands in it.
func TestNoErrorTellsASecret(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	for _, address := range []string{
		"postgres://xiaoer:s3cret@127.0.0.1:1/shops", "postgres://xiaoer:s3cret@127.0.0.1:1/", "postgres://xiaoer:s3cret@db:port/shops",
		"postgres://xiaoer:s3cret@db/shops?connect_timeout=s3cret", "postgres://xiaoer:s3cret@db/shops?sslmode=s3cret",
		"postgres://xiaoer:s3cret@127.0.0.1:1/shops?pool_max_conns=s3cret", "mysql://xiaoer:s3cret@db/shops", "s3cret",
		"postgres://xiaoer:s3cret@db/shops?pool_max_conn_lifetime=s3cret", "postgres://xiaoer:s3cret@\x00/shops",
	} {
		_, err := Open(t.Context(), Options{URL: address, Logger: log})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "s3cret", address)
		_, err = Size(t.Context(), address)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "s3cret", address)
	}
	require.NotContains(t, logged.String(), "s3cret")
}

func FuzzName(f *testing.F) {
	f.Add("db.example:5432", "s3cret", "sslmode=require")
	f.Add("", "s3cret", "host=/run/postgresql")
	f.Fuzz(func(t *testing.T, host, secret, settings string) {
		if len(secret) < 6 || strings.Contains(host+settings, secret) || strings.ContainsAny(secret, "/@:?#%") || strings.Contains("postgres://…", secret) {
			t.Skip()
		}
		require.NotContains(t, Name("postgres://xiaoer:"+secret+"@"+host+"/shops?"+settings), secret)
	})
}
