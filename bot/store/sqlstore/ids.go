package sqlstore

import (
	"fmt"
	"time"
)

// The ids of turns are UUIDs of version 7, which begin with their time: so turns are found by time without an index of their own.
const (
	// aside is how far the time of a turn and that of its id may be from each other where turns are listed.
	aside = 10 * time.Minute
	// beforeUUIDs is before every UUID of this century, and after ids that are none and begin with a nought.
	beforeUUIDs = "01"
	// afterUUIDs is after every UUID that is written in hexadecimal.
	afterUUIDs = "g"
)

// idAt is before the ids that are made from a time on, and after those that were made before.
func idAt(t time.Time) string {
	ms := uint64(max(0, millis(t)))
	return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff)
}
