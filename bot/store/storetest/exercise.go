// Package storetest says what a store is: every implementation of engine.Store must pass Exercise. It knows no implementation.
package storetest

import (
	"strconv"
	"testing"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/engine"
)

// Open makes an empty store for one test and closes it when the test ends.
type Open func(t *testing.T) engine.Store

// Exercise runs the whole suite.
func Exercise(t *testing.T, open Open) {
	t.Helper()
	for name, part := range map[string]func(*testing.T, engine.Store){
		"turns":         turns,
		"staleness":     staleness,
		"answers":       answers,
		"numbers":       numbers,
		"desk":          queues,
		"records":       records,
		"traces":        traces,
		"timers":        timers,
		"stretches":     stretches,
		"old turns":     oldStretches,
		"all turns":     erasedStretches,
		"day of turns":  turnsOfATime,
		"last turns":    lastTurns,
		"repeated turn": repeatedTurn,
		"replies":       replies,
		"outbox":        outbox,
		"retention":     retention,
		"unserved":      unserved,
		"isolation":     isolation,
		"concurrency":   concurrency,

		"cases":            cases,
		"pages of cases":   pagesOfCases,
		"changes":          changes,
		"tally":            tally,
		"tokens":           tokens,
		"presence":         presence,
		"pauses":           pauses,
		"audit":            audit,
		"letters":          letters,
		"resent letters":   resent,
		"read letters":     acknowledged,
		"backlog":          backlogOfLetters,
		"a buyer's data":   buyersData,
		"an erased buyer":  erased,
		"erased meanwhile": erasedMeanwhile,
		"changed buyer":    changedBuyer,
		"repeated message": repeatedMessage,
		"old desks":        oldDesks,
		"refused with all": refusedWithAll,
		"documents":        documents,
		"old documents":    oldDocuments,
		"kept timers":      keptTimers,
		"leased timers":    leasedTimers,
		"leased letters":   leasedDeliveries,
		"taken once":       takenOnce,
	} {
		t.Run(name, func(t *testing.T) { part(t, open(t)) })
	}
}

// noon is when the suite begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func key(n int) engine.Key { return engine.Key{Shop: "s", Conversation: "c-" + strconv.Itoa(n)} }

// first is the commit of a conversation's first turn.
func first(k engine.Key) engine.Commit {
	c := bot.NewConversation(k.Shop, k.Conversation)
	c.Buyer.ID = "b-" + k.Conversation
	c.Transcript = []bot.Line{{At: noon, From: "buyer", Text: "我想退货 👌 <b>"}}
	return engine.Commit{Key: k, Conversation: c, Buyer: c.Buyer.ID, At: noon}
}

// next is the commit of the turn after.
func next(c engine.Commit) engine.Commit {
	c.Version++
	c.Standing = c.Next()
	return c
}

// recordedAs is the turn of a commit that answers a message.
func recordedAs(c engine.Commit) *engine.Recorded {
	id := "turn of " + c.Answered.Message + " in " + c.Key.Conversation
	return &engine.Recorded{ID: id, Key: c.Key, At: c.At, Before: c.Conversation, Events: []bot.Event{}}
}

func lateOf(k engine.Key, id string, at time.Time) *engine.Late {
	return &engine.Late{
		ID: id, Key: k, At: at, Status: bot.StatusAgent, Deliver: true,
		Replies: []bot.Reply{{Kind: bot.KindText, Text: "您好 " + id}},
	}
}
