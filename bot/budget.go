package bot

import (
	"math"
	"slices"
	"time"
)

// MaySend says how many messages the channel would let through now, and until when: until is zero where that has no end. Each
// reply counts, an agent's too; the buyer's next message gives the whole budget again. To a buyer who has never written
// nothing may be sent. Without a budget left is math.MaxInt.
func (c *Conversation) MaySend(b Budget, now time.Time) (left int, until time.Time) {
	b = c.channelBudget(b)
	if b.Messages <= 0 {
		return math.MaxInt, time.Time{}
	}
	if b.Within > 0 && !c.Clock.Buyer.IsZero() {
		until = c.Clock.Buyer.Add(b.Within)
	}
	if c.Clock.Buyer.IsZero() || b.Within > 0 && !now.Before(until) {
		return 0, until
	}
	return max(b.Messages-c.Sent, 0), until
}

// allowed leaves out what the bot would say later of its own and the channel would not let through. The last message is left
// for a human.
func (t *turn) allowed(lines []spoken) []spoken {
	if t.e.Kind == EventMessage || t.c.channelBudget(t.b.Budget).Messages <= 0 || len(lines) == 0 {
		return lines
	}
	if left, _ := t.c.MaySend(t.b.Budget, t.e.At); messagesOf(lines) > left-1 {
		t.note("the channel's budget does not allow another line of the bot's")
		return nil
	}
	return lines
}

// fits puts an answer to the buyer together into as few messages as the channel lets through.
func (t *turn) fits(lines []spoken) []spoken {
	if t.e.Kind != EventMessage || t.c.channelBudget(t.b.Budget).Messages <= 0 {
		return lines
	}
	left, _ := t.c.MaySend(t.b.Budget, t.e.At)
	for messagesOf(lines) > max(left, 1) {
		var joined bool
		if lines, joined = joinLast(lines); !joined {
			lines = dropImage(lines)
			t.note("the channel's budget does not allow the image")
		}
	}
	return lines
}

// messages is how many messages on the channel a reply is.
func (s *spoken) messages() int {
	n := 0
	if s.text != "" {
		n++
	}
	if s.image != "" {
		n++
	}
	return n
}

func messagesOf(lines []spoken) int {
	n := 0
	for i := range lines {
		n += lines[i].messages()
	}
	return n
}

// joinLast puts the last two texts into one message; false when there are no two.
func joinLast(lines []spoken) ([]spoken, bool) {
	last := -1
	for i, s := range slices.Backward(lines) {
		switch {
		case s.text == "":
		case last < 0:
			last = i
		default:
			lines[last].text = s.text + "\n" + lines[last].text
			if len(lines[last].choices) == 0 {
				lines[last].choices = s.choices
			}
			lines[i].text = ""
			if s.image == "" && s.ask == "" {
				lines = slices.Delete(lines, i, i+1)
			}
			return lines, true
		}
	}
	return lines, false
}

// dropImage leaves the last image out.
func dropImage(lines []spoken) []spoken {
	for i := range slices.Backward(lines) {
		if lines[i].image == "" {
			continue
		}
		lines[i].image = ""
		if lines[i].text == "" {
			lines = slices.Delete(lines, i, i+1)
		}
		return lines
	}
	return lines[:0]
}
