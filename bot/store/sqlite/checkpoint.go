package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"sync/atomic"
)

// When the log is carried over into the file.
const (
	checkpointEvery = 2500     // pages of log, about, between two checkpoints beside the writer
	longLog         = 6000     // pages of log (24 MiB) after which the writer completes a checkpoint by itself
	shortRest       = 300      // pages that the writer may carry over while everybody waits
	mostPasses      = 6        // of the checkpointer after which the writer does the rest however long it is
	keptLog         = 64 << 20 // bytes of an empty log that stay on the disk
)

// A checkpointer carries the log over into the file beside the writer, so that no commit waits for it. It can never quite
// catch up with a writer that goes on; where the log has become long, the writer does the short rest between two
// transactions, after which the log begins anew.
type checkpointer struct {
	db     *sql.DB
	logger *slog.Logger
	wake   chan struct{}
	ended  chan struct{}
	rest   atomic.Bool // the writer is to do the rest
	conn   *sql.Conn   // of the goroutine; nil when it has to be opened (again)
}

func newCheckpointer(db *sql.DB, logger *slog.Logger) *checkpointer {
	c := &checkpointer{db: db, logger: logger, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go c.run()
	return c
}

func (c *checkpointer) run() {
	defer close(c.ended)
	defer c.drop()
	for range c.wake {
		if err := c.carry(); err != nil {
			c.logger.Warn("carry the log over", "err", explain(err))
			c.drop()
		}
	}
}

// carry makes a checkpoint. Where the log has become long it follows the writer until the rest is short, and leaves that to it:
// what the writer does itself keeps everybody waiting.
func (c *checkpointer) carry() error {
	busy, pages, done, err := c.once()
	if err != nil || busy || pages <= longLog {
		return err
	}
	for range mostPasses {
		before := done
		if busy, pages, done, err = c.once(); err != nil || busy {
			return err
		}
		if pages-before <= shortRest {
			break
		}
	}
	c.rest.Store(true)
	return nil
}

// once makes one checkpoint that waits for nobody, and says how many pages the log had and how many of them are carried over.
func (c *checkpointer) once() (busy bool, pages, done int64, err error) {
	if c.conn == nil {
		if c.conn, err = c.db.Conn(context.Background()); err != nil {
			return false, 0, 0, err
		}
	}
	err = c.conn.QueryRowContext(context.Background(), checkpoint).Scan(&busy, &pages, &done)
	return busy, pages, done, err
}

func (c *checkpointer) drop() {
	if c.conn != nil {
		_ = c.conn.Close() // it holds nothing
		c.conn = nil
	}
}

// due asks for a checkpoint, without waiting for it.
func (c *checkpointer) due() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// close waits for the checkpoint that is under way.
func (c *checkpointer) close() {
	close(c.wake)
	<-c.ended
}
