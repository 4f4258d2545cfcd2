package rules

// analyse checks what can be said about all rules together.
func (r *reader) analyse(drafts []*draft) {}
