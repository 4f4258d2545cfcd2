package web

import (
	"net"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALineThatNeedNotBeListenedToFindsNothingOnce(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	caller, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer caller.Close()
	conn, err := lines{ln}.Accept()
	require.NoError(t, err)
	defer conn.Close()
	_, err = caller.Write([]byte("abc"))
	require.NoError(t, err)

	r := httptest.NewRequestWithContext(withLine(t.Context(), conn), "POST", "/", nil)
	read := func() string {
		var room [1]byte
		n, err := conn.Read(room[:])
		require.NoError(t, err)
		return string(room[:n])
	}
	require.Equal(t, "a", read())
	answerInAnyCase(r)
	answerInAnyCase(r)
	require.Equal(t, "", read())
	require.Equal(t, "b", read())
	require.Equal(t, "c", read())
}
