package bot

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Forms in which a day is written.
var (
	fullDay    = regexp.MustCompile(`(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})[日号]?`)
	shortDay   = regexp.MustCompile(`(\d{1,2})\s?[-/.月]\s?(\d{1,2})[日号]?`)
	dayOfMonth = regexp.MustCompile(`(\d{1,2})[日号]`)
)

// findDay finds the first day that a text names, with its place in bytes.
func findDay(s string, now time.Time) (day time.Time, span [2]int, ok bool) {
	if m := fullDay.FindStringSubmatchIndex(s); m != nil {
		day, ok = date(number(s, m, 1), number(s, m, 2), number(s, m, 3))
		return day, [2]int{m[0], m[1]}, ok
	}
	if m := shortDay.FindStringSubmatchIndex(s); m != nil {
		day, ok = nearest(number(s, m, 1), number(s, m, 2), now)
		return day, [2]int{m[0], m[1]}, ok
	}
	if day, span, ok = spokenDay(s, now); ok {
		return day, span, true
	}
	if m := dayOfMonth.FindStringSubmatchIndex(s); m != nil {
		day, ok = nearest(int(now.Month()), number(s, m, 1), now)
		return day, [2]int{m[0], m[1]}, ok
	}
	return time.Time{}, span, false
}

func number(s string, m []int, group int) int {
	n, err := strconv.Atoi(s[m[2*group]:m[2*group+1]])
	if err != nil {
		return -1
	}
	return n
}

func date(y, m, d int) (time.Time, bool) {
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return day, y >= 2000 && y < 2200 && int(day.Month()) == m && day.Day() == d
}

// nearest is the day of a month and day that is closest to now.
func nearest(m, d int, now time.Time) (time.Time, bool) {
	best, found := time.Time{}, false
	for y := now.Year() - 1; y <= now.Year()+1; y++ {
		day, ok := date(y, m, d)
		if ok && (!found || day.Sub(now).Abs() < best.Sub(now).Abs()) {
			best, found = day, true
		}
	}
	return best, found
}

// spokenDay knows the days that are named from today.
func spokenDay(s string, now time.Time) (day time.Time, span [2]int, ok bool) {
	lower := strings.ToLower(s)
	for _, w := range [...]struct {
		word string
		days int
	}{
		{"大后天", 3},
		{"大前天", -3},
		{"后天", 2},
		{"前天", -2},
		{"明天", 1},
		{"明日", 1},
		{"昨天", -1},
		{"昨日", -1},
		{"今天", 0},
		{"今日", 0},
		{"day after tomorrow", 2},
		{"day before yesterday", -2},
		{"tomorrow", 1},
		{"yesterday", -1},
		{"today", 0},
	} {
		if at := strings.Index(lower, w.word); at >= 0 && len(lower) == len(s) {
			y, m, d := now.Date()
			return time.Date(y, m, d+w.days, 0, 0, 0, 0, time.UTC), [2]int{at, at + len(w.word)}, true
		}
	}
	return time.Time{}, span, false
}
