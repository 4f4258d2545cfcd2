package figures

import (
	"context"
	"net/http"
	"strings"

	"xiaoer/bot/figures"
	"xiaoer/bot/web/page"
)

const (
	mostAsked  = 400 // questions that are read for one page
	mostGroups = 25  // that the page shows
)

// A questionsView is the page of what nobody answered.
type questionsView struct {
	look
	Behind  int
	Asked   int  // how many there were
	Sampled bool // only some of them were read
	Groups  []groupView
	More    int // groups that only the file has
}

// A groupView is questions that are about the same, and what would answer them.
type groupView struct {
	figures.Group
	Title string // of the intent that they were understood as or come near to, "" for none
	Draft figures.Draft
}

// getQuestions shows what nobody answered, with drafts of rules that would.
func (p *pages) getQuestions(w http.ResponseWriter, r *http.Request, l look) error {
	if !l.All() {
		return &page.Problem{Status: http.StatusForbidden}
	}
	report, err := p.report(r.Context(), l)
	if err != nil {
		return err
	}
	groups, sampled, err := p.groups(r.Context(), l, &report)
	if err != nil {
		return err
	}
	v := questionsView{look: l, Behind: report.Behind, Asked: report.Now.Unanswered(), Sampled: sampled}
	words := figures.Words{Reply: p.say(l, "draft.reply"), Name: p.say(l, "draft.name")}
	for i, g := range groups {
		if i == mostGroups {
			v.More = len(groups) - i
			break
		}
		one := groupView{Group: g, Draft: figures.NewDraft(g, words)}
		if name := g.Intent + g.Near; name != "" {
			one.Title = l.titleOf(name)
		}
		v.Groups = append(v.Groups, one)
	}
	p.pages.Show(w, r, http.StatusOK, "questions.html", v)
	return nil
}

// groups reads the questions of a report and groups them.
func (p *pages) groups(ctx context.Context, l look, r *figures.Report) (groups []figures.Group, sampled bool, err error) {
	places := figures.Choose(r.Samples(), mostAsked)
	list, err := p.Source.Questions(ctx, l.Shop, places)
	if err != nil {
		return nil, false, err
	}
	return figures.GroupQuestions(list), len(places) < r.Now.Unanswered(), nil
}

// questionTable is the groups as a table.
func (p *pages) questionTable(ctx context.Context, l look, r *figures.Report) (Table, error) {
	t := p.table(l, "questions", mostGroups, "questions", "count#", "understood", "near", "examples")
	groups, _, err := p.groups(ctx, l, r)
	for _, g := range groups {
		t.add(g.Texts[0], g.N, g.Intent, g.Near, strings.Join(g.Texts[1:], " / "))
	}
	return t, err
}
