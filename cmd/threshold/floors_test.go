package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// floors: a package may import what lies below it, never a sibling or a floor above (ARCHITECTURE.md).
var floors = map[string]int{
	"internal/care": 0, "rules": 0, "static": 0, "internal/store/keys": 0,
	"internal/eligibility": 1, "internal/store/sqlite": 1, "templates/components": 1, "internal/mail": 1,
	"internal/casework": 2, "templates/layouts": 2,
	"internal/store/storetest": 3, "templates/pages": 3,
	"web":           4,
	"cmd/threshold": 5,
	"cmd/bench":     5,
	// A disk that fails, for tests alone: up here nothing that is shipped may import it.
	"internal/store/faultfs": 5,
}

func TestImportsOnlyGoDown(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "tools" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		from := filepath.ToSlash(rel)
		floor, ok := floors[from]
		if !ok {
			t.Errorf("package %s stands on no floor: put it into the table above and into ARCHITECTURE.md, or somewhere else", from)
			return nil
		}
		seen[from] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			to, ours := strings.CutPrefix(imported, "threshold/")
			if !ours || to == from || strings.HasSuffix(file, "_test.go") {
				if problem := foreign(from, imported); problem != "" && !strings.HasSuffix(file, "_test.go") {
					t.Errorf("%s imports %s: %s", path.Base(file), imported, problem)
				}
				continue
			}
			if floors[to] >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports only go down", file, floor, to, floors[to])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for p := range floors {
		if !seen[p] {
			t.Errorf("%s is on the floor plan and not in the house", p)
		}
	}
}

// foreign says what is wrong with a package importing something from outside the house, or "".
func foreign(from, imported string) string {
	switch {
	case imported == "database/sql" && !strings.HasPrefix(from, "internal/store"):
		return "SQL lives in internal/store"
	case (strings.HasPrefix(imported, "github.com/labstack/echo") || strings.HasPrefix(imported, "github.com/gorilla")) && from != "web" && !strings.HasPrefix(from, "cmd/"):
		return "HTTP lives in web"
	case imported == "net/http" && strings.HasPrefix(from, "internal/"):
		return "nothing under internal knows HTTP"
	case from == "internal/care" && strings.Contains(imported, "."):
		return "care uses the standard library only"
	}
	return ""
}
