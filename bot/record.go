package bot

import (
	"slices"
	"time"
)

// usesLast is how long a use is kept: longer than any limit counts.
const usesLast = 48 * time.Hour

const mostUses = 200

// Apply gives the record as it is after a turn: uses, offers and promises added, offers decided, promises kept or broken. The record
// that it is called on is not changed.
func (r Record) Apply(actions []Action) Record {
	out := Record{Uses: slices.Clip(r.Uses), Offers: slices.Clone(r.Offers), Promises: slices.Clone(r.Promises)}
	for i := range actions {
		a := &actions[i]
		switch {
		case a.Kind == ActUse && a.Use != nil:
			out.Uses = keepLast(forgetOld(out.Uses, *a.Use), mostUses, *a.Use)
		case a.Kind == ActOffer && a.Offer != nil:
			out.setOffer(*a.Offer)
		case a.Kind == ActPromise && a.Promise != nil:
			out.setPromise(*a.Promise)
		}
	}
	return out
}

// forgetOld drops uses that no limit counts any more. Those of the same episode stay: a limit may count them.
func forgetOld(list []Use, latest Use) []Use {
	out := make([]Use, 0, len(list)+1)
	for _, u := range list {
		same := u.Conversation == latest.Conversation && u.Episode == latest.Episode
		if same || latest.At.Sub(u.At) < usesLast {
			out = append(out, u)
		}
	}
	return out
}

// setOffer adds an offer, or puts it in the place of what it was.
func (r *Record) setOffer(o OfferMade) {
	if i := slices.IndexFunc(r.Offers, func(old OfferMade) bool { return old.ID == o.ID }); i >= 0 {
		r.Offers[i] = o
		return
	}
	r.Offers = append(r.Offers, o)
}

func (r *Record) setPromise(p PromiseMade) {
	for i := range r.Promises {
		if r.Promises[i].ID == p.ID {
			r.Promises[i] = p
			return
		}
	}
	r.Promises = append(r.Promises, p)
}
