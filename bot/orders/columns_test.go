package orders_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/rules/doc"
)

// oneOrder reads a file with one row and gives the order as JSON has it, or what is wrong with the row.
func oneOrder(t *testing.T, column, cell string) (o bot.Order, tree map[string]any, problem string) {
	t.Helper()
	var p doc.Problems
	list := orders.Parse("orders.csv", []byte("buyer_id,no,"+column+"\nb1,88,\""+cell+"\"\n"), shanghai(t), &p)
	if p.Len() > 0 {
		return o, nil, string(p.All()[0].Code)
	}
	require.Len(t, list, 1)
	body, err := json.Marshal(list[0])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &tree))
	return list[0], tree, ""
}

// at follows a path such as "logistics.state" or "items.0.title" in a tree.
func at(tree any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[key]
		case []any:
			if key != "0" || len(v) != 1 {
				return nil
			}
			tree = v[0]
		default:
			return nil
		}
	}
	return tree
}

// TestColumns holds where each column of orders.csv goes, and what is no value for it.
func TestColumns(t *testing.T) {
	for _, c := range []struct {
		column, cell, path string
		want               any
		bad                string // "" where every text is taken
	}{
		{"stage", "part_shipped", "stage", "part_shipped", "on its way"},
		{"amount", "39.90", "amount", "39.90", "forty"},
		{"paid_at", "2026-11-18 10:00", "paid_at", "2026-11-18T10:00:00+08:00", "yesterday"},
		{"shipped_at", "2026/11/18 9:05", "shipped_at", "2026-11-18T09:05:00+08:00", "soon"},
		{"delivered_at", "2026-11-18T10:00:00+08:00", "delivered_at", "2026-11-18T10:00:00+08:00", "2026-13-01"},
		{"promised_at", "2026/11/18", "promised_at", "2026-11-18T00:00:00+08:00", "11-18"},
		{"remark", "放门口, 谢谢", "remark", "放门口, 谢谢", ""},
		{"gift_due", "TRUE", "gift_due", true, "maybe"},
		{"logistics.state", "transit", "logistics.state", "transit", "flying"},
		{"logistics.carrier", "顺丰", "logistics.carrier", "顺丰", ""},
		{"logistics.tracking_no", "0012345", "logistics.tracking_no", "0012345", ""},
		{"logistics.place", "杭州", "logistics.place", "杭州", ""},
		{"logistics.signed_by", "门卫", "logistics.signed_by", "门卫", ""},
		{"logistics.updated_at", "2026-11-18 10:00:30", "logistics.updated_at", "2026-11-18T10:00:30+08:00", "now"},
		{"aftersales.type", "exchange", "aftersales.type", "exchange", "swap"},
		{"aftersales.state", "refunding", "aftersales.state", "refunding", "soon"},
		{"aftersales.amount", "5.00", "aftersales.amount", "5.00", "all"},
		{"item.id", "007", "items.0.id", "007", ""},
		{"item.title", "梨", "items.0.title", "梨", ""},
		{"item.sku", "大", "items.0.sku", "大", ""},
		{"item.quantity", "2", "items.0.quantity", 2.0, "two"},
		{"item.price", "5.50", "items.0.price", "5.50", "dear"},
	} {
		t.Run(c.column, func(t *testing.T) {
			_, tree, problem := oneOrder(t, c.column, c.cell)
			require.Empty(t, problem)
			require.Equal(t, c.want, at(tree, c.path))
			_, tree, problem = oneOrder(t, c.column, "")
			require.Empty(t, problem)
			require.Nil(t, at(tree, c.path), "an empty cell says nothing")
			if c.bad != "" {
				_, _, problem = oneOrder(t, c.column, c.bad)
				require.Equal(t, "wrong-type", problem)
			}
		})
	}
}

// TestCountedColumns holds that a fact which a shop's system counts itself is kept as it was sent.
func TestCountedColumns(t *testing.T) {
	for column, cell := range map[string]string{
		"paid_hours": "5", "ship_by": "2026-11-20T10:00:00+08:00", "ship_left_hours": "-3", "shipped_hours": "5", "delivered_hours": "5",
		"delivered_days": "5", "late_hours": "5", "changeable": "true", "cancellable": "false",
	} {
		o, _, problem := oneOrder(t, column, cell)
		require.Empty(t, problem, column)
		require.Equal(t, cell, o.Sent[column], column)
	}
	o, _, problem := oneOrder(t, "logistics.idle_hours", "7")
	require.Empty(t, problem)
	require.Equal(t, "7", o.Logistics.Sent["idle_hours"])
	o, _, problem = oneOrder(t, "aftersales.deadline_hours", "7")
	require.Empty(t, problem)
	require.Equal(t, "7", o.Aftersales.Sent["deadline_hours"])
}

// TestRowsOfOneOrder holds that rows with the same number are the items of one order, however the file is sorted.
func TestRowsOfOneOrder(t *testing.T) {
	for name, rows := range map[string]string{
		"one after the other":   "b1,88,paid,梨\r\nb1,88,paid,杏\r\nb2,89,paid,桃\r\n",
		"with another between":  "b1,88,paid,梨\r\nb2,89,paid,桃\r\nb1,88,paid,杏\r\n",
		"what is said once":     "b1,88,paid,梨\r\n,88,,杏\r\nb2,89,paid,桃\r\n",
		"empty lines and marks": "\r\nb1,88,paid,梨\r\n\r\nb2,89,paid,桃\r\nb1,88,paid,杏",
	} {
		var p doc.Problems
		list := orders.Parse("orders.csv", []byte("\ufeffbuyer_id,no,stage,item.title\r\n"+rows), nil, &p)
		require.Empty(t, p.All(), name)
		require.Len(t, list, 2, name)
		require.Equal(t, []string{"b1", "b2"}, []string{list[0].BuyerID, list[1].BuyerID}, name)
		require.Equal(t, []string{"梨", "杏"}, []string{list[0].Items[0].Title, list[0].Items[1].Title}, name)
		require.Len(t, list[1].Items, 1, name)
	}
	var p doc.Problems
	list := orders.Parse("orders.csv", []byte("buyer_id,no,item.title\nb1,88,梨\nb2,88,杏\n"), nil, &p)
	require.Len(t, list, 2, "the order of another buyer is another")
}
