package photo

import (
	"regexp"

	"xiaoer/bot"
)

var alone = regexp.MustCompile(`^\[` + bot.KindImage + ` ×\d+\]$`)

// Alone is whether a line's text is what stands in a transcript for photos without words, and says nothing where the photos themselves are shown.
func Alone(text string) bool { return alone.MatchString(text) }
