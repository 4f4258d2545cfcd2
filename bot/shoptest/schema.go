package shoptest

import "xiaoer/rules/doc"

// Shape describes a file of tests by the table that it is read with.
func Shape() doc.Shape { return doc.ObjectShape((&parser{}).fileFields()) }
