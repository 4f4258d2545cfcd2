package bot

import "xiaoer/rules"

// Facts lists the facts that every shop has, by group, in the order of the manual.
func Facts() []rules.Fact {
	var out []rules.Fact
	for _, group := range [...][]rules.Fact{
		messageFactList(), buyerFactList(), orderFactList(), parcelFactList(), productFactList(), aroundFactList(), textFactList(),
	} {
		out = append(out, group...)
	}
	return out
}

func messageFactList() []rules.Fact {
	return []rules.Fact{
		always("message.text", rules.Text, "What the buyer wrote."),
		always("message.kind", rules.Enum, "The kind of the message; a kind that is not known here is other.", messageKinds()...),
		always("message.images", rules.Int, "How many photos came with the message."),
		always("message.links", rules.Texts, "The links in the message."),
	}
}

func buyerFactList() []rules.Fact {
	return []rules.Fact{
		fact("buyer.id", rules.Text, "The buyer's id on the channel."),
		fact("buyer.name", rules.Text, "The buyer's name."),
		fact("buyer.tier", rules.Text, "The member tier."),
		fact("buyer.orders", rules.Int, "How many orders the buyer has placed."),
		fact("buyer.open_orders", rules.Int, "How many of them are open."),
		fact("buyer.first_time", rules.Bool, "Whether this is a new buyer."),
	}
}

func orderFactList() []rules.Fact {
	return []rules.Fact{
		always("order.known", rules.Bool, "Whether an order is in view."),
		always("order.lookup", rules.Enum, "How the last look-up ended.", "none", "found", "not_found", "down", "not_yours"),
		fact("order.no", rules.Text, "The order's number."),
		fact("order.stage", rules.Enum, "How far the order is.", orderStages()...),
		fact("order.amount", rules.Money, "What was paid, in yuan."),
		fact("order.paid_at", rules.Time, "When it was paid."),
		fact("order.paid_hours", rules.Int, "Whole hours since it was paid."),
		fact("order.ship_by", rules.Time, "When it has to be shipped: paid_at and policy.ship_within."),
		fact("order.ship_left_hours", rules.Int, "Whole hours left until ship_by, below 0 when overdue."),
		fact("order.shipped_hours", rules.Int, "Whole hours since it was shipped."),
		fact("order.delivered_at", rules.Time, "When it was delivered."),
		fact("order.delivered_hours", rules.Int, "Whole hours since it was delivered."),
		fact("order.delivered_days", rules.Int, "Calendar days since it was delivered in the shop's timezone; the day after is 1."),
		fact("order.promised_at", rules.Time, "When delivery was promised."),
		fact("order.late_hours", rules.Int, "Whole hours since promised_at until delivered or closed; 0 before it is due."),
		fact("order.changeable", rules.Bool, "Whether it can still be changed: unpaid and paid."),
		fact("order.cancellable", rules.Bool, "Whether it can still be cancelled: unpaid and paid."),
		fact("order.gift_due", rules.Bool, "Whether a gift belongs to it."),
		fact("order.remark", rules.Text, "The buyer's remark."),
		{
			Name: "order.items", Doc: "What was ordered.",
			Type: rules.Type{Kind: rules.Records, Fields: []rules.Fact{
				fact("id", rules.Text, "The product's id."), fact("title", rules.Text, "Its title."), fact("sku", rules.Text, "Its variant."),
				fact("quantity", rules.Int, "How many."), fact("price", rules.Money, "The price of one."),
			}},
		},
	}
}

func orderStages() []string {
	return []string{"unpaid", "grouping", "paid", "part_shipped", "shipped", "delivered", "closed"}
}

func parcelStates() []string {
	return []string{
		"none", "label_only", "collected", "transit", "out_for_delivery", "pickup_point", "signed", "returning", "problem",
	}
}

func aftersalesTypes() []string {
	return []string{"none", "refund_only", "return", "exchange", "resend", "repair"}
}

func aftersalesStates() []string {
	return []string{"none", "wait_shop", "wait_buyer", "returning", "arrived", "refunding", "done", "rejected", "platform"}
}

