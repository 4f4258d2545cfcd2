package shop

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"xiaoer/rules/doc"
)

// A span is a stretch of a day in minutes from midnight; until may lie behind the day's end, at most at 48:00.
type span struct{ from, until int }

// A week has the spans of each weekday, Sunday first as in package time.
type week [7][]span

const (
	minutesOfDay = 24 * 60
	maxSpans     = 12 // of one day
	hoursExample = `"09:00-12:00,13:00-21:00"`
)

func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// readHours reads the mapping of days to hours. Days that it does not name are closed.
func readHours(d *doc.Decoder, n *doc.Node) week {
	var w week
	said := map[int]doc.Range{}
	doc.DecodeMap(d, n, "hours", func(key, value *doc.Node) {
		days := readDays(d, key)
		spans := readSpans(d, value)
		for _, day := range days {
			if first, twice := said[day]; twice {
				d.Problems.Error(key.Range(), doc.DuplicateKey, "the hours of %s are given twice", weekdays()[day]).
					Relate(first, "first given here")
				continue
			}
			said[day] = key.Range()
			w[day] = spans
		}
	})
	return w
}

// readDays reads mon, mon-fri, sat-sun, or a list of these separated by commas or blanks.
func readDays(d *doc.Decoder, key *doc.Node) []int {
	var days []int
	seen := map[int]bool{}
	for _, part := range strings.FieldsFunc(strings.ToLower(key.Text), isListSeparator) {
		from, until, ranged := strings.Cut(part, "-")
		if !ranged {
			until = from
		}
		a, b := dayNumber(from), dayNumber(until)
		if a < 0 || b < 0 {
			wrong := from
			if a >= 0 {
				wrong = until
			}
			problem := d.Problems.Error(key.Range(), doc.UnknownKey, "unknown day %q in hours", wrong)
			problem.WithHint(didYouMean(wrong, weekdays(), "write days as mon, tue, wed, thu, fri, sat, sun or mon-fri"))
			return nil
		}
		for day := a; ; day = (day + 1) % 7 {
			if !seen[day] {
				days = append(days, day)
			}
			seen[day] = true
			if day == b {
				break
			}
		}
	}
	return days
}

func isListSeparator(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '，' }

func dayNumber(word string) int {
	for i, name := range weekdays() {
		if word == name {
			return i
		}
	}
	return -1
}

// readSpans reads "09:00-12:00,13:00-21:00", a list of such texts, or "closed".
func readSpans(d *doc.Decoder, n *doc.Node) []span {
	texts, ok := d.Texts(n)
	if !ok {
		return nil
	}
	var spans []span
	for _, t := range texts {
		if strings.TrimSpace(t.Text) == "closed" {
			continue
		}
		got, problem := parseSpans(t.Text)
		if problem != "" {
			d.Problems.Error(t.Range(), doc.WrongType, "%s", problem).WithHint("write hours as " + hoursExample)
			return nil
		}
		spans = append(spans, got...)
	}
	if at := overlap(spans); at >= 0 || len(spans) > maxSpans {
		d.Problems.Error(n.Range(), doc.WrongType, "these hours overlap").WithHint("write hours as " + hoursExample)
		return nil
	}
	return spans
}

var clockPattern = regexp.MustCompile(`^\s*(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})\s*$`)

// parseSpans reads the spans of one text; problem says in words what is wrong with it.
func parseSpans(text string) (spans []span, problem string) {
	for part := range strings.FieldsFuncSeq(text, isSpanSeparator) {
		m := clockPattern.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Sprintf("%q is no stretch of hours", strings.TrimSpace(part))
		}
		from, until := clock(m[1], m[2]), clock(m[3], m[4])
		switch {
		case from < 0 || until < 0 || from == minutesOfDay:
			return nil, fmt.Sprintf("%q is no time of day", strings.TrimSpace(part))
		case from == until:
			return nil, fmt.Sprintf("%q is open for no time at all", strings.TrimSpace(part))
		case until < from:
			until += minutesOfDay
		}
		if len(spans) == maxSpans {
			return nil, fmt.Sprintf("a day has at most %d stretches of hours", maxSpans)
		}
		spans = append(spans, span{from, until})
	}
	if len(spans) == 0 {
		return nil, "hours are missing"
	}
	return spans, ""
}

// clock is a time of day in minutes, -1 where it is none; 24:00 is the end of the day.
func clock(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	if m > 59 || h*60+m > minutesOfDay {
		return -1
	}
	return h*60 + m
}

// overlap finds a span that begins before the one before it ends, -1 where there is none.
func overlap(spans []span) int {
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].until {
			return i
		}
	}
	return -1
}

func isSpanSeparator(r rune) bool { return r == ',' || r == '，' || r == ';' || r == '、' }
