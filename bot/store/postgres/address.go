package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Name says where a store is without saying how to get in: no password, and no setting of a connection.
func Name(address string) string {
	where, err := url.Parse(address)
	if err != nil || !isPostgres(where) {
		return "postgres://…"
	}
	name := url.URL{Scheme: where.Scheme, Host: where.Host, Path: where.Path}
	if host := where.Query().Get("host"); name.Host == "" && host != "" {
		name.RawQuery = url.Values{"host": {host}}.Encode()
	}
	return name.String()
}

func isPostgres(where *url.URL) bool {
	return where.Scheme == "postgres" || where.Scheme == "postgresql"
}

// Settings of each connection, where the URL says nothing else. Times are in milliseconds, as PostgreSQL takes numbers.
const (
	statementTimeout = "5000"
	lockTimeout      = "2000"
	writersTimeout   = "100"           // lock_timeout of those who write turns
	heldMost         = 2 * time.Second // as long as lockTimeout; they try again meanwhile
	idleTimeout      = "10000"         // within a transaction
	connectTimeout   = 3 * time.Second
	application      = "xiaoer"
)

// leastConnections are those that one process cannot do without.
const leastConnections = 4

// parse reads a URL. No error says what stands in it: there may be a password.
func parse(address string) (*pgxpool.Config, error) {
	where, err := url.Parse(address)
	if err != nil || !isPostgres(where) {
		return nil, errors.New("it is no URL such as postgres://user@host/database")
	}
	c, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("something in its URL is not as PostgreSQL wants it; known settings are %s",
			"sslmode, connect_timeout, pool_max_conns, statement_timeout, lock_timeout and others of PostgreSQL's own")
	}
	if c.ConnConfig.Database == "" || strings.Trim(where.Path, "/") == "" {
		return nil, errors.New("its URL names no database")
	}
	params := c.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"statement_timeout": statementTimeout, "lock_timeout": lockTimeout,
		"idle_in_transaction_session_timeout": idleTimeout, "application_name": application,
	} {
		if _, set := params[name]; !set {
			params[name] = value
		}
	}
	if c.ConnConfig.ConnectTimeout <= 0 {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	return c, nil
}

// soonerFree lets those who write turns wait for a lock only for a moment, and try again for as long as a lock may last: who waits keeps a
// connection from all others. A lock_timeout in the URL is taken at its word.
func soonerFree(config *pgxpool.Config) (*pgxpool.Config, time.Duration) {
	if config.ConnConfig.RuntimeParams["lock_timeout"] != lockTimeout {
		return config, 0
	}
	config = config.Copy()
	config.ConnConfig.RuntimeParams["lock_timeout"] = writersTimeout
	return config, heldMost
}

// connections is how many the URL allows, 0 where it says nothing.
func connections(address string) (int, error) {
	where, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	text := where.Query().Get("pool_max_conns")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < leastConnections {
		return 0, fmt.Errorf("pool_max_conns must be %d at least", leastConnections)
	}
	return n, nil
}
