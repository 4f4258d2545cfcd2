package shop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot/shop"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"first": "id: one\nname: 一\n", "second": "name: 二\n", "third": "id: [\n", "fourth": "id: {a: b}\n", "fifth": "",
		"sixth": "id: " + strings.Repeat("x", 10_000) + "\n", "seventh": "\x00\xff", ".hidden": "id: hidden\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "shop.yaml"), []byte(text), 0o600))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "no shop"), 0o755))
	found, err := shop.Places(dir)
	require.NoError(t, err)
	ids := map[string]string{}
	for _, p := range found {
		ids[filepath.Base(p.Dir)] = p.ID
	}
	require.Equal(t, map[string]string{
		"first": "one", "second": "second", "third": "third", "fourth": "fourth", "fifth": "fifth", "sixth": "sixth", "seventh": "seventh",
	}, ids)

	found, err = shop.Places(filepath.Join(dir, "first"))
	require.NoError(t, err)
	require.Equal(t, []shop.Place{{ID: "one", Dir: filepath.Join(dir, "first")}}, found, "a folder may be one shop's")
	found, err = shop.Places(filepath.Join(dir, "no shop"))
	require.NoError(t, err)
	require.Empty(t, found)
	_, err = shop.Places(filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Where LoadAll finds shops, Places finds them under the same ids.
func TestPlacesAreThoseOfTheLoader(t *testing.T) {
	t.Parallel()
	loader, err := shop.NewLoader(shop.Options{})
	require.NoError(t, err)
	all, err := loader.LoadAll("../../fixtures/shops")
	require.NoError(t, err)
	found, err := shop.Places("../../fixtures/shops")
	require.NoError(t, err)
	require.Len(t, found, len(all))
	for i, r := range all {
		require.Equal(t, r.ID, found[i].ID)
		require.Equal(t, filepath.Base(r.Dir), filepath.Base(found[i].Dir))
	}
}
