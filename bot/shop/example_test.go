package shop_test

import (
	"fmt"
	"testing/fstest"

	"xiaoer/bot/shop"
)

// A folder gives the whole shop, or what is wrong with it.
func ExampleLoader_LoadFS() {
	loader, err := shop.NewLoader(shop.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	folder := fstest.MapFS{
		"tea/shop.yaml":  {Data: []byte("id: tea\nname: 茶铺\nteams: {desk: {title: 柜台, first_reply: 3m}}\n")},
		"tea/rules.yaml": {Data: []byte("rules:\n  - {id: any, reply: 您好}\notherwise: {handoff: {team: dsk}}\n")},
	}
	broken := loader.LoadFS(folder, "tea")
	fmt.Println(broken.Shop == nil, broken.Problems[0].Line())

	folder["tea/rules.yaml"].Data = []byte("rules:\n  - {id: any, reply: 您好}\notherwise: {handoff: {team: desk}}\n")
	good := loader.LoadFS(folder, "tea")
	fmt.Println(good.Shop.Book.Shop.Name, good.Shop.Book.Teams[0].Title)
	// Output:
	// true rules.yaml:3:29: unknown team "dsk"; did you mean "desk"?; the teams are desk [unknown-team]
	// 茶铺 柜台
}
