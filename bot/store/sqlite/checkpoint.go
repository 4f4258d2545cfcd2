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
		busy, pages, err := c.once()
		if err != nil {
			c.logger.Warn("carry the log over", "err", explain(err))
			c.drop()
			continue
		}
		if !busy && pages > longLog {
			c.rest.Store(true)
		}
	}
}

// once makes one checkpoint that waits for nobody, and says how long the log is.
func (c *checkpointer) once() (busy bool, pages int64, err error) {
	if c.conn == nil {
		if c.conn, err = c.db.Conn(context.Background()); err != nil {
			return false, 0, err
		}
	}
	var done int64
	err = c.conn.QueryRowContext(context.Background(), checkpoint).Scan(&busy, &pages, &done)
	return busy, pages, err
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
