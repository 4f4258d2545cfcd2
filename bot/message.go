// contract: others build on the types in this file.

// Package bot is the conversation: it decides, from events alone, what is said to a buyer, what is asked, and when
// a human takes over. Its one entry is Step, a pure function: no I/O, no clock, no randomness. What it needs from
// outside (time, readings of messages, orders, counts, fresh ids) comes in with the event.
package bot

import "time"

// Kinds of message. Any other word is kept and treated as KindOther.
const (
	KindText        = "text"
	KindImage       = "image"
	KindVoice       = "voice"
	KindVideo       = "video"
	KindEmoji       = "emoji"
	KindOrderCard   = "order_card"
	KindProductCard = "product_card"
	KindRefundCard  = "refund_card"
	KindWithdraw    = "withdraw"
	KindSystem      = "system"
	KindAgent       = "agent"
	KindEcho        = "echo"
	KindOther       = "other"
)

// A Message is one message as a channel delivered it.
type Message struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"`
	Buyer        Buyer     `json:"buyer"`
	SentAt       time.Time `json:"sent_at,omitzero"` // the channel's time; decisions use the server's clock
	Kind         string    `json:"kind"`
	Text         string    `json:"text,omitempty"`
	Images       []string  `json:"images,omitempty"`
	Order        *Order    `json:"order,omitempty"`
	Product      *Product  `json:"product,omitempty"`
}

// A Buyer is who writes. Unknown numbers are nil.
type Buyer struct {
	ID         string `json:"id"`
	Name       string `json:"name,omitempty"`
	Tier       string `json:"tier,omitempty"`
	Orders     *int   `json:"orders,omitempty"`
	OpenOrders *int   `json:"open_orders,omitempty"`
	FirstTime  *bool  `json:"first_time,omitempty"`
}

// An Order is a snapshot of an order as its source gave it. Nil and "" mean that the source did not say.
type Order struct {
	No          string      `json:"no"`
	BuyerID     string      `json:"buyer_id,omitempty"` // in order files only
	Stage       string      `json:"stage,omitempty"`
	Amount      string      `json:"amount,omitempty"` // decimal yuan, printed as given
	PaidAt      *time.Time  `json:"paid_at,omitempty"`
	ShippedAt   *time.Time  `json:"shipped_at,omitempty"`
	DeliveredAt *time.Time  `json:"delivered_at,omitempty"`
	PromisedAt  *time.Time  `json:"promised_at,omitempty"`
	Remark      *string     `json:"remark,omitempty"`
	GiftDue     *bool       `json:"gift_due,omitempty"`
	Logistics   *Logistics  `json:"logistics,omitempty"`
	Aftersales  *Aftersales `json:"aftersales,omitempty"`
	Items       []Item      `json:"items,omitempty"`

	// Sent holds facts that were sent under their own names ("late_hours", "changeable") and are taken as they are.
	Sent map[string]string `json:"sent,omitempty"`
	// SeenAt is when the source gave this snapshot; one older than an hour is looked up again.
	SeenAt time.Time `json:"seen_at,omitzero"`
}

// Logistics is where a parcel is.
type Logistics struct {
	State      string            `json:"state,omitempty"`
	Carrier    string            `json:"carrier,omitempty"`
	TrackingNo string            `json:"tracking_no,omitempty"`
	Place      string            `json:"place,omitempty"`
	SignedBy   string            `json:"signed_by,omitempty"`
	UpdatedAt  *time.Time        `json:"updated_at,omitempty"`
	Sent       map[string]string `json:"sent,omitempty"`
}

// Aftersales is the state of an order's after-sales request.
type Aftersales struct {
	Type   string            `json:"type,omitempty"`
	State  string            `json:"state,omitempty"`
	Amount string            `json:"amount,omitempty"`
	Sent   map[string]string `json:"sent,omitempty"` // deadline_hours …
}

// An Item is one line of an order.
type Item struct {
	ID       string `json:"id,omitempty"`
	Title    string `json:"title,omitempty"`
	SKU      string `json:"sku,omitempty"`
	Quantity int    `json:"quantity,omitempty"`
	Price    string `json:"price,omitempty"`
}

// A Product is what a product card showed; the shop's catalogue adds what it knows of the same id.
type Product struct {
	ID    string            `json:"id,omitempty"`
	Title string            `json:"title,omitempty"`
	Price string            `json:"price,omitempty"`
	Sent  map[string]string `json:"sent,omitempty"`
}
