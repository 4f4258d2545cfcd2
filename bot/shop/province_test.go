package shop_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBooksKnowProvinces keeps a parcel in 福州 from being unknown to a condition that says 福建.
func TestBooksKnowProvinces(t *testing.T) {
	r := newLoader(t).LoadFS(files("s/shop.yaml", smallShop, "s/rules.yaml", smallRules), "s")
	require.NotNil(t, r.Shop.Book.Province)
	require.Equal(t, "福建", r.Shop.Book.Province("福州转运中心"))
}
