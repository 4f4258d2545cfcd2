package page

import "regexp"

// shortYuan is an amount with fewer than two decimals.
var shortYuan = regexp.MustCompile(`^-?\d{1,15}(\.\d)?$`)

// Yuan writes an amount with two decimals, as people write money. What is no plain amount stays as it was given.
func Yuan(amount string) string {
	parts := shortYuan.FindStringSubmatch(amount)
	switch {
	case parts == nil:
		return amount
	case parts[1] == "":
		return amount + ".00"
	}
	return amount + "0"
}
