package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"xiaoer/bot"
)

// Bare is what the server is measured against: a handler of the same library that decodes the webhook's body and answers a
// response of the usual size, and does nothing else. It checks no signature, decides nothing and keeps nothing. Its /metrics
// are those of the process.
func Bare() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	metrics := NewMetrics()
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(metrics.registry, promhttp.HandlerOpts{})))
	e.POST("/v1/shops/:shop/messages", func(c echo.Context) error {
		var m bot.Message
		if err := c.Bind(&m); err != nil {
			return err
		}
		return c.JSON(http.StatusOK, bareResponse(m.Conversation))
	})
	return e
}

// bareResponse is an answer such as most messages get.
func bareResponse(conversation string) bot.Response {
	rule := "return.in_window"
	return bot.Response{
		Conversation: conversation, Status: bot.StatusBot, Intents: []bot.IntentScore{{Name: "return", Score: 0.97}},
		Rule: &rule, Rules: []string{rule}, Tags: []string{}, Offers: []bot.OfferMade{}, TraceID: "01890a5d-ac96-774b-bcce-b302099a8057",
		Replies: []bot.Reply{{Kind: bot.KindText, Text: "签收 7 天内支持退货，请在订单 261118-123456789012345 页面点「申请售后」。"}},
	}
}

// BareServer serves Bare; it keeps callers no longer than the real one.
func BareServer() *http.Server {
	return &http.Server{Handler: Bare(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute}
}
