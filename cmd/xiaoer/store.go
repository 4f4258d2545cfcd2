package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/sqlite"
)

// openStore opens what --store names: sqlite:FILE or memory:. The second result closes it.
func openStore(ctx context.Context, name string, log *slog.Logger) (engine.Store, func() error, error) {
	return openKeeping(ctx, name, engine.Retention{}, log)
}

// openServers opens a store that a server has made, and leaves its version to the server.
func openServers(ctx context.Context, file string) (*sqlite.Store, error) {
	return sqlite.Open(ctx, sqlite.Options{Path: file, Existing: true})
}

// openKeeping is openStore with the periods for which things are kept.
func openKeeping(ctx context.Context, name string, keep engine.Retention, log *slog.Logger) (engine.Store, func() error, error) {
	if err := keep.Validate(); err != nil {
		return nil, nil, usageError("--keep-…: " + err.Error())
	}
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case name == "memory:":
		return store.NewMemory(store.Limits{Keep: keep}), func() error { return nil }, nil
	case kind == "sqlite" && rest != "":
		s, err := sqlite.Open(ctx, sqlite.Options{Path: rest, Logger: log, Keep: keep})
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	case kind == "postgres" || kind == "postgresql":
		return nil, nil, usageError("the PostgreSQL store is not there yet; this version has sqlite:FILE and memory:")
	}
	return nil, nil, usageError(fmt.Sprintf("--store %q is none of sqlite:FILE and memory:", name))
}
