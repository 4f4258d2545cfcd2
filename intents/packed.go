package intents

// packed are small weights by row and column, eight to a word: each byte is a weight with 128 added, so that none is below zero
// and words can be multiplied as a whole. Rows begin with a word of their own.
type packed struct {
	words   []uint64
	columns int
}

const (
	inWord    = 8   // weights in a word
	bias8     = 128 // what is added to a weight
	fullLane  = 65535 / 255
	evenBytes = 0x00ff00ff00ff00ff
)

func newPacked(rows, columns int) packed {
	p := packed{columns: columns}
	p.words = make([]uint64, rows*p.stride())
	return p
}

// stride is how many words a row has.
func (p *packed) stride() int { return (p.columns + inWord - 1) / inWord }

func (p *packed) rows() int {
	if p.columns == 0 {
		return 0
	}
	return len(p.words) / p.stride()
}

func (p *packed) at(row, column int) int8 {
	word := p.words[row*p.stride()+column/inWord]
	return int8(int(word>>(column%inWord*8)&0xff) - bias8)
}

// set writes a weight once.
func (p *packed) set(row, column int, w int8) {
	p.words[row*p.stride()+column/inWord] |= uint64(int(w)+bias8) << (column % inWord * 8)
}

// sum adds up the rows of the hits, each times its value, into sums, which has room for whole words. Four sums are worked out at once
// in a word: its lanes hold so many hits until one could run over.
func (p *packed) sum(hits []hit, lanes []uint64, sums []int32) {
	stride := p.stride()
	clear(sums)
	clear(lanes)
	total, inLanes := int32(0), int32(0)
	for _, h := range hits {
		if h.value < 0 || h.value > fullLane { // no feature counts so much; it is right nevertheless
			p.sumSlowly(h, sums)
			continue
		}
		if inLanes += h.value; inLanes > fullLane {
			empty(lanes, sums)
			inLanes = h.value
		}
		total += h.value
		v := uint64(h.value)
		row := p.words[int(h.row)*stride:][:stride]
		even, odd := lanes[:len(row)], lanes[stride:][:len(row)]
		for k, word := range row {
			even[k] += word & evenBytes * v
			odd[k] += word >> 8 & evenBytes * v
		}
	}
	empty(lanes, sums)
	for c := range sums {
		sums[c] -= bias8 * total
	}
}

func (p *packed) sumSlowly(h hit, sums []int32) {
	for c := range p.columns {
		sums[c] += int32(p.at(int(h.row), c)) * h.value
	}
}

// empty adds what is in the lanes, those of the even columns first, to the sums.
func empty(lanes []uint64, sums []int32) {
	stride := len(lanes) / 2
	for k, lane := range lanes {
		first := k % stride * inWord
		if k >= stride {
			first++ // the odd columns
		}
		eight := sums[first:][:inWord-1]
		eight[0] += int32(lane & 0xffff)
		eight[2] += int32(lane >> 16 & 0xffff)
		eight[4] += int32(lane >> 32 & 0xffff)
		eight[6] += int32(lane >> 48)
		lanes[k] = 0
	}
}
