package desk

import "time"

// A Document is something small that is kept whole under a name: an account, a session, a rating, a photo. Stores know nothing of
// what is in it.
type Document struct {
	Shop    string    // or AllShops, for what belongs to no shop
	Kind    string    // a lower-case noun: "account", "photo" …
	ID      string    // within the shop and the kind
	Version int64     // counts from 1; as it was read, 0 for one that is new
	Buyer   string    // whose data it is, "" for nobody's: it is exported and erased with theirs
	At      time.Time // when it was put, in milliseconds
	Until   time.Time // when it is forgotten, zero for never
	Body    []byte
}
