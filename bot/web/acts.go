package web

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
	"xiaoer/bot/desk"
)

// An actForm is what the body of one kind of act has, and how it is checked when it was read.
type actForm func(act *desk.Act) (fields, func() error)

// act makes the handler of one kind of act. It is done even if the caller hangs up meanwhile: the same again, with the same
// idempotency key, has no second effect.
func (a *agentAPI) act(form actForm) deskHandler {
	return func(ctx context.Context, c echo.Context, who caller) error {
		act := desk.Act{Who: who.Name, Role: who.role}
		allowed, check := form(&act)
		allowed["id"] = &act.ID
		if _, err := a.readFields(c, allowed); err != nil {
			return err
		}
		if err := idempotencyKey(c.Request().Header, &act); err != nil {
			return err
		}
		if err := check(); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.TurnTimeout)
		defer cancel()
		now, err := a.Desk.ActOn(ctx, who.shop, param(c, "case"), act)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, show(now))
	}
}

// idempotencyKey takes the key from the header where the body has none.
func idempotencyKey(h http.Header, act *desk.Act) error {
	const name = "Idempotency-Key"
	key := h.Get(name)
	if act.ID != "" && key != "" && act.ID != key {
		return wrong("id", "is not what "+name+" says")
	}
	field := "id"
	if act.ID == "" {
		act.ID, field = key, name
	}
	if len(act.ID) > mostKey || strings.ContainsFunc(act.ID, unicode.IsControl) {
		return wrong(field, "may have up to 200 bytes, and no control characters")
	}
	return nil
}

func claim(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventClaim
	return fields{"from": &act.From}, func() error { return boundText("from", act.From, mostWords) }
}

func reply(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventAgent
	return fields{"text": &act.Text, "images": &act.Images, "seen": (*string)(&act.Seen)}, func() error {
		if err := boundText("seen", string(act.Seen), mostWords); err != nil {
			return err
		}
		if len(act.Images) > 0 { // the desk looks at the addresses
			return boundText("text", act.Text, mostText)
		}
		return needText("text", act.Text, mostText)
	}
}

func note(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventNote
	return fields{"text": &act.Text}, func() error { return needText("text", act.Text, mostText) }
}

func stage(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventStage
	return fields{"stage": &act.Stage}, func() error { return oneOf("stage", act.Stage, bot.Stages()...) }
}

// move needs to know where to; with a team alone the desk chooses an agent of it.
func move(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventMove
	return fields{"team": &act.Team, "to": &act.To}, func() error {
		if act.Team == "" && act.To == "" {
			return wrong("team", "must be given, or to")
		}
		if act.Team != "" {
			if err := needName("team", act.Team); err != nil {
				return err
			}
		}
		if act.To == me {
			act.To = act.Who
		}
		if act.To == "" {
			return nil
		}
		return needName("to", act.To)
	}
}

func release(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventRelease
	return fields{"outcome": &act.Outcome}, func() error { return boundText("outcome", act.Outcome, mostWords) }
}

func closeCase(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventResolve
	return fields{"outcome": &act.Outcome, "cause": &act.Cause, "cost": &act.Cost}, func() error {
		if act.Cause != "" {
			if err := oneOf("cause", act.Cause, desk.Causes()...); err != nil {
				return err
			}
		}
		if err := boundText("cost", act.Cost, mostName); err != nil {
			return err
		}
		return boundText("outcome", act.Outcome, mostWords)
	}
}

func kept(act *desk.Act) (fields, func() error) {
	act.Kind = bot.EventKept
	return fields{"what": &act.What}, func() error { return needText("what", act.What, mostWords) }
}

// decide approves or refuses an offer above its cap.
func decide(act *desk.Act) (fields, func() error) {
	var decision string
	return fields{"offer": &act.What, "decision": &decision, "quiet": &act.Quiet}, func() error {
		act.Kind = bot.EventKind(decision)
		if err := oneOf("decision", act.Kind, bot.EventApprove, bot.EventRefuse); err != nil {
			return err
		}
		return needText("offer", act.What, mostWords)
	}
}
