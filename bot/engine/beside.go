package engine

import (
	"context"
	"encoding/json"
	"time"
)

const (
	// mostRatings bounds how many ratings are read for the days that are not finished.
	mostRatings = 50_000
	// ratingsFresh is how old what was read of them may be for a day that runs: each look at it reading all would be dear.
	ratingsFresh = time.Minute
)

// ratings are those of each day, by their stars, when they were read.
type ratings struct {
	at   time.Time
	zone string
	days map[string][5]int
}

// starsOf is how a day was rated. The ratings are read anew for a day that ended since, or that runs if they were read a while ago.
func (l *looking) starsOf(ctx context.Context, date string, until time.Time, ended bool) ([5]int, error) {
	known := &l.own.rated
	good := l.now.Sub(known.at) < ratingsFresh
	if ended {
		good = !known.at.Before(until.Add(turnsSettle))
	}
	if !good || known.zone != l.zone.String() {
		days, err := l.readRatings(ctx)
		if err != nil {
			return [5]int{}, err
		}
		*known = ratings{at: l.now, zone: l.zone.String(), days: days}
	}
	return known.days[date], nil
}

// readRatings counts the ratings of each day.
func (l *looking) readRatings(ctx context.Context) (map[string][5]int, error) {
	days := map[string][5]int{}
	after := ""
	for range mostRatings / turnsAtOnce {
		list, err := l.documents(ctx, kindRating, after, turnsAtOnce)
		if err != nil {
			return nil, err
		}
		for i := range list {
			after = list[i].ID
			var rating struct {
				Stars int `json:"stars"`
			}
			if json.Unmarshal(list[i].Body, &rating) == nil && rating.Stars >= 1 && rating.Stars <= 5 {
				on := list[i].At.In(l.zone).Format(time.DateOnly)
				stars := days[on]
				stars[rating.Stars-1]++
				days[on] = stars
			}
		}
		if len(list) < turnsAtOnce {
			break
		}
	}
	return days, nil
}
