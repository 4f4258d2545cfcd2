package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/govalues/decimal"
)

// A Format says how values are printed in texts for buyers.
type Format struct {
	Locale   string         // "zh…" prints 48 小时 and 今天 10:00, anything else 48 hours and today 10:00
	Location *time.Location // the shop's timezone; nil means UTC
	Now      time.Time      // what 今天 and 明天 are counted from
}

// Print prints a value for a buyer.
func (f Format) Print(v Value) string {
	switch v.kind {
	case Bool:
		return f.pick(v.n != 0, "是", "yes", "否", "no")
	case Duration:
		return f.duration(v.Duration())
	case Time:
		return f.time(v.Time())
	case Date:
		return f.day(v.Time())
	case Texts:
		return strings.Join(v.texts, f.comma())
	case Records:
		return strings.Join(recordTitles(v.records), f.comma())
	default:
		return v.printed(f.zone())
	}
}

func (f Format) chinese() bool { return strings.HasPrefix(strings.ToLower(f.Locale), "zh") }

func (f Format) pick(first bool, zh, en, zhElse, enElse string) string {
	if !first {
		zh, en = zhElse, enElse
	}
	if f.chinese() {
		return zh
	}
	return en
}

func (f Format) comma() string {
	if f.chinese() {
		return "、"
	}
	return ", "
}

func (f Format) zone() *time.Location {
	if f.Location == nil {
		return time.UTC
	}
	return f.Location
}

// time prints 今天 10:00, 明天 10:00, 昨天 10:00 or 11月21日 10:00; a day of another year carries its year.
func (f Format) time(t time.Time) string {
	t = t.In(f.zone())
	clock := t.Format("15:04")
	switch dayNumber(t) - dayNumber(f.Now.In(f.zone())) {
	case -1:
		return f.pick(true, "昨天 ", "yesterday ", "", "") + clock
	case 0:
		return f.pick(true, "今天 ", "today ", "", "") + clock
	case 1:
		return f.pick(true, "明天 ", "tomorrow ", "", "") + clock
	default:
		return f.day(t) + " " + clock
	}
}

// day prints a calendar day, with its year only when that is not this one.
func (f Format) day(t time.Time) string {
	sameYear := t.Year() == f.Now.In(f.zone()).Year()
	switch {
	case f.chinese() && sameYear:
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	case f.chinese():
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	case sameYear:
		return t.Format("Jan 2")
	default:
		return t.Format("Jan 2, 2006")
	}
}

// duration prints 48 小时, 3 天 12 小时 is written as 84 小时: hours, then minutes, then seconds, each only when it is not zero.
func (f Format) duration(d time.Duration) string {
	if d < 0 {
		return "-" + f.duration(-d)
	}
	units := []struct {
		size time.Duration
		zh   string
		en   string
	}{{time.Hour, "小时", "hour"}, {time.Minute, "分钟", "minute"}, {time.Second, "秒", "second"}}
	var parts []string
	for i, u := range units {
		n := d / u.size
		d -= n * u.size
		if n == 0 && (i < len(units)-1 || len(parts) > 0) {
			continue
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, f.unit(u.zh, u.en, n != 1)))
	}
	return strings.Join(parts, " ")
}

func (f Format) unit(zh, en string, plural bool) string {
	switch {
	case f.chinese():
		return zh
	case plural:
		return en + "s"
	default:
		return en
	}
}

// printNumber prints money as it was given, and other numbers without trailing zeros; a computed amount of money has at
// most two decimals, rounded half up.
func printNumber(v Value) string {
	if v.kind == Money {
		if v.s != "" {
			return v.s
		}
		return roundCents(v.d).Trim(0).String()
	}
	d, _ := v.Decimal()
	return d.Trim(0).String()
}

// roundCents rounds to 分, half away from zero: 0.125 becomes 0.13. (decimal's own Round goes to the even neighbour.)
func roundCents(d decimal.Decimal) decimal.Decimal {
	if d.Scale() <= 2 {
		return d
	}
	down := d.Trunc(2)
	rest, err := d.Sub(down)
	if err != nil || rest.Abs().Cmp(halfCent()) < 0 {
		return down
	}
	up, err := down.Add(decimal.MustNew(1, 2).CopySign(d))
	if err != nil {
		return down
	}
	return up
}

func halfCent() decimal.Decimal { return decimal.MustNew(5, 3) }
