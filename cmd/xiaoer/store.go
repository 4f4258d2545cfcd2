package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"xiaoer/bot/engine"
	"xiaoer/bot/store"
	"xiaoer/bot/store/postgres"
	"xiaoer/bot/store/sqlite"
)

// stores are the names that --store takes.
const stores = "sqlite:FILE, postgres://… and memory:"

// openStore opens what --store names. The second result closes it.
func openStore(ctx context.Context, name string, log *slog.Logger) (engine.Store, func() error, error) {
	return openKeeping(ctx, name, engine.Retention{}, log)
}

// A closingStore is one that was opened.
type closingStore interface {
	engine.Store
	Close() error
}

// openServers opens a store that a server has made, and leaves its version to the server.
func openServers(ctx context.Context, name string) (closingStore, error) {
	if isPostgres(name) {
		return postgres.Open(ctx, postgres.Options{URL: name, Existing: true, Connections: fewConnections})
	}
	return sqlite.Open(ctx, sqlite.Options{Path: strings.TrimPrefix(name, "sqlite:"), Existing: true})
}

// fewConnections are enough for a command beside the servers.
const fewConnections = 4

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
		return openHeld(ctx, sqlite.Options{Path: rest, Logger: log, Keep: keep})
	case isPostgres(name):
		s, err := postgres.Open(ctx, postgres.Options{URL: name, Logger: log, Keep: keep})
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	}
	return nil, nil, noStore("--store", name)
}

// openHeld opens a file that no other server has.
func openHeld(ctx context.Context, o sqlite.Options) (engine.Store, func() error, error) {
	release, err := sqlite.Hold(ctx, o.Path, o.Logger)
	if err != nil {
		return nil, nil, err
	}
	s, err := sqlite.Open(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return s, func() error { return errors.Join(s.Close(), release()) }, nil
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// noStore refuses the name that a flag has. It may have a password in it, and so is not repeated.
func noStore(flag, name string) error {
	kind, _, _ := strings.Cut(name, ":")
	return usageError(fmt.Sprintf("%s %s:… is none of %s", flag, kind, stores))
}

// storeName is a store's name for people and logs: without a password.
func storeName(name string) string {
	if isPostgres(name) {
		return postgres.Name(name)
	}
	return name
}
