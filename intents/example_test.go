package intents_test

import (
	"fmt"

	"xiaoer/intents"
)

func Example() {
	c, err := intents.Built()
	if err != nil {
		fmt.Println(err)
		return
	}
	r := c.Read("不是要退货，是要换货，电话13800138000")
	fmt.Println(r.Intents[0].Name(), r.Negated, r.Entities[0].Value)
	// Output: exchange [return] 13800138000
}
