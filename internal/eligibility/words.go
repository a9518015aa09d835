package eligibility

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// A layer is the words of one folder: content.<locale>.yaml and words/*.<locale>.yaml. The words of a journey are its own
// over the shared ones.
type layer struct {
	*content
	src    source // content.<locale>.yaml
	shared bool
}

// layers are the words a journey is told in, apart and together.
type layers struct {
	each   []layer // shared first
	merged *content
	// voiced are the words for a helper that stand over those of each, and helper is merged with them; nil when there are
	// none.
	voiced []layer
	helper *content
}

// loadWords reads the words of a journey in one locale: those of its own folder and, unless sharedDir is "", the shared.
// under is what stands beneath them, or nil.
func loadWords(fsys fs.FS, dir, sharedDir, locale string, under *content) (layers, Problems) {
	out := layers{merged: under}
	for _, d := range []string{sharedDir, dir} {
		if d == "" {
			continue
		}
		c, src, ps := loadContent(fsys, d, locale)
		if ps != nil {
			return layers{}, ps
		}
		out.each = append(out.each, layer{content: c, src: src, shared: d != dir})
		out.merged = overlay(out.merged, c)
	}
	for _, d := range []string{sharedDir, dir} {
		l, ps := loadHelper(fsys, d, locale)
		if ps != nil {
			return layers{}, ps
		}
		if l.content != nil {
			l.shared = d != dir
			out.voiced = append(out.voiced, l)
		}
	}
	out.voice()
	return out, nil
}

// voice puts the words for a helper over the others.
func (l *layers) voice() {
	if len(l.voiced) == 0 {
		return
	}
	l.helper = l.merged
	for _, v := range l.voiced {
		l.helper = overlay(l.helper, v.content)
	}
	if l.helper.Locale != l.merged.Locale { // the English words for a helper, over another locale that has none
		c := *l.helper
		c.Locale = l.merged.Locale
		l.helper = &c
	}
}

// loadHelper reads content.<locale>.helper.yaml of a folder: what a helper reads in place of the same keys, and of
// `words`. A layer without content says that there is none.
func loadHelper(fsys fs.FS, dir, locale string) (layer, Problems) {
	file := dir + "/content." + locale + ".helper.yaml"
	if _, err := fs.Stat(fsys, file); dir == "" || err != nil {
		return layer{}, nil
	}
	c := new(content)
	src, err := decodeWords(fsys, file, c)
	if err != nil {
		return layer{}, asProblems(err)
	}
	if c.Locale != locale {
		return layer{}, wrongLocale(src, c.Locale, locale)
	}
	c.in(file)
	return layer{content: c, src: src}, nil
}

func wrongLocale(src source, said, locale string) Problems {
	return Problems{{File: src.file, Line: src.line("locale"), What: fmt.Sprintf("the locale is %q, but the file is %s", said, path.Base(src.file)),
		Why: "words of another language would be shown as this one", Mend: "write locale: " + locale}}
}

// decodeWords is decodeStrictAt for a file of words, in which nothing may be left empty: a key with nothing behind it looks like
// words that were meant and forgotten.
func decodeWords(fsys fs.FS, file string, into any) (source, error) {
	src, err := decodeStrictAt(fsys, file, into)
	if err != nil {
		return src, err
	}
	var ps Problems
	for _, n := range ast.Filter(ast.NullType, src.body) {
		ps.add(file, lineOf(n), "nothing stands behind this key", "a page would be without the words that were meant here", "write the words, or take the key away")
	}
	return src, ps.err()
}

func contentFile(dir, locale string) string { return dir + "/content." + locale + ".yaml" }

// wordsFile is words/<topic>.<locale>.yaml: single sentences by key.
type wordsFile struct {
	Locale string               `yaml:"locale"`
	Words  map[string]sentences `yaml:"words"`
}

