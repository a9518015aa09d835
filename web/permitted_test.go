package web

import (
	"errors"
	"testing"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
)

// TestAPageOutsideTheTable: a practitioner's page for which nobody said who may open it opens to nobody.
func TestAPageOutsideTheTable(t *testing.T) {
	c := asked("/staff/made-up", "")
	c.SetPath("/staff/made-up")
	err := new(Server).permitted(c, func(echo.Context) error {
		t.Error("it opened")
		return nil
	})
	if !errors.Is(err, care.ErrForbidden) {
		t.Errorf("got %v", err)
	}
}
