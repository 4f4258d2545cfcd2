package page_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/web/page"
)

func TestMoneyHasTwoDecimals(t *testing.T) {
	t.Parallel()
	for amount, want := range map[string]string{
		"26.6": "26.60", "26": "26.00", "26.60": "26.60", "26.605": "26.605", "-3.5": "-3.50", "": "", "1e3": "1e3", "<b>": "<b>", "26.": "26.",
	} {
		require.Equal(t, want, page.Yuan(amount), amount)
	}
}
