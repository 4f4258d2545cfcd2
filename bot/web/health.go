package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// getHealth says that the program runs.
func (s *Server) getHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "version": s.Version})
}

// getReady says whether a message would be taken now: not while the server stops, nor when the store cannot be reached.
func (s *Server) getReady(c echo.Context) error {
	if s.stopping.Load() {
		return newProblem(http.StatusServiceUnavailable, "busy", "the server is stopping").after(5 * time.Second)
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.Logger.Warn("not ready", "err", err)
		return newProblem(http.StatusServiceUnavailable, "busy", "the store cannot be reached").after(5 * time.Second)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
