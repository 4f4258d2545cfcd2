package engine

import (
	"context"
	"encoding/json"
	"time"

	"xiaoer/bot/figures"
)

const (
	// mostBeside bounds how many ratings, and how many verdicts, are read for the days that are not finished.
	mostBeside = 50_000
	// besideFresh is how old what was read of them may be for a day that runs: each look at it reading all would be dear.
	besideFresh = time.Minute
)

// beside is what documents say of a day that its turns do not.
type beside struct {
	stars    [5]int
	approved map[string]figures.Paid
}

func (k *keptDay) hasBeside() bool { return k.Stars != [5]int{} || len(k.Approved) > 0 }

// besides is what documents said of each day when they were read.
type besides struct {
	at   time.Time
	zone string
	days map[string]*beside
}

// besideOf is what documents say of a day. They are read anew for a day that ended since, or that runs if they were read a while ago.
func (l *looking) besideOf(ctx context.Context, date string, until time.Time, ended bool) (beside, error) {
	known := &l.own.beside
	good := l.now.Sub(known.at) < besideFresh
	if ended {
		good = !known.at.Before(until.Add(turnsSettle))
	}
	if !good || known.zone != l.zone.String() {
		read := besides{at: l.now, zone: l.zone.String(), days: map[string]*beside{}}
		if err := l.everyDocument(ctx, kindRating, read.days, (*beside).rate); err != nil {
			return beside{}, err
		}
		if err := l.everyDocument(ctx, kindVerdict, read.days, (*beside).approve); err != nil {
			return beside{}, err
		}
		*known = read
	}
	if b := known.days[date]; b != nil {
		return *b, nil
	}
	return beside{}, nil
}

// everyDocument hands the documents of a kind to their days.
func (l *looking) everyDocument(ctx context.Context, kind string, days map[string]*beside, take func(*beside, []byte)) error {
	after := ""
	for range mostBeside / turnsAtOnce {
		list, err := l.documents(ctx, kind, after, turnsAtOnce)
		if err != nil {
			return err
		}
		for i := range list {
			after = list[i].ID
			on := list[i].At.In(l.zone).Format(time.DateOnly)
			if days[on] == nil {
				days[on] = &beside{}
			}
			take(days[on], list[i].Body)
		}
		if len(list) < turnsAtOnce {
			return nil
		}
	}
	return nil
}

func (b *beside) rate(body []byte) {
	var rating struct {
		Stars int `json:"stars"`
	}
	if json.Unmarshal(body, &rating) == nil && rating.Stars >= 1 && rating.Stars <= 5 {
		b.stars[rating.Stars-1]++
	}
}

func (b *beside) approve(body []byte) {
	var verdict struct {
		Approved     bool `json:"approved"`
		Kind, Amount string
	}
	if json.Unmarshal(body, &verdict) == nil && verdict.Approved {
		figures.Pay(&b.approved, verdict.Kind, verdict.Amount)
	}
}
