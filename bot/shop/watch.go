package shop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// debounce is how long changes are gathered: an editor or a copy makes several at once.
const debounce = 50 * time.Millisecond

// longest is how long a stream of changes may put a reading off.
const longest = time.Second

// Watch reads again whenever something changes in the folders, until ctx ends. Folders are watched, not files, so that
// writing in place, renaming over, and exchanging a link (as Kubernetes does) are all seen. Only a watch that cannot be
// begun is an error.
func (r *Registry) Watch(ctx context.Context) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch folders: %w", err)
	}
	defer func() { _ = w.Close() }()
	r.follow(w)
	_ = r.Reload() // what changed before the folders were watched; a failure is logged there
	r.follow(w)
	wait := time.NewTimer(time.Hour)
	wait.Stop()
	var since time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.Events:
			if !ok {
				return nil
			}
			now := time.Now()
			if since.IsZero() {
				since = now
			}
			wait.Reset(max(0, min(debounce, longest-now.Sub(since))))
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			r.o.Logger.Warn("some changes may have been missed", "err", err)
			wait.Reset(debounce)
		case <-wait.C:
			since = time.Time{}
			r.follow(w) // a folder that came anew is watched before it is read, so that no change falls between
			_ = r.Reload()
			r.follow(w)
		}
	}
}

// follow makes the watcher watch the folders that count now.
func (r *Registry) follow(w *fsnotify.Watcher) {
	want := map[string]bool{}
	for _, dir := range r.shelf.Load().watch {
		for _, d := range withLinks(dir) {
			want[d] = true
		}
	}
	if names, err := folders(r.o.Dir); err == nil {
		for _, name := range names {
			for _, d := range withLinks(filepath.Join(r.o.Dir, name)) {
				want[d] = true
			}
		}
	}
	for _, dir := range w.WatchList() {
		if !want[dir] {
			_ = w.Remove(dir)
		}
	}
	for dir := range want {
		if slices.Contains(w.WatchList(), dir) {
			continue
		}
		if err := w.Add(dir); err != nil {
			r.o.Logger.Warn("folder cannot be watched", "err", err)
		}
	}
}

// withLinks gives a folder with its rules and tests below, and where links lead, as far as they are there.
func withLinks(dir string) []string {
	var out []string
	for _, d := range []string{dir, filepath.Join(dir, "rules"), filepath.Join(dir, "tests")} {
		info, err := os.Stat(d)
		if err != nil || !info.IsDir() {
			continue
		}
		out = append(out, d)
		if real, err := filepath.EvalSymlinks(d); err == nil && real != d {
			out = append(out, real)
		}
	}
	return out
}
