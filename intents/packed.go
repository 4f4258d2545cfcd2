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
func (p *packed) sum(hits []hit, sums []int32) {
	clear(sums)
	first, inLanes := 0, int32(0)
	for i, h := range hits {
		if h.value < 0 || h.value > fullLane { // no feature counts so much; it is right nevertheless
			p.add(hits[first:i], inLanes, sums)
			p.addSlowly(h, sums)
			first, inLanes = i+1, 0
			continue
		}
		if inLanes += h.value; inLanes > fullLane {
			p.add(hits[first:i], inLanes-h.value, sums)
			first, inLanes = i, h.value
		}
	}
	p.add(hits[first:], inLanes, sums)
}

// add adds up rows whose values are total together, no more than a lane holds. It goes word by word through all rows: so the lanes
// are registers, and the processor fetches many rows at once instead of waiting for one after the other.
func (p *packed) add(hits []hit, total int32, sums []int32) {
	stride := p.stride()
	for k := range stride {
		var even, odd uint64
		for _, h := range hits {
			word, v := p.words[int(h.row)*stride+k], uint64(h.value)
			even += word & evenBytes * v
			odd += word >> 8 & evenBytes * v
		}
		eight := sums[k*inWord:][:inWord]
		for i := range inWord / 2 {
			eight[2*i] += int32(even>>(16*i)&0xffff) - bias8*total
			eight[2*i+1] += int32(odd>>(16*i)&0xffff) - bias8*total
		}
	}
}

func (p *packed) addSlowly(h hit, sums []int32) {
	for c := range p.columns {
		sums[c] += int32(p.at(int(h.row), c)) * h.value
	}
}
