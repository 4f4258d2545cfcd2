package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
)

// A disk brings what is committed to the disk, beside the writer, which goes on with the next transaction: SQLite itself syncs its log
// only before it begins it anew and before it carries it over. What is committed and not synced yet is read already. When
// the log could not be synced, nobody knows what of it would be found after a power cut, and SQLite would go on writing behind that: so
// nothing is written any more until the program is started again, and finds out.
type disk struct {
	path   string // of the log
	logger *slog.Logger
	log    *os.File // nil until it was needed
	sync   func(*os.File) error
	groups chan *group
	ended  chan struct{}

	last atomic.Pointer[group] // that is, or is about to be, committed and not synced; nil when all is
	lost atomic.Pointer[error] // why the log could not be synced
}

// A group is pieces of work that were committed by one transaction.
type group struct {
	ran    []*work
	wrote  bool          // there is something to be synced
	synced chan struct{} // closed when they have heard how it ended
	err    error
}

func newGroup(ran []*work, wrote bool) *group {
	return &group{ran: ran, wrote: wrote, synced: make(chan struct{})}
}

// nothing is a group that was synced.
func nothing() *group {
	g := newGroup(nil, false)
	close(g.synced)
	return g
}

func newDisk(o Options) *disk {
	d := &disk{path: o.Path, logger: o.Logger, sync: o.sync, groups: make(chan *group, 1), ended: make(chan struct{})}
	go d.run()
	return d
}

// announce says that a group is about to be committed: from now on who reads may see what it wrote.
func (d *disk) announce(g *group) { d.last.Store(g) }

// recall says that it was not.
func (d *disk) recall(g *group) {
	d.last.CompareAndSwap(g, nil)
	close(g.synced)
}

// take syncs a group that was committed, and then tells those who wait for it.
func (d *disk) take(g *group) { d.groups <- g }

func (d *disk) run() {
	defer close(d.ended)
	for g := range d.groups {
		if g.err = d.failed(); g.wrote && g.err == nil {
			g.err = d.bring()
		}
		d.last.CompareAndSwap(g, nil)
		for _, r := range g.ran {
			if r.err == nil {
				r.err = g.err
			}
			close(r.done)
		}
		close(g.synced)
	}
}

// bring brings the log to the disk.
func (d *disk) bring() (err error) {
	if d.log == nil {
		d.log, err = openLog(d.path)
	}
	if err == nil {
		err = d.sync(d.log)
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("sync the log of the store, which takes nothing more until it is opened again: %w", err)
	d.logger.Error("write", "err", err)
	d.lost.Store(&err)
	return err
}

// openLog opens SQLite's log, which is there as long as a connection is.
func openLog(path string) (*os.File, error) {
	whole, err := filepath.EvalSymlinks(path) // SQLite puts it beside the file itself
	if err != nil {
		return nil, err
	}
	return os.OpenFile(whole+"-wal", os.O_RDWR, 0)
}

// failed is why nothing can be kept any more.
func (d *disk) failed() error {
	if err := d.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// reach waits until all is on the disk that could be read up to now.
func (d *disk) reach(ctx context.Context) error {
	g := d.last.Load()
	if g == nil {
		return d.failed()
	}
	select {
	case <-g.synced:
		return g.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close waits for what is on its way.
func (d *disk) close() error {
	close(d.groups)
	<-d.ended
	if d.log == nil {
		return nil
	}
	return d.log.Close()
}
