package web_test

import (
	"context"

	"xiaoer/bot/web"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// shopOf are the shops of these tests.
func shopOf(id string) (web.Shop, error) {
	switch id {
	case "xiaoguo":
		return web.Shop{Secrets: []string{"whsec_b2xkLW9sZC1vbGQ=", secret}}, nil
	case "open":
		return web.Shop{Unsigned: true}, nil
	case "slow":
		return web.Shop{Unsigned: true, Rate: 2}, nil
	case "broken":
		return web.Shop{Secrets: []string{secret}, Broken: true}, nil
	case "silent":
		return web.Shop{}, nil
	case "empty":
		return web.Shop{Secrets: []string{"", "whsec_"}}, nil
	}
	return web.Shop{}, refusal("no_shop")
}

func noReplies(context.Context, string, string, string) (any, error) { return []any{}, nil }
