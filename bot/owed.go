package bot

import "time"

// deadline is when a stretch of the hours that count has passed.
func (t *turn) deadline(from time.Time, d time.Duration) time.Time { return t.b.Shop.After(from, d) }
