package photo

import (
	"bytes"
	"encoding/binary"
)

// orientation finds how the camera was held in the EXIF part of a JPEG; 1, upright, where it says nothing that can be read.
func orientation(raw []byte) int {
	for marker, body := range segments(raw) {
		if marker == scan {
			break
		}
		if marker == application && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return orientationOf(body[6:])
		}
	}
	return 1
}

// orientationOf reads the first directory of a TIFF.
func orientationOf(tiff []byte) int {
	const tag, entry = 0x0112, 12
	var order binary.ByteOrder = binary.BigEndian
	if len(tiff) < 8 {
		return 1
	}
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		e := at + 2 + i*entry
		if e+entry > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[e:]) == tag {
			return int(order.Uint16(tiff[e+8:]))
		}
	}
	return 1
}
