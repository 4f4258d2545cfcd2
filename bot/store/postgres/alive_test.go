package postgres

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is both ends of a connection.
func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	near, err = net.Dial("tcp", listen.Addr().String())
	require.NoError(t, err)
	far, err = listen.Accept()
	require.NoError(t, err)
	require.NoError(t, listen.Close())
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
	})
	return near, far
}

func TestAlive(t *testing.T) {
	t.Parallel()
	near, far := pair(t)
	require.True(t, alive(near))
	require.True(t, alive(tls.Client(near, nil)))
	_, err := far.Write([]byte("E"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return !alive(near) }, time.Minute, time.Millisecond, "it has something to say")
	got := make([]byte, 1)
	_, err = near.Read(got)
	require.NoError(t, err)
	require.Equal(t, "E", string(got), "looking takes nothing away")
	require.True(t, alive(near))
	require.NoError(t, far.Close())
	require.Eventually(t, func() bool { return !alive(near) }, time.Minute, time.Millisecond)
	require.NoError(t, near.Close())
	require.False(t, alive(near))
}

// The driver reads in the background where it is slow to write.
func TestAliveDoesNotWaitForAReader(t *testing.T) {
	t.Parallel()
	near, far := pair(t)
	done := make(chan error, 1)
	go func() {
		_, err := near.Read(make([]byte, 1))
		done <- err
	}()
	for range 1000 {
		require.True(t, alive(near))
	}
	_, err := far.Write([]byte("E"))
	require.NoError(t, err)
	require.NoError(t, <-done)
}
