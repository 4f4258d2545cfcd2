package photo

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// The markers of a JPEG's segments that matter here.
const (
	progressive = 0xc2 // the head of a picture that comes in passes
	restart     = 0xd0 // the first of eight that stand alone
	end         = 0xd9
	scan        = 0xda // the head of a pass, with its data behind it
	application = 0xe1 // where cameras put their notes
)

// segments are those of a JPEG as the decoder sees them, which skips all that stands between them.
func segments(raw []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at < len(raw); {
			next := bytes.IndexByte(raw[at:], 0xff)
			if next < 0 {
				return
			}
			for at += next; at < len(raw) && raw[at] == 0xff; { // any number of them may fill
				at++
			}
			if at+3 > len(raw) || raw[at] == end {
				return
			}
			marker := raw[at]
			at++
			if marker == 0 || marker >= restart && marker < restart+8 {
				continue
			}
			length := int(binary.BigEndian.Uint16(raw[at:]))
			if length < 2 || at+length > len(raw) || !yield(marker, raw[at+2:at+length]) {
				return
			}
			at += length
		}
	}
}

// work is what a JPEG asks of its decoder: how many passes there are, each of which may go over the whole picture for a few bytes, and how many
// samples are held until the last of them, of four bytes each.
func work(raw []byte) (passes, held int) {
	for marker, body := range segments(raw) {
		switch marker {
		case scan:
			passes++
		case progressive:
			held = samples(body)
		}
	}
	return passes, held
}

// samples are those of all the colours of a picture, by its head.
func samples(head []byte) int {
	const fixed, each = 6, 3
	if len(head) < fixed+each {
		return 0
	}
	height, width := int(binary.BigEndian.Uint16(head[1:])), int(binary.BigEndian.Uint16(head[3:]))
	colours, ofFirst, ofAll := 0, 0, 0
	for at := fixed; at+each <= len(head); at += each {
		part := int(head[at+1]>>4) * int(head[at+1]&0x0f)
		if colours++; colours == 1 {
			ofFirst = part
		}
		ofAll += part
	}
	if colours == 1 || ofFirst == 0 {
		return width * height
	}
	return width * height / ofFirst * ofAll
}
