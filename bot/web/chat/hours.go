package chat

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
)

// daysOf are the weekdays as they are written, from Monday.
func daysOf(lang string) (names [7]string, to, between, and string) {
	if lang == "zh" {
		return [7]string{"周一", "周二", "周三", "周四", "周五", "周六", "周日"}, "至", "，", "、"
	}
	return [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, "–", "; ", ", "
}

// hours writes when somebody is at the desk, days of the same hours together; "" for a shop that says nothing of it.
func hours(lang string, h bot.Hours) string {
	names, to, between, and := daysOf(lang)
	var out []string
	for first := 0; first < len(names); {
		spans := spansOf(h, first)
		last := first
		for last+1 < len(names) && slices.Equal(spansOf(h, last+1), spans) {
			last++
		}
		if len(spans) > 0 {
			days := names[first]
			if last > first {
				days += to + names[last]
			}
			out = append(out, days+" "+strings.Join(spans, and))
		}
		first = last + 1
	}
	return strings.Join(out, between)
}

// spansOf are the hours of one day, which counts from Monday.
func spansOf(h bot.Hours, day int) (out []string) {
	for _, s := range h.Week[time.Weekday((day+1)%7)] {
		out = append(out, clock(s.From)+"–"+clock(s.To))
	}
	return out
}

// clock writes a minute of the day; the last one is 24:00, and those behind it are the next day's.
func clock(minute int) string {
	if minute > 24*60 {
		minute -= 24 * 60
	}
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}
