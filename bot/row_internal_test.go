package bot

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
)

// TestFactNamesAreFacts holds that each fact that turns set by number is one that every shop has.
func TestFactNamesAreFacts(t *testing.T) {
	t.Parallel()
	all := append(topFacts(nil, nil), Facts()...)
	names := factNames()
	for n, name := range names {
		require.True(t, slices.ContainsFunc(all, func(f rules.Fact) bool { return f.Name == name }), "%d: %q", n, name)
		require.Equal(t, n, slices.Index(names[:], name), "%q is there once", name)
	}
}
