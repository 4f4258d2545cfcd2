package photo

// Clean gives the bytes and the size of a cleaned picture.
func Clean(raw []byte) (body []byte, width, height int, err error) {
	p, err := clean(raw)
	return p.body, p.width, p.height, err
}

// Orientation reads how a camera was held.
func Orientation(raw []byte) int { return orientation(raw) }
