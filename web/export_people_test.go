package web

import (
	"net/http"
	"strings"
)

// StaffPages are the patterns of all pages of the practitioners' side, for tests that ask for each of them.
func StaffPages() []string {
	var out []string
	for _, r := range new(Server).staffRoutes() {
		if r.method == http.MethodGet && strings.HasPrefix(r.path, "/staff") {
			out = append(out, r.path)
		}
	}
	return out
}
