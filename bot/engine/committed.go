package engine

// committed tells whoever has something to do now.
func (e *Engine) committed(c Commit) {
	if !c.Due.IsZero() {
		e.alarm.wakeFor(c.Due)
	}
	if c.Late != nil && c.Late.Deliver {
		wake(e.outboxChanged)
	}
	if len(c.Cases) > 0 {
		e.feed.changed(c.Shop)
	}
	e.chats.changed(c.Key)
	e.countMissed(c)
}
