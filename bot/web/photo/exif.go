package photo

import (
	"bytes"
	"encoding/binary"
)

// orientation finds how the camera was held in the EXIF part of a JPEG; 1, upright, where it says nothing that can be read.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff && raw[at+1] != 0xda; {
		length := int(binary.BigEndian.Uint16(raw[at+2:]))
		if length < 2 || at+2+length > len(raw) {
			break
		}
		body := raw[at+4 : at+2+length]
		if raw[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return orientationOf(body[6:])
		}
		at += 2 + length
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
