package workbench

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

// A counter is a desk and a feed of shops in which nothing happens; it counts how often their cases are listed.
type counter struct {
	Desk
	Feed
	read int
}

func (c *counter) Cases(context.Context, desk.Query) ([]desk.Case, error) {
	c.read++
	return []desk.Case{{State: desk.Waiting}}, nil
}

func (*counter) Erased(string) (times int, place int64)            { return 0, 0 }
func (*counter) LastChange(context.Context, string) (int64, error) { return 1, nil }

func TestWhoMaySeeVeryManyShopsReadsEachOnce(t *testing.T) {
	t.Parallel()
	c := &counter{}
	o := newOpenCases(Options{Desk: c, Feed: c, Now: func() time.Time { return time.Unix(0, 0) }})
	for range 3 {
		for i := range 3000 {
			_, err := o.of(t.Context(), strconv.Itoa(i))
			require.NoError(t, err)
		}
	}
	require.Equal(t, 3000, c.read)
}
