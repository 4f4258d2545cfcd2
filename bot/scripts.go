package bot

// ScriptNames lists the named scripts that a base pack has to have, in the order of the manual.
func ScriptNames() []string {
	return []string{
		"greeting", "greeting_again", "apology", "closing", "handoff", "task", "off_hours", "holding", "clarify",
		"withdrawn", "settled", "ack_media", "ask_order", "choose_order", "compliance", "rating",
		"stage_received", "stage_investigating", "stage_negotiating", "stage_resolving", "stage_closed", "promise_broken",
	}
}
