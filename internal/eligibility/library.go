package eligibility

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A Library holds every published version of every kind. Versions are never withdrawn: a draft or a signed record names
// the one it was made under, for ever.
type Library struct {
	byID   map[string]*Ruleset
	byKind map[string][]*Ruleset // by in-force date, oldest first
	guides []*guideVersion       // by date, oldest first

	locales []Locale // English first
}

// A stage reads one part of a version's folder into its Ruleset. dir is "<kind>/<date>".
type stage func(fsys fs.FS, dir string, rs *Ruleset) Problems

// stages are run one after the other for every version; each may build on those before it.
var stages = []stage{
	loadRules,
	loadJourney,
}

// Load reads every version in fsys, which has <kind>/<in-force date>/ruleset.yaml and its sister files. The error is
// Problems with everything that is wrong; nothing is loaded then.
func Load(fsys fs.FS, options ...LoadOption) (*Library, error) {
	var o loadOptions
	for _, set := range options {
		set(&o)
	}
	fsys = &parsedOnce{FS: fsys, files: map[string]func() (ast.Node, error){}}
	lib := &Library{byID: map[string]*Ruleset{}, byKind: map[string][]*Ruleset{}}
	dirs, err := fs.Glob(fsys, "*/*/ruleset.yaml")
	if err != nil {
		return nil, fmt.Errorf("looking for rulesets: %w", err)
	}
	var ps Problems
	lib.locales, ps = loadLocales(fsys)
	if o.testLocales {
		lib.locales = append(lib.locales, testLocales...)
	}
	// Versions know nothing of each other, so they are read at the same time.
	read := make([]*Ruleset, len(dirs))
	problems := make([]Problems, len(dirs))
	var all sync.WaitGroup
	for i, file := range dirs {
		all.Go(func() {
			read[i], problems[i] = readVersion(fsys, strings.TrimSuffix(file, "/ruleset.yaml"), lib.locales)
		})
	}
	all.Wait()
	for i, rs := range read {
		found := problems[i]
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Problem) int {
				if c := strings.Compare(a.File, b.File); c != 0 {
					return c
				}
				return a.Line - b.Line
			})
			for _, p := range found {
				if !slices.Contains(ps, p) { // a file that all versions share is told of once
					ps = append(ps, p)
				}
			}
			continue
		}
		lib.byID[rs.ID()] = rs
		lib.byKind[rs.Kind] = append(lib.byKind[rs.Kind], rs)
	}
	if len(ps) == 0 {
		ps = append(lib.unusedShared(), lib.journeysExist()...)
	}
	if len(dirs) == 0 {
		ps.add(".", 0, "there is no ruleset", "nothing could be asked or worked out", "add <kind>/<in-force date>/ruleset.yaml")
	}
	for _, kind := range slices.Sorted(maps.Keys(lib.byKind)) {
		versions := lib.byKind[kind]
		slices.SortFunc(versions, func(a, b *Ruleset) int { return strings.Compare(a.InForceFrom, b.InForceFrom) })
		for i := 1; i < len(versions); i++ {
			if before := versions[i-1]; before.InForceTo >= versions[i].InForceFrom {
				ps.add(before.dir+"/ruleset.yaml", 0,
					fmt.Sprintf("in_force_to is %s, but %s begins on %s", before.InForceTo, versions[i].ID(), versions[i].InForceFrom),
					"on some days two versions would be in force", "end the older one on the day before, or leave in_force_to out: it then ends when the next begins")
			}
			if versions[i-1].HasJourney() && !versions[i].HasJourney() {
				ps.add(versions[i].dir+"/ruleset.yaml", 0, fmt.Sprintf("%s has no journey, but %s before it has one", versions[i].ID(), versions[i-1].ID()),
					"from that day nobody could begin", "write its questions.yaml and content.en.yaml before it is published, and take no_journey out")
			}
		}
	}
	if len(ps) == 0 { // the guide is held against rules that are sound
		ps = lib.loadGuides(fsys)
	}
	if err := ps.err(); err != nil {
		return nil, err
	}
	return lib, nil
}

// readVersion reads one version with its words in every locale.
func readVersion(fsys fs.FS, dir string, locales []Locale) (*Ruleset, Problems) {
	rs := &Ruleset{}
	for _, s := range stages {
		if found := s(fsys, dir, rs); len(found) > 0 {
			return rs, found
		}
	}
	found := localise(fsys, rs, locales)
	for _, in := range rs.locales { // what was needed to read the others holds whole files, three fifths of all that is kept
		in.english = layers{}
	}
	return rs, found
}

