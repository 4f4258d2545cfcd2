package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// Pages are the pages for people, as package page makes them: they answer under /desk, /chat, /photos and /assets/SECTION.
type Pages interface {
	http.Handler
	// Sections are the names under /assets/ that belong to the pages.
	Sections() []string
}

// pageRoutes hands the addresses of the pages to them, with every method: what is not allowed is a page too.
func (s *Server) pageRoutes() {
	handler := echo.WrapHandler(s.Pages)
	paths := []string{"/desk", "/desk/*", "/chat", "/chat/*", "/photos/*"}
	for _, section := range s.Pages.Sections() {
		paths = append(paths, "/assets/"+section+"/*")
	}
	for _, path := range paths {
		s.echo.Any(path, handler)
	}
	if s.Demo == nil {
		s.echo.GET("/", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/desk/") })
	}
}
