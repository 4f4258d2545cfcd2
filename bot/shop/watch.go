package shop

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// debounce is how long changes are gathered: an editor or a copy makes several at once.
const debounce = 50 * time.Millisecond

// longest is how long a stream of changes may put a reading off.
const longest = time.Second

// Watch reads again whenever something changes in the folders, until ctx ends. Folders are watched, not files, so that
// writing in place, renaming over, and exchanging a link (as Kubernetes does) are all seen. Beside, it looks at the files every
// second or so, since not every file system tells of changes: those of a network tell nobody what another machine has
// written. Where nothing can be watched it only looks.
func (r *Registry) Watch(ctx context.Context) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		r.o.Logger.Warn("folders cannot be watched; they are looked at now and then", "err", err)
		return r.keepUp(ctx, changes{follow: func() {}})
	}
	defer func() { _ = w.Close() }()
	return r.keepUp(ctx, changes{w.Events, w.Errors, func() { r.follow(w) }})
}

// changes is how the file system tells of them.
type changes struct {
	events <-chan fsnotify.Event
	errors <-chan error
	follow func() // makes it tell of the folders that count now
}

// keepUp reads again what has changed.
func (r *Registry) keepUp(ctx context.Context, c changes) error {
	c.follow()
	seen := r.look() // before it is read, so that what changes meanwhile is seen by the next look
	_ = r.Reload()   // what changed before the folders were watched; a failure is logged there
	c.follow()
	wait := time.NewTimer(time.Hour)
	wait.Stop()
	next := time.NewTimer(lookEvery)
	defer next.Stop()
	var since time.Time
	changed := func() {
		now := time.Now()
		if since.IsZero() {
			since = now
		}
		wait.Reset(max(0, min(debounce, longest-now.Sub(since))))
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-c.events:
			if !ok {
				return nil
			}
			changed()
		case err, ok := <-c.errors:
			if !ok {
				return nil
			}
			r.o.Logger.Warn("some changes may have been missed", "err", err)
			wait.Reset(debounce)
		case <-next.C:
			began := time.Now()
			if r.look() != seen {
				changed()
			}
			next.Reset(max(lookEvery, restAfterLook*time.Since(began)))
		case <-wait.C:
			since = time.Time{}
			c.follow() // a folder that came anew is watched before it is read, so that no change falls between
			seen = r.look()
			_ = r.Reload()
			c.follow()
		}
	}
}

// follow makes the watcher watch the folders that count now.
func (r *Registry) follow(w *fsnotify.Watcher) {
	want := r.counts()
	for _, dir := range w.WatchList() {
		if !want[dir] {
			_ = w.Remove(dir)
		}
	}
	watched := map[string]bool{}
	for _, dir := range w.WatchList() {
		watched[dir] = true
	}
	for dir := range want {
		if watched[dir] {
			continue
		}
		if err := w.Add(dir); err != nil {
			r.o.Logger.Warn("folder cannot be watched", "err", err)
		}
	}
}

// counts gives the folders whose files count now.
func (r *Registry) counts() map[string]bool {
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
	return want
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
