package figures_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"xiaoer/bot/figures"
)

// anyOutcome draws an outcome with any of its fields, hostile names among them.
func anyOutcome() *rapid.Generator[figures.Outcome] {
	return rapid.Custom(func(t *rapid.T) figures.Outcome {
		names := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a.b", "</script>", "\"\\\x00", "退货", ""})), 0, 3)
		count := rapid.IntRange(0, 3)
		o := figures.Outcome{
			Rules: names.Draw(t, "rules"), Ask: rapid.String().Draw(t, "ask"), Handoff: count.Draw(t, "handoff"), Tasks: count.Draw(t, "tasks"),
			Status: rapid.SampledFrom([]string{"", "waiting", "agent", "closed"}).Draw(t, "status"), Closed: names.Draw(t, "closed"),
			Made: count.Draw(t, "made"), Kept: count.Draw(t, "kept"), Broken: count.Draw(t, "broken"),
		}
		for range count.Draw(t, "offers") {
			o.Offers = append(o.Offers, figures.Offer{
				Kind: rapid.String().Draw(t, "kind"), Amount: rapid.SampledFrom([]string{"", "3.50", "-1", "x"}).Draw(t, "amount"), Approval: rapid.Bool().Draw(t, "approval"),
				Verdict: rapid.SampledFrom([]string{"", "approved", "\"refused"}).Draw(t, "verdict"),
			})
		}
		for range count.Draw(t, "costs") {
			o.Costs = append(o.Costs, figures.Cost{Cause: rapid.SampledFrom([]string{"", "goods", "<b>"}).Draw(t, "cause"), Amount: rapid.String().Draw(t, "cost")})
		}
		if rapid.Bool().Draw(t, "replied") {
			o.Replies = &figures.Replies{FirstInTime: count.Draw(t, "a"), FirstLate: count.Draw(t, "b"), NextInTime: count.Draw(t, "c"), NextLate: count.Draw(t, "d")}
		}
		if rapid.Bool().Draw(t, "visited") {
			hands := rapid.SampledFrom([]figures.Hands{"", figures.Alone, figures.Human})
			o.Visit = &figures.Visit{Was: hands.Draw(t, "was"), Since: rapid.Int64Range(0, 2e9).Draw(t, "since"), Is: hands.Draw(t, "is"), Now: rapid.Bool().Draw(t, "now")}
		}
		return o
	})
}

func TestAnOutcomeIsWrittenAsJSONWouldBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := anyOutcome().Draw(t, "outcome")
		wanted, err := json.Marshal(&o)
		require.NoError(t, err)
		require.Equal(t, string(wanted), string(o.AppendJSON(nil)))
		none := string(wanted) == "{}"
		require.Equal(t, none, o.IsZero(), string(wanted))
	})
}
