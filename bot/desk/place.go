package desk

import (
	"strconv"
	"strings"
	"time"

	"xiaoer/bot"
)

// A Place is how far somebody has read a conversation: the time of the last line, and how many lines have that time. It reads as
// "1764468000000.1", and "" is before everything.
type Place string

// PlaceOf is behind the last line.
func PlaceOf(lines []bot.Line) Place {
	if len(lines) == 0 {
		return ""
	}
	last := lines[len(lines)-1].At
	same := 0
	for i := len(lines) - 1; i >= 0 && lines[i].At.Equal(last); i-- {
		same++
	}
	return Place(strconv.FormatInt(last.UnixMilli(), 10) + "." + strconv.Itoa(same))
}

// read takes a place apart; ok is false for what is none.
func (p Place) read() (at time.Time, same int, ok bool) {
	ms, count, found := strings.Cut(string(p), ".")
	n, err := strconv.ParseInt(ms, 10, 64)
	same, err2 := strconv.Atoi(count)
	return time.UnixMilli(n), same, found && err == nil && err2 == nil && same > 0
}

// Unread are the lines behind a place, all of them where it is "" or none.
func Unread(lines []bot.Line, p Place) []bot.Line {
	at, same, ok := p.read()
	if !ok {
		return lines
	}
	for i := range lines {
		when := lines[i].At.Truncate(time.Millisecond)
		switch {
		case when.After(at):
			return lines[i:]
		case when.Equal(at):
			if same--; same < 0 {
				return lines[i:]
			}
		}
	}
	return nil
}

// News are the lines behind a place that somebody else wrote: whoever answers without them has not read what they answer to.
func News(lines []bot.Line, p Place, who string) []bot.Line {
	var out []bot.Line
	for _, l := range Unread(lines, p) {
		if l.From != "agent" || l.Name != who {
			out = append(out, l)
		}
	}
	return out
}
