package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"net/http"
)

// Bounds of pictures.
const (
	mostSide    = 12_000     // pixels of one that is sent
	mostPixels  = 16_000_000 // in all
	mostHeld    = 24_000_000 // samples that are held until the last pass: of mostPixels as cameras write them, with fewer for colours
	mostPasses  = 64         // cameras and programs make ten or so
	keptSide    = 1920       // of one that is kept: enough to see a crack
	keptQuality = 85
	mostPNG     = 1 << 20 // bytes; larger ones are photos and become JPEG
)

// A picture is one that was decoded and written anew: what else was in the file, such as where it was taken, is gone.
type picture struct {
	body          []byte
	width, height int
}

// notAPhoto is for whatever is no JPEG or PNG, whatever its name says.
func notAPhoto() error { return refuse(http.StatusUnsupportedMediaType, "photo-kind") }

// kindOf is the type of a picture's bytes, by what they are.
func kindOf(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	}
	return "application/octet-stream"
}

// clean decodes a picture within bounds and writes it anew, upright and no larger than is needed.
func clean(raw []byte) (picture, error) {
	kind := kindOf(raw)
	readSize, decode := jpeg.DecodeConfig, jpeg.Decode
	switch kind {
	case "image/jpeg":
	case "image/png":
		readSize, decode = png.DecodeConfig, png.Decode
	default:
		return picture{}, notAPhoto()
	}
	size, err := readSize(bytes.NewReader(raw))
	if err != nil || size.Width < 1 || size.Height < 1 {
		return picture{}, notAPhoto()
	}
	most := mostPixels
	if size.ColorModel == color.RGBA64Model || size.ColorModel == color.NRGBA64Model { // takes twice as much
		most /= 2
	}
	if size.Width > mostSide || size.Height > mostSide || size.Width*size.Height > most {
		return picture{}, refuse(http.StatusRequestEntityTooLarge, "photo-large")
	}
	if kind == "image/jpeg" {
		if err := bearable(raw); err != nil {
			return picture{}, err
		}
	}
	img, err := decode(bytes.NewReader(raw))
	if err != nil {
		return picture{}, notAPhoto()
	}
	img = shrink(img, keptSide)
	if kind == "image/jpeg" {
		img = turn(img, orientation(raw))
	}
	return write(img, kind)
}

// bearable refuses a JPEG that would take the decoder too much memory or time: nobody can stop it.
func bearable(raw []byte) error {
	switch passes, held := work(raw); {
	case held > mostHeld:
		return refuse(http.StatusRequestEntityTooLarge, "photo-large")
	case passes > mostPasses:
		return notAPhoto()
	}
	return nil
}

// write encodes a picture.
func write(img image.Image, kind string) (picture, error) {
	out := picture{width: img.Bounds().Dx(), height: img.Bounds().Dy()}
	var buffer bytes.Buffer
	if kind == "image/png" {
		if err := png.Encode(&buffer, img); err != nil {
			return picture{}, err
		}
		if buffer.Len() <= mostPNG {
			out.body = buffer.Bytes()
			return out, nil
		}
		buffer.Reset()
		white := image.NewRGBA(image.Rect(0, 0, out.width, out.height)) // a JPEG has nothing to see through
		draw.Draw(white, white.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(white, white.Bounds(), img, img.Bounds().Min, draw.Over)
		img = white
	}
	if err := jpeg.Encode(&buffer, img, &jpeg.Options{Quality: keptQuality}); err != nil {
		return picture{}, err
	}
	out.body = buffer.Bytes()
	return out, nil
}

// shrink makes a picture's longer side no longer than most. Each pixel becomes the mean of those that it stands for.
func shrink(img image.Image, most int) image.Image {
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	if w <= most && h <= most {
		return img
	}
	src := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Bounds(), img, from.Min, draw.Src)
	toW, toH := most, max(1, h*most/w)
	if h > w {
		toW, toH = max(1, w*most/h), most
	}
	out := image.NewRGBA(image.Rect(0, 0, toW, toH))
	for y := range toH {
		for x := range toW {
			mean(out.Pix[out.PixOffset(x, y):], src, image.Rect(x*w/toW, y*h/toH, max((x+1)*w/toW, x*w/toW+1), max((y+1)*h/toH, y*h/toH+1)))
		}
	}
	return out
}

// mean writes the mean of a part of a picture as one pixel.
func mean(to []byte, src *image.RGBA, part image.Rectangle) {
	var sum [4]int
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := src.Pix[src.PixOffset(part.Min.X, y):src.PixOffset(part.Max.X, y)]
		for i := 0; i < len(row); i += 4 {
			for channel := range sum {
				sum[channel] += int(row[i+channel])
			}
		}
	}
	count := part.Dx() * part.Dy()
	for channel := range sum {
		to[channel] = byte(sum[channel] / count)
	}
}

// turn puts a picture upright, as its orientation (1 to 8, by EXIF) says.
func turn(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	toW, toH := w, h
	if orientation >= 5 { // lies on its side
		toW, toH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, toW, toH))
	for y := range toH {
		for x := range toW {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			switch orientation {
			case 2, 8:
				sx = w - 1 - sx
			case 3, 7:
				sx, sy = w-1-sx, h-1-sy
			case 4, 6:
				sy = h - 1 - sy
			}
			out.Set(x, y, img.At(from.Min.X+sx, from.Min.Y+sy))
		}
	}
	return out
}
