package shop

import "xiaoer/rules/doc"

// Shape describes shop.yaml by the table that it is read with.
func Shape() doc.Shape { return doc.ObjectShape(settingsFields()) }

// ConnectShape describes connect.yaml by the table that it is read with.
func ConnectShape() doc.Shape { return doc.ObjectShape(connectFields()) }
