package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// SQLite keeps the file whole whoever writes to it, but a server also remembers what it has read, and thinks that it alone makes the timers run.
// So one server holds a file at a time: by a lock on a file beside it, which the system lets go when the process is gone, however it ended. The
// file beside it stays, and says who has the lock, or had it.

// ErrHeld means that another server has the file.
var ErrHeld = errors.New("another server has it")

const (
	lockSuffix = ".lock"
	holdFor    = 2 * time.Second       // is how long somebody who is going is waited for
	holdAgain  = 50 * time.Millisecond // between two tries
	longestWho = 200                   // bytes
)

// Hold takes the file of a store for a server, before it is opened and until release is called or the process ends; ErrHeld says who has it. Who
// only works beside a server does not ask. Where the file system has no locks it warns and goes on.
func Hold(ctx context.Context, path string, log *slog.Logger) (release func() error, err error) {
	if release, err = hold(ctx, path, log); err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	return release, nil
}

func hold(ctx context.Context, path string, log *slog.Logger) (release func() error, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // by whatever name, it is one
	}
	path += lockSuffix
	late := time.NewTimer(holdFor)
	defer late.Stop()
	for {
		file, err := lockFile(path)
		switch {
		case err == nil:
			sign(file)
			return func() error { return errors.Join(file.Truncate(0), file.Close()) }, nil
		case errors.Is(err, errors.ErrUnsupported):
			log.Warn("nothing keeps a second server from this store: the file system has no locks", "file", path, "err", err)
			return func() error { return nil }, nil
		case !errors.Is(err, ErrHeld):
			return nil, err
		}
		again := time.NewTimer(holdAgain)
		select {
		case <-again.C:
		case <-late.C:
			return nil, fmt.Errorf("%w%s: stop that one, or give this one a store of its own", ErrHeld, whoHolds(path))
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		again.Stop()
	}
}

// sign says in the file who has it. It is for people only, so that it may fail.
func sign(file *os.File) {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	if file.Truncate(0) == nil {
		_, _ = fmt.Fprintf(file, "process %d on %s, since %s\n", os.Getpid(), host, time.Now().UTC().Format("2006-01-02 15:04:05Z"))
	}
}

// whoHolds is what stands in the file, in brackets; "" where that is nothing.
func whoHolds(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(file, longestWho))
	who, _, whole := strings.Cut(strings.ToValidUTF8(string(raw), ""), "\n")
	if err != nil || !whole || strings.ContainsFunc(who, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return " (" + who + ")"
}
