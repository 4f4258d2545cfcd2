package figures

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/govalues/decimal"
)

// Money is a sum of yuan, counted in its ten-thousandth parts, so that sums are exact and the same in whatever order they are made.
type Money int64

const (
	moneyScale = 4
	// mostMoney bounds one amount: what is above it is no offer of a shop's but a mistake.
	mostMoney = 100_000_000
)

// ParseMoney reads decimal yuan; ok is false for what is none, is below zero, or too much to be true.
func ParseMoney(s string) (m Money, ok bool) {
	d, err := decimal.Parse(s)
	if err != nil || d.IsNeg() || d.Cmp(decimal.MustNew(mostMoney, 0)) > 0 {
		return 0, false
	}
	whole, frac, ok := d.Round(moneyScale).Int64(moneyScale)
	return Money(whole*1e4 + frac), ok
}

// String writes decimal yuan without trailing zeros.
func (m Money) String() string {
	d, err := decimal.New(int64(m), moneyScale)
	if err != nil {
		return ""
	}
	return d.Trim(0).String()
}

// Add sums two; a sum that no number could hold stays at the most that one can.
func (m Money) Add(n Money) Money {
	if sum := m + n; sum >= m {
		return sum
	}
	return 1<<63 - 1
}

// MarshalJSON writes decimal yuan as a text.
func (m Money) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads what MarshalJSON writes, sums beyond a single amount's bound too.
func (m *Money) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("read an amount: %w", err)
	}
	d, err := decimal.Parse(s)
	if err != nil {
		return fmt.Errorf("read an amount: %w", err)
	}
	whole, frac, ok := d.Int64(moneyScale)
	if !ok || d.IsNeg() || whole > (1<<63-1)/10_000-1 {
		return errors.New("read an amount: out of range")
	}
	*m = Money(whole*1e4 + frac)
	return nil
}
