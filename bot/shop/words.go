package shop

import (
	"fmt"

	"xiaoer/rules/doc"
)

// didYouMean is the hint for a misspelt word: the candidate that is near, else what to do otherwise.
func didYouMean(word string, candidates []string, otherwise string) string {
	if near := doc.Suggest(word, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}
