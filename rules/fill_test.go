package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules"
)

// copier fills groups with what another row knows, and notes which.
type copier struct {
	from   *rules.Facts
	filled []string
}

func (c *copier) Fill(f *rules.Facts, group string) {
	c.filled = append(c.filled, group)
	for _, fact := range vocabulary().Facts {
		if groupOf(fact) != group {
			continue
		}
		if v, known := c.from.Get(fact.Name); known {
			f.Set(fact.Name, v)
		}
	}
}

func groupOf(fact rules.Fact) string {
	group, _, found := strings.Cut(fact.Name, ".")
	switch {
	case fact.Type.Kind == rules.Records:
		return fact.Name
	case !found:
		return ""
	}
	return group
}

func allGroups() []string {
	var list []string
	for _, fact := range vocabulary().Facts {
		list = append(list, groupOf(fact))
	}
	return list
}

// awaiting is a row that waits for all that another one knows.
func awaiting(book *rules.Book, from *rules.Facts) (*rules.Facts, *copier) {
	f, c := book.NewFacts(), &copier{from: from}
	f.Await(c, book.Groups(allGroups()...))
	return f, c
}

func TestDecidesTheSameByFactsThatAreFilledLate(t *testing.T) {
	conditions := []string{ // an error in a part that is passed over is shown beside the reason
		`(mood == "angry" and 100 / conversation.failures > 3) or order.stage == "closed"`,
		`(mood == "angry" and order.known and 100 / (conversation.failures - conversation.failures) > 1) or mood == "angry"`,
	}
	for _, tt := range languageTests() {
		conditions = append(conditions, tt.fits, tt.not)
	}
	for _, condition := range conditions {
		book := mustCompile(t, withCondition(condition))
		late, _ := awaiting(book, knownFacts(book))
		want := book.Decide(rules.Query{Intent: "return", Facts: knownFacts(book), Trace: true})
		require.Equal(t, want, book.Decide(rules.Query{Intent: "return", Facts: late, Trace: true}), condition)
	}
}

func TestFillsOnlyWhatIsRead(t *testing.T) {
	tests := []struct {
		name, rules string
		filled      []string
	}{
		{"nothing", `- {id: a, intent: return, reply: 好}`, nil},
		{"a condition", `- {id: a, intent: return, when: order.known, reply: 好}`, []string{"order"}},
		{"a group once", `- {id: a, intent: return, when: order.known and order.stage == "delivered", reply: 好}`, []string{"order"}},
		{"not what stands behind the part that fails", `- {id: a, intent: return, when: order.changeable and product.units > 1, reply: 好}`, []string{"order"}},
		{"has", `- {id: a, intent: return, when: has(buyer.tier) == true, reply: 好}`, []string{"buyer"}},
		{"a fact without a group", `- {id: a, intent: return, when: mood == "upset", reply: 好}`, []string{""}},
		{"a list of records by itself", `- {id: a, intent: return, when: len(order.items) > 0, reply: 好}`, []string{"order.items"}},
		{"a text", `- {id: a, intent: return, reply: "${order.no}"}`, []string{"order"}},
		{"from", `- {id: a, intent: return, from: 2026-01-01, reply: 好}`, []string{"now"}},
		{"until", `- {id: a, intent: return, until: 2027-01-01, reply: 好}`, []string{"now"}},
		{"for", `- {id: a, intent: return, for: {tags: [fresh]}, reply: 好}`, []string{"product"}},
		{"find_order", `- {id: a, intent: return, find_order: true, reply: 好}`, []string{"order"}},
		{"an offer", `- {id: a, intent: return, offer: {coupon: policy.late_coupon, cap: {amount: 10, per_order: 1, per_buyer_per_day: 1}}, reply: 好}`, []string{"policy"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := mustCompile(t, "rules:\n"+tt.rules+"\notherwise: {clarify: 1, handoff: {team: presales}}\n")
			f, c := awaiting(book, knownFacts(book))
			book.Decide(rules.Query{Intent: "return", Facts: f, Trace: true})
			require.Equal(t, tt.filled, c.filled)
			book.Decide(rules.Query{Intent: "return", Facts: f})
			require.Equal(t, tt.filled, c.filled, "once")
		})
	}
}

func TestFillsForTextsAndReads(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	f, c := awaiting(book, knownFacts(book))
	text, missing := template(t, "亲 ${order.no}").Render(f, rules.Format{})
	require.Empty(t, missing)
	require.Equal(t, "亲 261118-1", text)
	v, known := f.Get("buyer.tier")
	require.True(t, known)
	require.Equal(t, "gold", v.Text())
	require.Equal(t, []string{"order", "buyer"}, c.filled)
}

// What is set while a group is awaited stands on top of what the filler says of it.
func TestSetsOnTopOfWhatIsFilled(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	f, c := awaiting(book, knownFacts(book))
	f.Set("order.no", rules.TextValue("other"))
	require.Equal(t, []string{"order"}, c.filled)
	v, _ := f.Get("order.no")
	require.Equal(t, "other", v.Text())
	stage, _ := f.Get("order.stage")
	require.Equal(t, "delivered", stage.Text())
}

func TestResetForgetsAllButWhatIsKept(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	f := book.NewFacts()
	f.Set("policy.return_days", rules.IntValue(7))
	f.Set("mood", rules.TextValue("upset"))
	f.Keep()
	for range 2 {
		c := &copier{from: knownFacts(book)}
		f.Await(c, book.Groups("order", "buyer", "no such group"))
		f.Set("policy.return_days", rules.IntValue(8))
		f.Set("mood", rules.Value{})
		f.Set("product.units", rules.IntValue(3))
		known, _ := f.Get("order.known")
		require.True(t, known.Bool())
		f.Reset()
		for _, fact := range vocabulary().Facts {
			v, known := f.Get(fact.Name)
			switch fact.Name {
			case "policy.return_days":
				require.Equal(t, 7, v.Int())
			case "mood":
				require.Equal(t, "upset", v.Text())
			default:
				require.Equal(t, fact.AlwaysKnown, known, fact.Name)
				require.False(t, v.Bool(), fact.Name)
			}
		}
		require.Equal(t, []string{"order"}, c.filled, "a Reset ends the awaiting")
	}
}

func TestPutsByPlace(t *testing.T) {
	book := mustCompile(t, withCondition("order.known"))
	f := book.NewFacts()
	require.Equal(t, rules.NoPlace, f.Place("no.such"))
	f.Put(rules.NoPlace, rules.IntValue(1))
	_, known := f.At(rules.NoPlace)
	require.False(t, known)
	f.Put(f.Place("order.delivered_days"), rules.IntValue(3))
	v, known := f.At(f.Place("order.delivered_days"))
	require.True(t, known)
	require.Equal(t, 3, v.Int())
	f.Put(f.Place("order.delivered_days"), rules.TextValue("three"))
	_, known = f.Get("order.delivered_days")
	require.False(t, known, "a value of another kind makes it unknown")
}
