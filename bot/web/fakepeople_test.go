package web_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"xiaoer/bot/desk"
)

func (f *fakeDesk) Attend(_ context.Context, shop string, p desk.Presence) error {
	unlock, err := f.lock("Attend")
	defer unlock()
	p.Load = 2
	f.present[shop+"/"+p.Agent] = p
	return err
}

func (f *fakeDesk) Stay(ctx context.Context, shop, agent string) error {
	all, err := f.Attending(ctx, shop)
	for _, p := range all {
		if err == nil && p.Agent == agent && p.Online {
			p.Seen = f.Now()
			return f.Attend(ctx, shop, p)
		}
	}
	return err
}

func (f *fakeDesk) Attending(ctx context.Context, shop string) ([]desk.Presence, error) {
	if f.hang != nil {
		f.hang(ctx)
	}
	unlock, err := f.lock("Attending")
	defer unlock()
	var out []desk.Presence
	for _, key := range slices.Sorted(maps.Keys(f.present)) {
		if strings.HasPrefix(key, shop+"/") {
			out = append(out, f.present[key])
		}
	}
	return out, err
}

func (f *fakeDesk) Outlook(context.Context, string) (desk.Outlook, error) {
	unlock, err := f.lock("Outlook")
	defer unlock()
	return desk.NewOutlook(6, 1, 2, 1), err
}

func (f *fakeDesk) Pauses(_ context.Context, shop string) ([]desk.Pause, error) {
	unlock, err := f.lock("Pauses")
	defer unlock()
	return slices.DeleteFunc(slices.Clone(f.pauses), func(p desk.Pause) bool { return p.Shop != shop }), err
}

func (f *fakeDesk) Pause(_ context.Context, p desk.Pause) error {
	unlock, err := f.lock("Pause")
	defer unlock()
	f.pauses = append(f.pauses, p)
	return err
}

func (f *fakeDesk) Unpause(_ context.Context, shop, rule, _ string) error {
	unlock, err := f.lock("Unpause")
	defer unlock()
	n := len(f.pauses)
	f.pauses = slices.DeleteFunc(f.pauses, func(p desk.Pause) bool { return p.Shop == shop && p.Rule == rule })
	if err == nil && n == len(f.pauses) {
		err = refusal("not_found")
	}
	return err
}

func (f *fakeDesk) Letters(_ context.Context, shop, state, after string, limit int) ([]desk.Letter, error) {
	unlock, err := f.lock("Letters")
	defer unlock()
	out := slices.DeleteFunc(slices.Clone(f.letters), func(l desk.Letter) bool { return l.Shop != shop || l.State != state || l.ID <= after })
	return out[:min(len(out), limit)], err
}

func (f *fakeDesk) Resend(_ context.Context, shop, id, _ string) error {
	unlock, err := f.lock("Resend")
	defer unlock()
	if err == nil && !slices.ContainsFunc(f.letters, func(l desk.Letter) bool { return l.Shop == shop && l.ID == id }) {
		err = refusal("not_found")
	}
	return err
}

func (f *fakeDesk) Audit(_ context.Context, shop, before string, limit int) ([]desk.Entry, error) {
	unlock, err := f.lock("Audit")
	defer unlock()
	out := slices.DeleteFunc(slices.Clone(f.entries), func(e desk.Entry) bool { return e.Shop != shop || before != "" && e.ID >= before })
	return out[:min(len(out), limit)], err
}

func (f *fakeDesk) Grant(_ context.Context, shop, agent string, role desk.Role, who string) (desk.Grant, string, error) {
	unlock, err := f.lock("Grant")
	defer unlock()
	g := desk.Grant{ID: "g-" + strconv.Itoa(len(f.grants)+1), Shop: shop, Agent: agent, Role: role, Hash: "never shown", At: deskNow, By: who}
	f.grants = append(f.grants, g)
	return g, "xot_fresh", err
}

func (f *fakeDesk) GrantsOf(_ context.Context, shop string) ([]desk.Grant, error) {
	unlock, err := f.lock("GrantsOf")
	defer unlock()
	return slices.DeleteFunc(slices.Clone(f.grants), func(g desk.Grant) bool { return g.Shop != shop }), err
}

func (f *fakeDesk) Revoke(_ context.Context, shop, id, _ string) error {
	unlock, err := f.lock("Revoke")
	defer unlock()
	n := len(f.grants)
	f.grants = slices.DeleteFunc(f.grants, func(g desk.Grant) bool { return g.Shop == shop && g.ID == id })
	if err == nil && n == len(f.grants) {
		err = refusal("not_found")
	}
	return err
}

func (f *fakeDesk) Export(_ context.Context, _, buyer, _ string, take func(string, []byte) error) error {
	f.mu.Lock()
	pieces, fail := slices.Clone(f.pieces), f.fail["Export"]
	f.mu.Unlock()
	if buyer != "b-1" {
		pieces = nil
	}
	for _, p := range pieces {
		if err := take("turn", []byte(p)); err != nil {
			return err
		}
	}
	return fail
}

func (f *fakeDesk) Erase(_ context.Context, _, buyer, _ string) (int, error) {
	unlock, err := f.lock("Erase")
	defer unlock()
	if buyer != "b-1" {
		return 0, err
	}
	return len(f.pieces), err
}
