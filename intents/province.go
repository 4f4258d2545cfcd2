package intents

// Province gives the province of the first Chinese province or city that a text names, without 省 and 市: "福建" for
// "福州转运中心". It is "" when there is none.
func (c *Classifier) Province(place string) string {
	s, _ := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.plain.Set(place, c.machine.tables)
	return c.machine.places.first(s.plain.Runes)
}

// longestPlace is how many characters the longest name of a place has.
const longestPlace = 4

// first gives the province of the first place that the text names; of two that begin together the longer counts.
func (p *places) first(runes []rune) string {
	for i := range runes {
		for n := min(longestPlace, len(runes)-i); n >= 2; n-- {
			name := string(runes[i : i+n])
			if p.provinces[name] && !isRoad(runes, i+n) {
				return name
			}
			if province, ok := p.provinceOf[name]; ok && !isRoad(runes, i+n) {
				return province
			}
		}
	}
	return ""
}

// isRoad tells a place's name that is only the name of a road, such as 南京路 or 北京东路.
func isRoad(runes []rune, end int) bool {
	if end < len(runes) && (runes[end] == '东' || runes[end] == '西' || runes[end] == '南' || runes[end] == '北' || runes[end] == '中') {
		end++
	}
	return end < len(runes) && (runes[end] == '路' || runes[end] == '街' || runes[end] == '道')
}
