package doc

import "strings"

// alignBlock maps a block scalar (| or >). Its indentation is that of its first line unless the header gives a digit; the
// digit counts from the parent, which is not known here, so every indentation is tried until one fits.
func alignBlock(src string, at int, text string, how style) (spans []span, end int, ok bool) {
	header := at
	for at < len(src) && breakLen(src, at) == 0 {
		at++
	}
	headerEnd := at
	for headerEnd > header && isBlank(src[headerEnd-1]) {
		headerEnd--
	}
	at += breakLen(src, at)
	first := firstIndent(src, at)
	for indent := first; indent >= 0; indent-- {
		a := &aligner{src: src, at: at, want: text, spans: make([]span, 0, len(text))}
		if a.block(indent, how == folded) {
			return a.spans, blockEnd(a.spans, text, headerEnd), true
		}
	}
	return nil, headerEnd, false
}

// blockEnd is the end of the last rune that is no line break.
func blockEnd(spans []span, text string, headerEnd int) int {
	i := len(spans) - 1
	for trimmed := text; i >= 0 && strings.HasSuffix(trimmed, "\n"); i-- {
		trimmed = trimmed[:len(trimmed)-1]
	}
	if i < 0 {
		return headerEnd
	}
	return spans[i].end
}

// firstIndent is the indentation of the first line that is not blank; of at most 256 columns.
func firstIndent(src string, at int) int {
	indent := 0
	for ; at < len(src); at++ {
		switch {
		case src[at] == ' ':
			indent++
		case breakLen(src, at) > 0:
			indent = 0
		default:
			return min(indent, 256)
		}
	}
	return min(indent, 256)
}

// block follows the scanner of YAML: lead is the break that ended the last line, trail those of empty lines after it.
func (a *aligner) block(indent int, folding bool) bool {
	var lead, trail []span
	trail = a.skipIndents(indent, nil)
	leadingBlank := false
	for a.want != "" && a.at < len(a.src) {
		blank := isBlank(a.src[a.at])
		switch {
		case folding && len(lead) > 0 && !leadingBlank && !blank:
			if len(trail) == 0 && !a.emitAt(' ', lead) {
				return false
			}
		default:
			if !a.emitAt('\n', lead) {
				return false
			}
		}
		if !a.emitAt('\n', trail) {
			return false
		}
		leadingBlank = blank
		for a.want != "" && a.at < len(a.src) && breakLen(a.src, a.at) == 0 {
			if !a.copyRune() {
				return false
			}
		}
		lead = nil
		if n := breakLen(a.src, a.at); n > 0 {
			lead = []span{{a.at, a.at + n}}
			a.at += n
		}
		trail = a.skipIndents(indent, nil)
		if a.want == "" || !a.indented(indent) {
			break
		}
	}
	if len(a.want) > len(lead)+len(trail) {
		return false
	}
	rest := append(lead, trail...)
	return a.emitAt('\n', rest[:min(len(rest), len(a.want))]) && a.want == ""
}

// skipIndents steps over the indentation and over empty lines, whose breaks it gives back.
func (a *aligner) skipIndents(indent int, breaks []span) []span {
	for {
		at := a.at
		for at < len(a.src) && a.src[at] == ' ' && at-a.at < indent {
			at++
		}
		n := breakLen(a.src, at)
		if n == 0 {
			a.at = at
			return breaks
		}
		breaks = append(breaks, span{a.at, at + n})
		a.at = at + n
	}
}

// indented tells whether the place is behind a whole indentation, so that the line belongs to the scalar.
func (a *aligner) indented(indent int) bool {
	n := 0
	for n < indent && a.at-n > 0 && a.src[a.at-n-1] == ' ' {
		n++
	}
	return n == indent
}

// emitAt takes a rune of the text for each of the spans.
func (a *aligner) emitAt(r rune, spans []span) bool {
	for _, s := range spans {
		if a.want == "" {
			return true
		}
		if !a.emit(r, 0) {
			return false
		}
		a.spans[len(a.spans)-1] = s
	}
	return true
}
