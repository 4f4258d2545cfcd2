package sqlstore

// Shares says whether statements change rows that turns of other conversations change too: a shop's count of changes, and how many wait
// at a desk. A database that lets several transactions go on at once does not hold such rows for longer than it must.
func Shares(statements []Statement) bool {
	for i := range statements {
		switch statements[i].SQL {
		case bumpFeed, arriveAtDesk, leaveDesk:
			return true
		}
	}
	return false
}
