package sqlstore

// Shares gives the shop of statements that change rows which turns of other conversations change too, and "" for others: a shop's
// count of changes, and how many wait at its desks. A database that lets several transactions go on at once must not hold such rows for
// longer than it has to, nor take them in any order.
func Shares(statements []Statement) (shop string) {
	for i := range statements {
		switch statements[i].SQL {
		case bumpFeed, arriveAtDesk, leaveDesk:
			if shop, ok := statements[i].Args[0].(string); ok {
				return shop
			}
		}
	}
	return ""
}

// LockFeed waits for everybody else who changes what is shared in the shop $1, and keeps them waiting. It is for databases that lock rows.
const LockFeed = `SELECT seq FROM feeds WHERE shop_id = $1 FOR UPDATE`
