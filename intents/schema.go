package intents

import "xiaoer/rules/doc"

// Shape describes intents.yaml by the table that it is read with.
func Shape() doc.Shape { return doc.ObjectShape(sheetFields()) }
