package photo_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/photo"
)

// sketch is a picture whose upper left corner is red and whose rest is blue.
func sketch(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 200, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{200, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

func asPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	require.NoError(tb, png.Encode(&b, img))
	return b.Bytes()
}

// withEXIF puts a camera's notes into a JPEG: how it was held, and a place.
func withEXIF(raw []byte, orientation uint16, order binary.ByteOrder) []byte {
	mark := map[bool]string{true: "II*\x00", false: "MM\x00*"}[order == binary.ByteOrder(binary.LittleEndian)]
	tiff := []byte(mark + "\x00\x00\x00\x00")
	order.PutUint32(tiff[4:], 8)
	entry := make([]byte, 2+12+4)
	order.PutUint16(entry, 1)
	order.PutUint16(entry[2:], 0x0112)
	order.PutUint16(entry[4:], 3)
	order.PutUint32(entry[6:], 1)
	order.PutUint16(entry[10:], orientation)
	body := append([]byte("Exif\x00\x00"), append(tiff, entry...)...)
	body = append(body, "GPS 31.2304N 121.4737E"...)
	segment := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(segment[2:], uint16(len(body)+2))
	return append(append(append([]byte{}, raw[:2]...), append(segment, body...)...), raw[2:]...)
}

func TestPicturesAreMadeAnew(t *testing.T) {
	t.Parallel()
	raw := withEXIF(asJPEG(t, sketch(200, 100)), 6, binary.LittleEndian)
	raw = append(raw, "<script>alert(1)</script>PK\x03\x04"...)
	require.Equal(t, 6, photo.Orientation(raw))
	body, w, h, err := photo.Clean(raw)
	require.NoError(t, err)
	require.Equal(t, []int{100, 200}, []int{w, h}, "upright")
	for _, gone := range []string{"GPS", "Exif", "script", "PK\x03\x04"} {
		require.NotContains(t, string(body), gone)
	}
	img, err := jpeg.Decode(bytes.NewReader(body))
	require.NoError(t, err)
	red, _, blue, _ := img.At(90, 10).RGBA()
	require.Greater(t, red, blue, "the corner has gone to the right")

	body, w, h, err = photo.Clean(asPNG(t, sketch(4000, 1000)))
	require.NoError(t, err)
	require.Equal(t, []int{1920, 480}, []int{w, h})
	_, err = png.Decode(bytes.NewReader(body))
	require.NoError(t, err)
}

func TestOrientations(t *testing.T) {
	t.Parallel()
	plain := asJPEG(t, sketch(64, 32))
	corner := map[int][2]int{1: {8, 4}, 2: {56, 4}, 3: {56, 28}, 4: {8, 28}, 5: {4, 8}, 6: {28, 8}, 7: {28, 56}, 8: {4, 56}}
	for o, at := range corner {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			body, _, _, err := photo.Clean(withEXIF(plain, uint16(o), order))
			require.NoError(t, err)
			img, err := jpeg.Decode(bytes.NewReader(body))
			require.NoError(t, err)
			red, _, blue, _ := img.At(at[0], at[1]).RGBA()
			require.Greater(t, red, blue, "orientation %d", o)
		}
	}
	require.Equal(t, 1, photo.Orientation(plain))
}

// bomb is the head of a PNG that says it is enormous.
func bomb(w, h uint32) []byte {
	head := make([]byte, 17)
	copy(head, "IHDR")
	binary.BigEndian.PutUint32(head[4:], w)
	binary.BigEndian.PutUint32(head[8:], h)
	head[12], head[13] = 8, 6
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPhoto(t *testing.T) {
	t.Parallel()
	good := asJPEG(t, sketch(20, 20))
	for _, c := range []struct {
		name string
		raw  []byte
		code string
	}{
		{"nothing", nil, "photo-kind"},
		{"a page", []byte("<html><script>alert(1)</script></html>"), "photo-kind"},
		{"a drawing with a script", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "photo-kind"},
		{"a page that begins like a photo", []byte("\xff\xd8\xff<script>alert(1)</script>"), "photo-kind"},
		{"half a photo", good[:len(good)/2], "photo-kind"},
		{"another kind", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "photo-kind"},
		{"enormous", bomb(60_000, 60_000), "photo-large"},
		{"very wide", bomb(12_001, 1), "photo-large"},
		{"too many pixels", bomb(8000, 8000), "photo-large"},
		{"no pixels", bomb(0, 5), "photo-kind"},
	} {
		_, _, _, err := photo.Clean(c.raw)
		require.ErrorContains(t, err, c.code, c.name)
	}
}

// inPasses is a JPEG of so many colours that comes in so many passes, each of which says of all its parts in a few bytes that there is nothing in them.
func inPasses(side, colours uint16, passes int) []byte {
	raw := append([]byte("\xff\xd8\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...)
	raw = append(raw, 0xff, 0xc2, 0, byte(8+3*colours), 8, byte(side>>8), byte(side), byte(side>>8), byte(side), byte(colours))
	for i := range byte(colours) {
		raw = append(raw, i+1, 0x11, 0)
	}
	raw = append(raw, "\xff\xc4\x00\x14\x10\x01"+strings.Repeat("\x00", 15)+"\xe0"...) // one code of one bit: 2^14 parts without anything
	for range passes {
		raw = append(raw, "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"+strings.Repeat("\x00", 40)...)
	}
	return append(raw, 0xff, 0xd9)
}

func TestPhotosThatComeInPasses(t *testing.T) {
	t.Parallel()
	_, w, h, err := photo.Clean(inPasses(64, 1, 10))
	require.NoError(t, err)
	require.Equal(t, []int{64, 64}, []int{w, h})
	_, _, _, err = photo.Clean(inPasses(64, 1, 65))
	require.ErrorContains(t, err, "photo-kind", "eight million bytes of passes over a large picture took a quarter of an hour")
	filled := bytes.ReplaceAll(inPasses(64, 1, 65), []byte("\xff\xda"), []byte("a\xff\x00b\xff\xd3\xff\xff\xda"))
	_, _, _, err = photo.Clean(filled)
	require.ErrorContains(t, err, "photo-kind", "whatever stands between them")
	large := inPasses(2900, 3, 1)
	_, _, _, err = photo.Clean(large)
	require.ErrorContains(t, err, "photo-large", "a hundred bytes took 230 MB where it was larger still")
	usual := bytes.Replace(large, []byte("\x01\x11\x00\x02"), []byte("\x01\x22\x00\x02"), 1) // colours have a quarter of the samples
	_, _, _, err = photo.Clean(usual)
	require.NoError(t, err)
}

func FuzzPicture(f *testing.F) {
	f.Add(withEXIF(asJPEG(f, sketch(20, 10)), 5, binary.BigEndian))
	f.Add(asPNG(f, sketch(5, 5)))
	f.Add(bomb(3, 3))
	f.Add(inPasses(16, 1, 3))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_ = photo.Orientation(raw)
		if size, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil && size.Width*size.Height > 1<<20 {
			t.Skip("large ones take long and are bounded elsewhere")
		}
		body, w, h, err := photo.Clean(raw)
		if err != nil {
			return
		}
		size, _, err := image.DecodeConfig(bytes.NewReader(body))
		require.NoError(t, err)
		require.Equal(t, []int{w, h}, []int{size.Width, size.Height})
	})
}

// BenchmarkPicture makes a photo of twelve million pixels anew.
func BenchmarkPicture(b *testing.B) {
	raw := asJPEG(b, sketch(4000, 3000))
	for b.Loop() {
		if _, _, _, err := photo.Clean(raw); err != nil {
			b.Fatal(err)
		}
	}
}