func parcelFactList() []rules.Fact {
	return []rules.Fact{
		fact("logistics.state", rules.Enum, "Where the parcel is.", parcelStates()...),
		fact("logistics.carrier", rules.Text, "Who carries it."),
		fact("logistics.tracking_no", rules.Text, "The tracking number."),
		fact("logistics.place", rules.Text, "Where it was last seen."),
		fact("logistics.idle_hours", rules.Int, "Whole hours since the last scan."),
		fact("logistics.signed_by", rules.Text, "Who signed for it."),
		fact("aftersales.type", rules.Enum, "The kind of the after-sales request.", aftersalesTypes()...),
		fact("aftersales.state", rules.Enum, "How far it is.", aftersalesStates()...),
		fact("aftersales.amount", rules.Money, "The amount asked for, in yuan."),
		fact("aftersales.deadline_hours", rules.Int, "Whole hours until the platform decides by itself."),
	}
}

func productFactList() []rules.Fact {
	return []rules.Fact{
		always("product.known", rules.Bool, "Whether a product is in view."),
		fact("product.id", rules.Text, "The product's id."),
		fact("product.title", rules.Text, "Its title."),
		fact("product.price", rules.Money, "Its price, in yuan."),
		fact("product.stock", rules.Int, "How many are in stock."),
		fact("product.units", rules.Number, "How many pieces one order of it holds."),
		fact("product.tags", rules.Texts, "Its tags."),
		fact("product.no_reason", rules.Bool, "Whether it may be returned without a reason."),
		fact("product.claim_hours", rules.Int, "Hours after delivery within which a claim is taken."),
		fact("product.warranty_days", rules.Int, "Days of warranty."),
	}
}

func aroundFactList() []rules.Fact {
	return []rules.Fact{
		always("notice.active", rules.Bool, "Whether a notice of the shop concerns the order in view today."),
		fact("notice.kind", rules.Enum, "Its kind.", "weather", "stock", "holiday", "courier"),
		fact("notice.text", rules.Text, "Its words."),
		fact("notice.until", rules.Date, "Its last day."),
		always("promise.open", rules.Bool, "Whether a promise about the order in view is open."),
		fact("promise.left_hours", rules.Int, "Whole hours until the next open promise falls due."),
		always("promise.broken", rules.Bool, "Whether a promise about the order in view was broken."),
		always("conversation.turns", rules.Int, "Messages of the buyer in this episode, this one included."),
		always("conversation.idle_minutes", rules.Int, "Whole minutes since the last line of anybody."),
		always("conversation.failures", rules.Int, "Messages of this episode that were not understood."),
		always("conversation.repeats", rules.Int, "Times in this episode that the buyer sent the same words again."),
		always("conversation.handoffs", rules.Int, "Hand-overs in this episode, tasks included."),
		fact("shop.id", rules.Text, "The shop's id."),
		fact("shop.name", rules.Text, "The shop's name."),
		fact("shop.open", rules.Bool, "Whether agents are at the desk."),
		fact("shop.opens", rules.Time, "When the shop opens next."),
		fact("now.date", rules.Date, "Today in the shop's timezone."),
		fact("now.hour", rules.Int, "The hour of the day, 0 to 23."),
		fact("now.weekday", rules.Enum, "The day of the week.", "mon", "tue", "wed", "thu", "fri", "sat", "sun"),
	}
}

func textFactList() []rules.Fact {
	return []rules.Fact{
		textOnly("handoff.number", rules.Int, "The number of the case."),
		textOnly("handoff.team", rules.Text, "The title of the team."),
		textOnly("handoff.wait", rules.Duration, "Within what time the team answers."),
		textOnly("handoff.ahead", rules.Int, "How many wait before the buyer."),
		textOnly("handoff.queue", rules.Int, "How many wait before the buyer; unknown where nobody does, so that a variant with it is passed over."),
		textOnly("handoff.deadline", rules.Time, "By when the team answers."),
		textOnly("offer.amount", rules.Money, "The amount of the rule's offer, in yuan."),
		textOnly("offer.kind", rules.Text, "The kind of the rule's offer."),
	}
}
