package patience_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/patience"
)

func Example() {
	ctx := patience.Within(context.Background(), time.Minute)
	defer ctx.End()
	fmt.Println(ctx.Err())
	// Output: <nil>
}

// kinds are contexts that must behave alike: one of the library's and ours, before and after somebody waits for it.
func kinds(parent context.Context, d time.Duration) map[string]func() (context.Context, func()) {
	return map[string]func() (context.Context, func()){
		"library": func() (context.Context, func()) { return context.WithTimeout(parent, d) },
		"unwaited": func() (context.Context, func()) {
			c := patience.Within(parent, d)
			return c, c.End
		},
		"waited": func() (context.Context, func()) {
			c := patience.Within(parent, d)
			_ = c.Done()
			return c, c.End
		},
	}
}

type key struct{}

// elapse lets the bubble's clock go on.
func elapse(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestEndsAsTheLibrarysDoes(t *testing.T) {
	late := errors.New("too late")
	tests := []struct {
		name string
		run  func(cancelParent context.CancelCauseFunc, end func())
		err  error
	}{
		{"not at all", func(context.CancelCauseFunc, func()) {}, nil},
		{"when it is ended", func(_ context.CancelCauseFunc, end func()) { end() }, context.Canceled},
		{"with its time", func(context.CancelCauseFunc, func()) { elapse(time.Minute) }, context.DeadlineExceeded},
		{"not before its time", func(context.CancelCauseFunc, func()) { elapse(time.Minute - 1) }, nil},
		{"with its parent", func(cancel context.CancelCauseFunc, _ func()) { cancel(late) }, context.Canceled},
		{"once", func(cancel context.CancelCauseFunc, end func()) {
			elapse(time.Hour)
			end()
			end()
			cancel(late)
		}, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		for _, kind := range []string{"library", "unwaited", "waited"} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "v"))
					defer cancel(nil)
					ctx, end := kinds(parent, time.Minute)[kind]()
					defer end()
					at, ok := ctx.Deadline()
					require.True(t, ok)
					require.Equal(t, time.Minute, time.Until(at))
					child := ctx
					if kind != "unwaited" { // who is derived from it waits for it
						var endChild context.CancelFunc
						child, endChild = context.WithCancel(ctx)
						defer endChild()
					}
					tt.run(cancel, end)
					synctest.Wait()
					require.Equal(t, "v", ctx.Value(key{}))
					require.Equal(t, tt.err, ctx.Err())
					select {
					case <-ctx.Done():
						require.Error(t, tt.err)
					default:
						require.NoError(t, tt.err)
					}
					synctest.Wait()
					require.Equal(t, tt.err, child.Err(), "what is derived from it")
					require.Equal(t, tt.err, ctx.Err(), "it stays so")
				})
			})
		}
	}
}

func TestAParentsDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		ctx := patience.Within(parent, time.Minute)
		defer ctx.End()
		at, _ := ctx.Deadline()
		require.Equal(t, time.Second, time.Until(at))
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
		require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
	})
}

func TestWhoWaitsIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := patience.Within(t.Context(), time.Minute)
		released := make(chan error, 2)
		for range 2 {
			go func() {
				<-ctx.Done()
				released <- ctx.Err()
			}()
		}
		synctest.Wait()
		require.Empty(t, released)
		ctx.End()
		require.Equal(t, context.Canceled, <-released)
		require.Equal(t, context.Canceled, <-released)
	})
}

func BenchmarkWithin(b *testing.B) {
	parent, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	for name, make := range kinds(parent, time.Minute) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ctx, end := make()
				if ctx.Err() != nil {
					b.Fatal(ctx.Err())
				}
				end()
			}
		})
	}
}
