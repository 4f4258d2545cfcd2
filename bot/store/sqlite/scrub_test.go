package sqlite

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// leaf is a page of a table with two rows, a free block between them, and old words in each room.
func leaf() []byte {
	p := bytes.Repeat([]byte{'x'}, 512)
	copy(p, []byte{leafTable, 0x01, 0xc0 /* free block at 448 */, 0, 2 /* rows */, 0x01, 0xa0 /* they begin at 416 */, 0})
	copy(p[8:], []byte{0x01, 0xa0, 0x01, 0xe0})
	copy(p[448:], []byte{0, 0, 0, 32})
	return p
}

func TestRoomBetweenRowsIsCleared(t *testing.T) {
	t.Parallel()
	got, err := clearRoom(leaf())
	require.NoError(t, err)
	want := leaf()
	clear(want[12:416])
	clear(want[452:480])
	require.Equal(t, want, got)
	again, err := clearRoom(got)
	require.NoError(t, err)
	require.Nil(t, again, "there is nothing left to do")

	for name, page := range map[string][]byte{"the rest of a long row": append([]byte{0, 0, 0, 9}, leaf()[4:]...), "an empty page": make([]byte, 512)} {
		got, err := clearRoom(page)
		require.NoError(t, err, name)
		require.Nil(t, got, name)
	}
}

func TestPagesThatAreNotAsTheyShouldBeAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]byte){
		"rows beyond the page":       func(p []byte) { p[5], p[6] = 0x02, 0x01 },
		"more places than room":      func(p []byte) { p[3], p[4] = 0x01, 0x00 },
		"a free block in the room":   func(p []byte) { p[1], p[2] = 0x01, 0x00 },
		"a free block too long":      func(p []byte) { p[450], p[451] = 0x01, 0x00 },
		"a free block too short":     func(p []byte) { p[450], p[451] = 0, 3 },
		"free blocks in a circle":    func(p []byte) { p[448], p[449] = 0x01, 0xc0 },
		"a free block over the edge": func(p []byte) { p[1], p[2] = 0x01, 0xfe },
	} {
		page := leaf()
		change(page)
		got, err := clearRoom(page)
		require.ErrorIs(t, err, errPage, name)
		require.Nil(t, got, name)
	}
	_, err := clearRoom(nil)
	require.ErrorIs(t, err, errPage)
}

func FuzzClearRoom(f *testing.F) {
	f.Add(leaf())
	f.Add(make([]byte, 512))
	f.Fuzz(func(t *testing.T, page []byte) {
		before := bytes.Clone(page)
		got, err := clearRoom(page)
		require.Equal(t, before, page, "it works on a copy")
		if err != nil || got == nil {
			return
		}
		require.Len(t, got, len(page))
		again, err := clearRoom(got)
		require.NoError(t, err)
		require.Nil(t, again)
	})
}
