package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"xiaoer/bot/engine"
)

// Codes of PostgreSQL's that mean something here.
const (
	codeDivision      = "22012" // how a statement says that it changed nothing (see mustChange)
	classData         = "22"    // how all codes begin that say that something is wrong with a value
	codeUnique        = "23505"
	codeReadOnly      = "25006"
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	codeDiskFull      = "53100"
	codeLockTimeout   = "55P03"
	codeCancelled     = "57014" // by statement_timeout, mostly
	codeWrongPlan     = "0A000" // what was prepared does not fit the tables any more
	codeNoStatement   = "26000" // what was prepared is gone: somebody stands between that shares connections
)

// codeOf is PostgreSQL's code, "" for other errors.
func codeOf(err error) string {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return said.Code
	}
	return ""
}

// fatal is whether the server has ended the connection with these words.
func fatal(said *pgconn.PgError) bool {
	return said.SeverityUnlocalized == "FATAL" || said.SeverityUnlocalized == "PANIC" || strings.HasPrefix(said.Code, "08")
}

// isTransport is whether the connection itself failed.
func isTransport(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err)
}

// crossed is whether somebody else has changed what a transaction was about to change, which is gone with that.
func crossed(err error) bool {
	code := codeOf(err)
	return code == codeSerialization || code == codeDeadlock
}

// nothingKept marks what went wrong before anything could be kept.
type nothingKept struct{ error }

// Unwrap gives what went wrong.
func (n nothingKept) Unwrap() error { return n.error }

// busy is an engine.ErrBusy that says its own cause in place of that one's.
type busy struct {
	cause string
	error
}

func (b busy) Error() string { return b.cause + ": " + b.error.Error() }

// Unwrap gives what callers are told, and what went wrong.
func (b busy) Unwrap() []error { return []error{engine.ErrBusy, b.error} }

// explain says in the words of the engine what PostgreSQL said: what was refused for certain is engine.ErrFull, engine.ErrStale or
// engine.ErrBusy; for the rest nobody knows whether it was kept.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	connecting := &pgconn.ConnectError{}
	if errors.As(err, &connecting) {
		return busy{"the database cannot be reached", err}
	}
	said, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && !fatal(said):
		return refused(said.Code, err)
	case errors.As(err, new(nothingKept)): // what the driver thinks safe is not: it says so of a connection that broke while it was read too
		return busy{"the connection was lost", err}
	default:
		return err
	}
}

// refused explains what PostgreSQL has refused, and that is: rolled back. What is wrong with a value stays so however often it is sent, so
// that is not engine.ErrBusy.
func refused(code string, err error) error {
	switch code {
	case codeDivision, codeUnique, codeSerialization, codeDeadlock:
		return fmt.Errorf("%w: %w", engine.ErrStale, err)
	case codeDiskFull:
		return fmt.Errorf("%w: %w", engine.ErrFull, err)
	case codeReadOnly:
		return busy{"the database takes no changes now", err}
	case codeLockTimeout:
		return busy{"somebody else holds what was to be changed", err}
	case codeCancelled:
		return busy{"the database is too slow", err}
	}
	if strings.HasPrefix(code, classData) {
		return fmt.Errorf("the database has no place for such a value: %w", err)
	}
	return busy{"the database refused it", err}
}