// unusedShared tells what of the shared folders none of the journeys that use them needs.
func (l *Library) unusedShared() Problems {
	using, unused := map[string]int{}, map[string]map[Problem]int{}
	for _, rs := range l.byID {
		if rs.HasJourney() && rs.shared != "" {
			using[rs.shared]++
			if unused[rs.shared] == nil {
				unused[rs.shared] = map[Problem]int{}
			}
			for _, p := range rs.unusedShared {
				unused[rs.shared][p]++
			}
		}
	}
	var ps Problems
	for date, found := range unused {
		for p, n := range found {
			if n == using[date] {
				ps = append(ps, p)
			}
		}
	}
	ps.sort()
	return ps
}

// IDs returns the ids of all versions, sorted.
func (l *Library) IDs() []string { return slices.Sorted(maps.Keys(l.byID)) }

// Kinds returns the kinds of assessment, sorted.
func (l *Library) Kinds() []string { return slices.Sorted(maps.Keys(l.byKind)) }

// Version returns a version by its id, such as "adult-needs@2015-04-01".
func (l *Library) Version(id string) (*Ruleset, error) {
	if rs, ok := l.byID[id]; ok {
		return rs, nil
	}
	return nil, &UnknownRuleset{Asked: id, Known: l.IDs()}
}

// Versions returns all versions of a kind, oldest first; none when there is no such kind. The caller must not change them.
func (l *Library) Versions(kind string) []*Ruleset { return l.byKind[kind] }

// InForce returns the version of a kind that is in force on the day of on, as its own time zone counts days.
func (l *Library) InForce(kind string, on time.Time) (*Ruleset, error) {
	versions, ok := l.byKind[kind]
	if !ok {
		return nil, &UnknownRuleset{Asked: kind, Known: l.Kinds()}
	}
	day := on.Format(time.DateOnly)
	for _, rs := range slices.Backward(versions) {
		if rs.InForceFrom <= day {
			if rs.InForceTo != "" && rs.InForceTo < day {
				break
			}
			return rs, nil
		}
	}
	return nil, &NotInForce{Kind: kind, On: day, First: versions[0].InForceFrom}
}

// ToStart returns the version of a kind under which a draft begins on the day of on: the one in force. The error is a
// *NoJourney when that one has rules and no questions.
func (l *Library) ToStart(kind string, on time.Time) (*Ruleset, error) {
	rs, err := l.InForce(kind, on)
	if err == nil && !rs.HasJourney() {
		return nil, &NoJourney{ID: rs.ID()}
	}
	return rs, err
}

// Find takes what a caller may write for a ruleset: a kind, for the version in force on a day, or a version's id.
func (l *Library) Find(name string, on time.Time) (*Ruleset, error) {
	if strings.Contains(name, "@") {
		return l.Version(name)
	}
	return l.InForce(name, on)
}

// FindOn is Find for a day that the caller chose: a version that begins after it is a *NotInForce, because nobody could
// have been assessed under it then. One that has ended is still found: records made under it name it for ever.
func (l *Library) FindOn(name string, on time.Time) (*Ruleset, error) {
	rs, err := l.Find(name, on)
	if err != nil {
		return nil, err
	}
	if day := on.Format(time.DateOnly); day < rs.InForceFrom {
		return nil, &NotInForce{Kind: rs.Kind, Version: rs.ID(), On: day, First: rs.InForceFrom}
	}
	return rs, nil
}

// UnknownRuleset says that there is no ruleset of a name.
type UnknownRuleset struct {
	Asked string
	Known []string
}

// Error names what there is.
func (e *UnknownRuleset) Error() string {
	return fmt.Sprintf("there is no ruleset %q; use one of: %s", shorten(e.Asked), strings.Join(e.Known, ", "))
}

// NoJourney says that a version has rules and no questions to put to people.
type NoJourney struct{ ID string }

// Error says what can be done with it all the same.
func (e *NoJourney) Error() string {
	return fmt.Sprintf("%s has no journey yet: it can be evaluated and explained, and nobody can be asked its questions", e.ID)
}

// NotInForce says that no version of a kind is in force on a day, or, when Version is not "", that this version is not in
// force yet. First is the day from which the first one, or this one, is.
type NotInForce struct{ Kind, Version, On, First string }

// Error names the first day that can be asked for.
func (e *NotInForce) Error() string {
	if e.Version != "" {
		return fmt.Sprintf("%s is not in force yet on %s; it is in force from %s", e.Version, e.On, e.First)
	}
	return fmt.Sprintf("no version of %s is in force on %s; the first is in force from %s", e.Kind, e.On, e.First)
}
