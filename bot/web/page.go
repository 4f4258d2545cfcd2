package web

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

// sendPage sends one page of a list under its name. It is asked for one entry more than a page has, so that it is known whether
// another follows; next is what to ask for then, null after the last.
func sendPage[T any](c echo.Context, name string, entries []T, limit int, key func(T) string) error {
	var next any
	if len(entries) > limit {
		entries = entries[:limit]
		next = key(entries[limit-1])
	}
	return c.JSON(http.StatusOK, map[string]any{name: append([]T{}, entries...), "next": next})
}

// cutPage takes a page and one more out of a list that is had whole.
func cutPage[T any](all []T, key func(T) string, after string, limit int) []T {
	all = slices.DeleteFunc(slices.Clone(all), func(v T) bool { return key(v) <= after && after != "" })
	slices.SortFunc(all, func(x, y T) int { return cmp.Compare(key(x), key(y)) })
	return all[:min(len(all), limit+1)]
}
