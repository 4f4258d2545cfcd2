package shoptest_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"xiaoer/bot/shop"
	"xiaoer/bot/shoptest"
	"xiaoer/rules/doc"
)

// The tests of a shop's folder are parsed against its book, and run.
func ExampleRun() {
	loader, err := shop.NewLoader(shop.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	folder := loader.LoadFS(fstest.MapFS{
		"tea/shop.yaml":  {Data: []byte("id: tea\nname: 茶铺\nteams: {desk: {title: 柜台}}\n")},
		"tea/rules.yaml": {Data: []byte("rules:\n  - {id: path, intent: return, reply: 请在订单页面申请。}\notherwise: {handoff: {}}\n")},
		"tea/tests.yaml": {Data: []byte("tests:\n  - {name: 退货, steps: [{buyer: 我想退货, expect: {rule: path, reply: 七天}}]}\n")},
	}, "tea")
	var problems doc.Problems
	tests := shoptest.Parse(folder.Tests, folder.Shop.Book, &problems)
	subject := shoptest.Subject{Book: folder.Shop.Book, Read: folder.Shop.Classifier.Read}
	sum, err := shoptest.Run(context.Background(), subject, tests, shoptest.Options{})
	fmt.Println(sum.Passed, sum.Failed, err)
	fmt.Println(sum.Tests[0].Name, sum.Tests[0].Failures)
	fmt.Println(sum.Coverage.Rules, "of", sum.Coverage.Total)
	// Output:
	// 0 1 <nil>
	// 退货 [reply: expected "七天", got "请在订单页面申请。"]
	// 1 of 1
}