// loadContent reads the words of one folder in one locale.
func loadContent(fsys fs.FS, dir, locale string) (*content, source, Problems) {
	file := contentFile(dir, locale)
	c := new(content)
	src, err := decodeWords(fsys, file, c)
	if err != nil {
		return nil, src, asProblems(err)
	}
	var ps Problems
	if c.Locale != locale {
		ps = append(ps, wrongLocale(src, c.Locale, locale)...)
	}
	if len(c.Words) > 0 {
		ps.add(file, src.line("words"), "there are `words` here", "sentences by key stand in the folder words beside it, where each is found once", "put them into a file words/<topic>."+locale+".yaml")
	}
	c.in(file)
	c.Words, c.wordsAt = map[string]sentences{}, map[string]spot{}
	files, err := fs.Glob(fsys, dir+"/words/*."+locale+".yaml")
	if err != nil {
		return nil, src, asProblems(err)
	}
	for _, file := range files {
		var w wordsFile
		src, err := decodeWords(fsys, file, &w)
		if err != nil {
			return nil, src, asProblems(err)
		}
		if w.Locale != locale {
			ps = append(ps, wrongLocale(src, w.Locale, locale)...)
		}
		for _, key := range slices.Sorted(maps.Keys(w.Words)) {
			at := spot{file, src.line("words", key)}
			if had, twice := c.wordsAt[key]; twice {
				ps.add(at.file, at.line, fmt.Sprintf("the words %q are in %s too", key, path.Base(had.file)), "only one of the two would count, and a reader could not tell which", "keep one of them")
			}
			c.wordsAt[key] = at
			c.Words[key] = w.Words[key]
		}
	}
	if ps != nil {
		return nil, src, ps
	}
	return c, src, nil
}

// in notes in which file words are written.
func (c *content) in(file string) {
	questions := func(m map[string]*questionWords) {
		for _, q := range m {
			q.at.file = file
		}
	}
	for _, pages := range []map[string]*pageWords{c.Pages, c.Forms} {
		for _, p := range pages {
			p.at.file = file
			questions(p.Questions)
		}
	}
	for _, o := range c.Outcomes {
		o.at.file = file
		questions(o.Questions)
	}
	for i := range c.Told.Sections {
		c.Told.Sections[i].at.file = file
	}
}

// overlay returns under with what top says in its place: field by field and key by key, so that a page may change one
// sentence and keep the others. A list is taken as a whole. Neither is changed. under may be nil.
func overlay(under, top *content) *content {
	if under == nil {
		return top
	}
	out := *under
	lay(reflect.ValueOf(&out).Elem(), reflect.ValueOf(top).Elem())
	return &out
}

// lay puts what top says over to, which may be written to but shares everything behind it.
func lay(to, top reflect.Value) {
	switch top.Kind() {
	case reflect.Struct:
		for i := range top.NumField() {
			if f := to.Field(i); f.CanSet() {
				lay(f, top.Field(i))
			}
		}
	case reflect.Pointer:
		if top.IsNil() {
			return
		}
		if to.IsNil() {
			to.Set(top)
			return
		}
		fresh := reflect.New(top.Type().Elem())
		fresh.Elem().Set(to.Elem())
		lay(fresh.Elem(), top.Elem())
		to.Set(fresh)
	case reflect.Map:
		if top.Len() == 0 {
			return
		}
		fresh := reflect.MakeMap(top.Type())
		for _, k := range to.MapKeys() {
			fresh.SetMapIndex(k, to.MapIndex(k))
		}
		for _, k := range top.MapKeys() {
			v := reflect.New(top.Type().Elem()).Elem()
			if had := to.MapIndex(k); had.IsValid() {
				v.Set(had)
			}
			lay(v, top.MapIndex(k))
			fresh.SetMapIndex(k, v)
		}
		to.Set(fresh)
	case reflect.Slice:
		if top.Len() > 0 {
			to.Set(top)
		}
	default:
		if !top.IsZero() {
			to.Set(top)
		}
	}
}
