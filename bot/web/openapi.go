package web

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openAPI describes every endpoint. It is written by hand, and a test holds the answers of a running server against it.
//
//go:embed openapi.json
var openAPI []byte

func getOpenAPI(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, openAPI)
}
