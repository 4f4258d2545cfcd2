package desk_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/desk"
)

func TestCausesAreNobodysToChange(t *testing.T) {
	t.Parallel()
	desk.Causes()[0] = "nobody"
	require.Equal(t, []string{"goods", "warehouse", "courier", "us", "buyer"}, desk.Causes())
	require.False(t, slices.Contains(desk.Causes(), ""), "no cause is no cause, and is allowed where a case is closed")
}
