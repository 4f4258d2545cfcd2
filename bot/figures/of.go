package figures

import (
	"time"

	"xiaoer/bot"
)

// backWithin is how soon a buyer who writes again goes on with the visit of before.
const backWithin = 24 * time.Hour

// Of says what a turn came to, given the conversation before it. The turn's events begin with the one from outside.
func Of(before *bot.Conversation, t *bot.Turn) Outcome {
	var o Outcome
	if len(t.Trace.Answered) > 1 {
		o.Rules = t.Trace.Answered
	}
	if s := t.Conversation.Status; s != bot.StatusBot {
		o.Status = string(s)
	}
	for i := range t.Actions {
		o.take(&t.Actions[i])
	}
	o.Replies = repliesOf(before, t)
	if len(t.Events) > 0 {
		o.Visit = moved(before, &t.Conversation, t.Events[0].At)
	}
	return o
}

func (o *Outcome) take(a *bot.Action) {
	switch {
	case a.Kind == bot.ActAsk:
		o.Ask = a.Ask
	case a.Kind == bot.ActOffer && a.Offer != nil:
		o.Offers = append(o.Offers, Offer{Kind: a.Offer.Kind, Amount: a.Offer.Amount, Approval: a.Offer.Approval, Verdict: a.Offer.Verdict})
	case a.Kind == bot.ActPromise && a.Promise != nil:
		switch a.Promise.State {
		case "kept":
			o.Kept++
		case "broken":
			o.Broken++
		default:
			o.Made++
		}
	case a.Kind == bot.ActHandoff && a.Handoff != nil:
		if a.Handoff.Task {
			o.Tasks++
		} else {
			o.Handoff = a.Handoff.Number
		}
	case a.Kind == bot.ActCase && a.Handoff != nil && !a.Handoff.ClosedAt.IsZero(): // only open ones change
		o.Closed = append(o.Closed, a.Handoff.Cause)
		if a.Handoff.Cost != "" {
			o.Costs = append(o.Costs, Cost{Cause: a.Handoff.Cause, Amount: a.Handoff.Cost})
		}
	}
}

// repliesOf counts the replies that cases gained with a turn, nil for none.
func repliesOf(before *bot.Conversation, t *bot.Turn) *Replies {
	if before.Case == nil && len(before.Tasks) == 0 && t.Conversation.Case == nil {
		return nil // a case that is opened now has no reply yet
	}
	last := map[string]*bot.Handoff{}
	for i := range t.Actions {
		if h := t.Actions[i].Handoff; h != nil {
			last[h.ID] = h
		}
	}
	if h := t.Conversation.Case; h != nil {
		last[h.ID] = h
	}
	var r Replies
	for id, now := range last {
		inTime, late := 0, 0
		if h := caseOf(before, id); h != nil {
			inTime, late = h.InTime, h.Late
		}
		r.gain(inTime+late == 0, now.InTime-inTime, now.Late-late)
	}
	if r == (Replies{}) {
		return nil
	}
	return &r
}

// gain counts replies to one case. Only the first that a case ever had is a first one; where both kinds came at once the late one
// came first, since its deadline had passed before.
func (r *Replies) gain(first bool, inTime, late int) {
	if inTime, late = max(inTime, 0), max(late, 0); first && late > 0 {
		r.FirstLate++
		late--
	} else if first && inTime > 0 {
		r.FirstInTime++
		inTime--
	}
	r.NextInTime += inTime
	r.NextLate += late
}

func caseOf(c *bot.Conversation, id string) *bot.Handoff {
	if c.Case != nil && c.Case.ID == id {
		return c.Case
	}
	for i := range c.Tasks {
		if c.Tasks[i].ID == id {
			return &c.Tasks[i]
		}
	}
	return nil
}

// moved says where a visit is counted after a turn and was before it, nil where that is the same.
func moved(before, after *bot.Conversation, at time.Time) *Visit {
	was, is := handsOn(before), handsOn(after)
	same := before.Episode == after.Episode
	if !same && (is == "" || was == Human || at.Sub(before.Clock.Buyer) >= backWithin) {
		was = "" // it stays as it was counted: another begins, perhaps with an agent's word
	}
	now := is != "" && !after.Clock.Buyer.Equal(before.Clock.Buyer)
	if was == is && !now {
		return nil
	}
	v := Visit{Was: was, Now: now}
	if is != was {
		v.Is = is
	}
	if was != "" {
		v.Since = before.Clock.Buyer.Unix()
	}
	return &v
}

// handsOn says who had to do with the visit that a conversation is in, "" before the buyer has written.
func handsOn(c *bot.Conversation) Hands {
	switch {
	case c.Counts.Turns == 0 || c.Clock.Buyer.IsZero():
		return ""
	case c.Counts.Handoffs > 0 || c.Status == bot.StatusWaiting || c.Status == bot.StatusAgent || !c.Clock.Human.IsZero() || agentSpoke(c):
		return Human
	case c.WasAnswered():
		return Alone
	}
	return None
}

// agentSpoke tells whether a human has said something since the buyer's first message of the visit.
func agentSpoke(c *bot.Conversation) bool {
	left := c.Counts.Turns
	for i := len(c.Transcript) - 1; i >= 0 && left > 0; i-- {
		switch c.Transcript[i].From {
		case "agent":
			return true
		case "buyer":
			left--
		}
	}
	return false
}
