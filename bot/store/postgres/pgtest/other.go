//go:build !unix

package pgtest

import "testing"

// A Server is a PostgreSQL that runs for tests, which there is on unix only.
type Server struct{}

// Start skips the test.
func Start(tb testing.TB, _ ...string) *Server {
	tb.Helper()
	tb.Skip("PostgreSQL is run for tests on unix only")
	return nil
}

// Database skips the test.
func Database(tb testing.TB) string { return Start(tb).Database(tb) }

// Database is never reached: there is no such server.
func (s *Server) Database(testing.TB) string { return "" }
