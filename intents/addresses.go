package intents

import "strings"

// places knows the names with which a Chinese address begins.
type places struct {
	provinceOf map[string]string // by city
	provinces  map[string]bool
}

func newPlaces(source string) *places {
	p := &places{provinceOf: map[string]string{}, provinces: map[string]bool{}}
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		province, cities, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		p.provinces[province] = true
		for city := range strings.FieldsSeq(cities) {
			p.provinceOf[city] = province
		}
	}
	return p
}

// nameBefore gives where the city or province that ends at end begins, and its name; the longest wins.
func (p *places) nameBefore(runes []rune, end int) (int, string) {
	for n := 4; n >= 2; n-- {
		if end < n {
			continue
		}
		name := string(runes[end-n : end])
		if _, ok := p.provinceOf[name]; ok || p.provinces[name] {
			return end - n, name
		}
	}
	return end, ""
}

// addresses adds the addresses of the text among the spans that are there already, in order.
func (r *spanReader) addresses() []span {
	for i := 0; i < len(r.runes); i++ {
		if !isPlaceEnd(r.runes[i]) {
			continue
		}
		start, end := r.address(i)
		if end <= start {
			continue
		}
		r.insert(span{kind: Address, start: int32(start), end: int32(end)})
		i = end - 1
	}
	return r.spans
}

func isPlaceEnd(c rune) bool {
	switch c {
	case '省', '市', '区', '县', '镇', '路', '街', '道', '村', '巷', '弄':
		return true
	}
	return false
}

// address reads an address one of whose parts ends at i. It needs a house number and two parts, or three parts.
func (r *spanReader) address(i int) (start, end int) {
	end, parts, numbers := i+1, 1, 0
	for j := i + 1; j < len(r.runes) && j-end <= 9; j++ {
		c := r.runes[j]
		switch {
		case isPlaceEnd(c) && j-end >= 1:
			parts, end = parts+1, j+1
		case isDigit(c) || c >= 'a' && c <= 'z' && !isLatin(r.rune(j+1)):
			j, end, numbers = r.houseNumber(j, end, numbers)
		case isHouseEnd(c):
			end, parts = j+1, parts+1
		case !isAddressRune(c):
			j = len(r.runes)
		}
	}
	if numbers > 0 && parts >= 2 || parts >= 4 {
		return r.addressStart(i), end
	}
	return i, i
}

// houseNumber takes digits into the address where they count houses, floors or rooms.
func (r *spanReader) houseNumber(j, end, numbers int) (next, newEnd, count int) {
	stop := j
	for isDigit(r.rune(stop)) || r.rune(stop) >= 'a' && r.rune(stop) <= 'z' || r.rune(stop) == '-' && r.digitAt(stop+1) {
		stop++
	}
	if stop-j > 6 {
		return len(r.runes), end, numbers
	}
	for _, unit := range [...]string{"单元", "号楼", "号院", "号", "栋", "幢", "座", "楼", "层", "室", "弄", "组", "队"} {
		if r.is(stop, unit) {
			stop += len([]rune(unit))
			break
		}
	}
	return stop - 1, stop, numbers + 1
}

func isHouseEnd(c rune) bool {
	switch c {
	case '栋', '幢', '座', '室', '楼', '园', '苑', '厦', '寓':
		return true
	}
	return false
}

// isAddressRune tells what may stand inside an address.
func isAddressRune(c rune) bool {
	return c >= 0x4E00 && c < 0xA000 && !strings.ContainsRune("的了吗呢吧我你他是在不有这那就到给要么", c)
}

// addressStart finds where the address begins whose first part ends at i: at a known city or province before it,
// else at the two characters before it.
func (r *spanReader) addressStart(i int) int {
	start, name := r.places.nameBefore(r.runes, i)
	if name == "" {
		start = i
		for n := 0; n < 3 && start > 0 && isAddressRune(r.runes[start-1]) && r.runes[start-1] != '址'; n++ {
			start--
		}
		// A city may stand before a district without 市 between them.
		if at, city := r.places.nameBefore(r.runes, start); city != "" {
			start, name = at, city
		} else if at, city = r.places.nameBefore(r.runes, start+1); city != "" && start < i {
			start, name = at, city
		}
	}
	for range 3 {
		at, before := r.places.nameBefore(r.runes, start)
		if r.rune(start-1) == '省' || r.rune(start-1) == '市' {
			if at, before = r.places.nameBefore(r.runes, start-1); before != "" {
				start, name = at, before
				continue
			}
		}
		if before == "" || before == name || r.places.provinceOf[name] != before && !r.places.isWithin(name, before) {
			break
		}
		start, name = at, before
	}
	return start
}

// isWithin tells that a district's unknown name may follow a city.
func (p *places) isWithin(name, before string) bool { return name == "" && before != "" }

// insert puts an address among the spans, in place of what lies inside it.
func (r *spanReader) insert(a span) {
	kept := make([]span, 0, len(r.spans)+1)
	placed := false
	for _, s := range r.spans {
		if s.end > a.start && s.start < a.end {
			if s.end > a.end && s.kind != Amount {
				a.end = s.start
			} else {
				continue
			}
		}
		if !placed && s.start >= a.start {
			kept, placed = append(kept, a), true
		}
		kept = append(kept, s)
	}
	if !placed {
		kept = append(kept, a)
	}
	r.spans = kept
}
