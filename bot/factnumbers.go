package bot

// A factNumber is a fact that turns set themselves, by its number: its place in a row of facts is looked up once for a book.
type factNumber int

const (
	factIntent factNumber = iota
	factTopic
	factIntents
	factNegated
	factMood
	factRisk
	factMessageText
	factMessageKind
	factMessageImages
	factMessageLinks
	factBuyerOrders
	factBuyerOpenOrders
	factBuyerFirstTime
	factBuyerID
	factBuyerName
	factBuyerTier
	factConversationTurns
	factConversationIdleMinutes
	factConversationFailures
	factConversationRepeats
	factConversationHandoffs
	factShopOpen
	factShopOpens
	factShopID
	factShopName
	factNowDate
	factNowHour
	factNowWeekday
	factOrderLookup
	factOrderKnown
	factOrderRemark
	factOrderGiftDue
	factOrderItems
	factOrderPaidAt
	factOrderPaidHours
	factOrderShippedHours
	factOrderDeliveredAt
	factOrderDeliveredHours
	factOrderDeliveredDays
	factOrderPromisedAt
	factOrderLateHours
	factOrderShipBy
	factOrderShipLeftHours
	factOrderChangeable
	factOrderCancellable
	factOrderNo
	factOrderStage
	factOrderAmount
	factLogisticsIdleHours
	factLogisticsState
	factLogisticsCarrier
	factLogisticsTrackingNo
	factLogisticsPlace
	factLogisticsSignedBy
	factAftersalesType
	factAftersalesState
	factAftersalesAmount
	factProductKnown
	factProductTags
	factProductID
	factProductTitle
	factProductPrice
	factNoticeActive
	factNoticeKind
	factNoticeUntil
	factNoticeText
	factPromiseBroken
	factPromiseOpen
	factPromiseLeftHours
	factHandoffNumber
	factHandoffTeam
	factHandoffAhead
	factHandoffQueue
	factHandoffWait
	factHandoffDeadline
	factOfferKind
	factOfferAmount
	factCount
)

// factNames are the names of facts by their numbers.
func factNames() [factCount]string {
	return [factCount]string{
		factIntent:                  "intent",
		factTopic:                   "topic",
		factIntents:                 "intents",
		factNegated:                 "negated",
		factMood:                    "mood",
		factRisk:                    "risk",
		factMessageText:             "message.text",
		factMessageKind:             "message.kind",
		factMessageImages:           "message.images",
		factMessageLinks:            "message.links",
		factBuyerOrders:             "buyer.orders",
		factBuyerOpenOrders:         "buyer.open_orders",
		factBuyerFirstTime:          "buyer.first_time",
		factBuyerID:                 "buyer.id",
		factBuyerName:               "buyer.name",
		factBuyerTier:               "buyer.tier",
		factConversationTurns:       "conversation.turns",
		factConversationIdleMinutes: "conversation.idle_minutes",
		factConversationFailures:    "conversation.failures",
		factConversationRepeats:     "conversation.repeats",
		factConversationHandoffs:    "conversation.handoffs",
		factShopOpen:                "shop.open",
		factShopOpens:               "shop.opens",
		factShopID:                  "shop.id",
		factShopName:                "shop.name",
		factNowDate:                 "now.date",
		factNowHour:                 "now.hour",
		factNowWeekday:              "now.weekday",
		factOrderLookup:             "order.lookup",
		factOrderKnown:              "order.known",
		factOrderRemark:             "order.remark",
		factOrderGiftDue:            "order.gift_due",
		factOrderItems:              "order.items",
		factOrderPaidAt:             "order.paid_at",
		factOrderPaidHours:          "order.paid_hours",
		factOrderShippedHours:       "order.shipped_hours",
		factOrderDeliveredAt:        "order.delivered_at",
		factOrderDeliveredHours:     "order.delivered_hours",
		factOrderDeliveredDays:      "order.delivered_days",
		factOrderPromisedAt:         "order.promised_at",
		factOrderLateHours:          "order.late_hours",
		factOrderShipBy:             "order.ship_by",
		factOrderShipLeftHours:      "order.ship_left_hours",
		factOrderChangeable:         "order.changeable",
		factOrderCancellable:        "order.cancellable",
		factOrderNo:                 "order.no",
		factOrderStage:              "order.stage",
		factOrderAmount:             "order.amount",
		factLogisticsIdleHours:      "logistics.idle_hours",
		factLogisticsState:          "logistics.state",
		factLogisticsCarrier:        "logistics.carrier",
		factLogisticsTrackingNo:     "logistics.tracking_no",
		factLogisticsPlace:          "logistics.place",
		factLogisticsSignedBy:       "logistics.signed_by",
		factAftersalesType:          "aftersales.type",
		factAftersalesState:         "aftersales.state",
		factAftersalesAmount:        "aftersales.amount",
		factProductKnown:            "product.known",
		factProductTags:             "product.tags",
		factProductID:               "product.id",
		factProductTitle:            "product.title",
		factProductPrice:            "product.price",
		factNoticeActive:            "notice.active",
		factNoticeKind:              "notice.kind",
		factNoticeUntil:             "notice.until",
		factNoticeText:              "notice.text",
		factPromiseBroken:           "promise.broken",
		factPromiseOpen:             "promise.open",
		factPromiseLeftHours:        "promise.left_hours",
		factHandoffNumber:           "handoff.number",
		factHandoffTeam:             "handoff.team",
		factHandoffAhead:            "handoff.ahead",
		factHandoffQueue:            "handoff.queue",
		factHandoffWait:             "handoff.wait",
		factHandoffDeadline:         "handoff.deadline",
		factOfferKind:               "offer.kind",
		factOfferAmount:             "offer.amount",
	}
}
