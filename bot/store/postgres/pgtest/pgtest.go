//go:build unix

// Package pgtest gives tests a PostgreSQL of their own, made from the programs of this machine and thrown away when the tests end,
// however they end. It is for tests only, and knows nothing of what is kept in it.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Server is a PostgreSQL that runs for tests. Nothing of it survives them.
type Server struct {
	programs programs
	dir      string
	settings []string
	keeper   io.Closer // what ends the server when it is closed, or when this process ends
	ended    func() error
	made     atomic.Int64 // databases and schemas
}

// owner is the one who owns everything in a Server. There is no password.
const owner = "xiaoer"

// patience bounds each step of a server's life.
const patience = time.Minute

// shared is the server of all tests of a process that need none of their own.
var shared = sync.OnceValues(func() (*Server, error) { return start(nil) })

// Database makes room for one test in the server that all tests of this process share, and gives its URL. It is a schema of its own
// with nothing in it, which is much quicker made than a database; only what is told by NOTIFY goes across. It is dropped when the test
// ends. Without PostgreSQL on this machine the test is skipped, and with CI=true it fails.
func Database(tb testing.TB) string {
	tb.Helper()
	s, err := shared()
	require(tb, err)
	name := s.name()
	require(tb, s.Do("CREATE SCHEMA "+name))
	tb.Cleanup(func() {
		if err := s.Do("SET lock_timeout = '10s'; DROP SCHEMA " + name + " CASCADE"); err != nil {
			tb.Errorf("drop a schema: %v", err)
		}
	})
	return s.url("postgres", "search_path", name)
}

// Start runs a server for one test, which may stop and crash it. Settings are those of postgresql.conf, such as "fsync=on", which is
// off where nothing is said: what is kept outlives the server all the same, but not the machine.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := start(settings)
	require(tb, err)
	tb.Cleanup(func() {
		if err := s.close(); err != nil {
			tb.Errorf("end a server: %v", err)
		}
	})
	return s
}

// require skips a test where PostgreSQL is missing, and fails it where it must not be, or has another fault.
func require(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && os.Getenv("CI") != "true":
		tb.Skipf("%v: what needs it is not tested", err)
	default:
		tb.Fatal(err)
	}
}

func start(settings []string) (s *Server, err error) {
	s = &Server{settings: settings}
	if s.programs, err = find(); err != nil {
		return nil, err
	}
	// The path of a socket may not be long, and TMPDIR may be closed to the user who runs the server.
	if s.dir, err = os.MkdirTemp("/tmp", "xiaoer-pg-"); err != nil {
		return nil, err
	}
	if err = s.programs.own(s.dir); err == nil {
		err = s.keep()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	err = s.run("initdb", "-D", s.data(), "-U", owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// keep starts the one who clears up: it waits until its input ends, and that is when this process is gone at the latest.
func (s *Server) keep() error {
	const script = `read -r line; "$0" -D "$1/data" -m immediate -w stop >"$1/stop.log" 2>&1; rm -rf "$1"`
	command := s.programs.command(context.Background(), "/bin/sh", "-c", script, s.programs.path("pg_ctl"), s.dir)
	keeper, err := command.StdinPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start a keeper: %w", err)
	}
	s.keeper, s.ended = keeper, command.Wait
	return nil
}

// close ends the server and takes its folder away.
func (s *Server) close() error { return errors.Join(s.keeper.Close(), s.ended()) }

// Start starts a server again that was stopped or has crashed. It returns when the server answers.
func (s *Server) Start() error {
	settings := append([]string{"listen_addresses=''", "fsync=off", "shared_buffers=64MB", "max_connections=200"}, s.settings...)
	options := "-k " + s.dir + " -c " + strings.Join(settings, " -c ")
	return s.run("pg_ctl", "-D", s.data(), "-l", s.logFile(), "-w", "-o", options, "start")
}

// Stop ends the server as an operator does: whoever is connected is thrown out, and what they had begun is undone.
func (s *Server) Stop() error { return s.run("pg_ctl", "-D", s.data(), "-m", "fast", "-w", "stop") }

// Crash ends the server at once and in the middle of everything. It recovers when it is started again.
func (s *Server) Crash() error {
	return s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "-w", "stop")
}

func (s *Server) logFile() string { return filepath.Join(s.dir, "log") }

// Log is what the server has written down so far.
func (s *Server) Log() (string, error) {
	text, err := os.ReadFile(s.logFile())
	return string(text), err
}

// run runs one of PostgreSQL's programs to its end. What it said is in the error.
func (s *Server) run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	said := filepath.Join(s.dir, program+".log")
	command := s.programs.command(ctx, s.programs.path(program), args...)
	// A pipe would be held open by the server itself, which never ends.
	out, err := os.Create(said)
	if err != nil {
		return err
	}
	command.Stdout, command.Stderr = out, out
	if err := errors.Join(command.Run(), out.Close()); err != nil {
		text, _ := os.ReadFile(said) // the error is told without it
		return fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(string(text)))
	}
	return nil
}

// Database makes an empty database, which is dropped when the test ends, and gives its URL.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := s.name()
	require(tb, s.Do("CREATE DATABASE "+name))
	tb.Cleanup(func() {
		_ = s.Do("DROP DATABASE " + name + " WITH (FORCE)") // a server that was stopped is thrown away anyway
	})
	return s.url(name)
}

// name is one that nothing else in the server has.
func (s *Server) name() string { return fmt.Sprintf("test_%d", s.made.Add(1)) }

func (s *Server) url(database string, more ...string) string {
	query := url.Values{"host": {s.dir}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return (&url.URL{Scheme: "postgres", User: url.User(owner), Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Do runs one statement as an operator, outside of any transaction.
func (s *Server) Do(statement string) error { return do(s.url("postgres"), statement) }

func do(where, statement string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
