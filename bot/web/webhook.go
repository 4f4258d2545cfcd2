package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"xiaoer/bot"
	"xiaoer/bot/patience"
)

// postMessage is the webhook.
func (s *Server) postMessage(c echo.Context) error {
	room := s.scratch.lend()
	defer s.scratch.giveBack(room)
	response, err := s.takeMessage(c, room.bytes)
	s.Metrics.message(&response, err)
	if err != nil {
		return err
	}
	if c.Request().URL.RawQuery != "" { // it may ask for indents
		return c.JSON(http.StatusOK, response)
	}
	room.bytes, err = bot.AppendResponse(room.bytes[:0], &response)
	if err != nil {
		return err
	}
	room.bytes = append(room.bytes, '\n')
	return s.sendJSON(c, room.bytes)
}

// sendJSON does what JSONBlob does, with headers that are shared.
func (s *Server) sendJSON(c echo.Context, raw []byte) error {
	answer := c.Response()
	answer.Header()["Content-Type"] = s.headers.json
	answer.WriteHeader(http.StatusOK)
	_, err := answer.Write(raw)
	return err
}

// takeMessage checks who calls before anything of the body is read as JSON. The body is read into the room if that is enough.
func (s *Server) takeMessage(c echo.Context, room []byte) (bot.Response, error) {
	id := param(c, "shop")
	answerInAnyCase(c.Request())
	body, held, err := s.readBody(c.Request(), s.MaxBody, room)
	defer func() { s.bodies.Add(-held) }()
	if err != nil {
		c.Response().Header().Set("Connection", "close") // what is left of the body is not read
		return bot.Response{}, err
	}
	if err := s.admit(id, body, c.Request().Header); err != nil {
		return bot.Response{}, err
	}
	message, err := bot.DecodeMessage(body)
	if err != nil {
		return bot.Response{}, malformed(err)
	}
	// What was taken is answered, even if the caller hangs up meanwhile: it may send the same again and gets the same answer.
	ctx := patience.Within(context.WithoutCancel(c.Request().Context()), s.TurnTimeout)
	defer ctx.End()
	return s.Handle(ctx, id, message)
}

// admit checks in this order: the shop is there, the caller is who it should be, the shop works, its calls are not used up.
func (s *Server) admit(id string, body []byte, h http.Header) error {
	shop, err := s.Shop(id)
	if err != nil {
		_ = s.seals.verify([]string{nobody}, body, h)
		return err
	}
	if shop.Broken && len(shop.Secrets) == 0 { // a shop that cannot be read has no secrets to check with
		return refusalProblem("broken")
	}
	if !shop.Unsigned {
		if err := s.seals.verify(shop.Secrets, body, h); err != nil {
			return err
		}
	}
	if shop.Broken {
		return refusalProblem("broken")
	}
	return s.limiters.allow(id, shop.Rate)
}

// malformed makes sure that whatever is wrong with a body is the caller's 400.
func malformed(err error) error {
	if _, ok := errors.AsType[*bot.FieldError](err); ok {
		return err
	}
	return newProblem(http.StatusBadRequest, "malformed", err.Error())
}

// getTrace shows why a turn ended as it did. It is signed like the webhook, over an empty body.
func (s *Server) getTrace(c echo.Context) error {
	id := param(c, "shop")
	if err := s.admit(id, nil, c.Request().Header); err != nil {
		return err
	}
	trace, err := s.Trace(c.Request().Context(), id, param(c, "trace"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, trace)
}

// getReplies lists a conversation's late replies after the one that the caller has seen last.
func (s *Server) getReplies(c echo.Context) error {
	id := param(c, "shop")
	if err := s.admit(id, nil, c.Request().Header); err != nil {
		return err
	}
	replies, err := s.Replies(c.Request().Context(), id, param(c, "conversation"), c.QueryParam("after"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"replies": replies})
}

// param is a part of the path as it was meant: the router leaves it escaped where the path was.
func param(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value
	}
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}
