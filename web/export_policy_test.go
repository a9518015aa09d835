package web

import "reflect"

// A StaffRoute is a page of the practitioner's side that asks for somebody who is signed in.
type StaffRoute struct {
	Method, Path string
	Any          []string // permissions, any of which is enough; none for pages that everybody has
	Known        bool     // that the table of permissions has it
}

// StaffRoutes lists them for the test of the policy.
func StaffRoutes() []StaffRoute {
	var all []StaffRoute
	for _, r := range new(Server).staffRoutes() {
		if reflect.ValueOf(r.guard).Pointer() == reflect.ValueOf(guard(open)).Pointer() {
			continue
		}
		key := r.method + " " + r.path
		may, known := staffMay[key]
		out := StaffRoute{Method: r.method, Path: r.path, Known: known || key == breaking}
		for _, p := range may {
			out.Any = append(out.Any, string(p))
		}
		all = append(all, out)
	}
	return all
}

// StaleStaffPermissions lists rows of the table of permissions for which there is no page.
func StaleStaffPermissions() []string {
	var stale []string
	for key := range staffMay {
		found := false
		for _, r := range new(Server).staffRoutes() {
			found = found || r.method+" "+r.path == key
		}
		if !found {
			stale = append(stale, key)
		}
	}
	return stale
}
