package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPhrases(t *testing.T) {
	p := newPhrases("订单号码", "订单号", "also ")
	for _, c := range []struct {
		name, text string
		i, want    int
	}{
		{"the first in the list counts", "订单号码:1", 0, 4},
		{"a shorter one", "看订单号:1", 1, 3},
		{"not its beginning only", "订单", 0, 0},
		{"other letters", "退款", 0, 0},
		{"with its space", "also this", 0, 5},
		{"behind the end", "订单号", 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, p.at([]rune(c.text), c.i)) })
	}
}
