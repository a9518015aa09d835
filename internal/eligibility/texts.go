package eligibility

import (
	"reflect"
	"slices"
	"strings"
)

// notText are keys whose values nobody reads as words: ids, layouts and names of drawings.
var notText = []string{"locale", "status", "group", "pages", "date", "picture", "pictures", "citation", "when"}

// forStaff are the parts of content that practitioners read: they are the same in every locale.
var forStaff = []string{"lists", "law", "flags"}

// forStaffWords are the beginnings of the keys of sentences that practitioners read.
var forStaffWords = []string{"staff.", "summary."}

// isForStaff says whether only practitioners read what stands at a path.
func isForStaff(path []string) bool {
	if slices.Contains(forStaff, path[0]) {
		return true
	}
	return path[0] == "words" && len(path) > 1 && slices.ContainsFunc(forStaffWords, func(p string) bool { return strings.HasPrefix(path[1], p) })
}

// mapTexts returns a copy of v in which every text that people read is what f makes of it. path is where it stands, in
// the keys of the file; the members of a list have the path of the list. What is not text is the same as in v.
func mapTexts(v reflect.Value, path []string, f func(path []string, s string) string) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if !out.Field(i).CanSet() || key == "" || isNotText(key, v.Field(i).Kind()) {
				continue
			}
			out.Field(i).Set(mapTexts(v.Field(i), append(slices.Clone(path), key), f))
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(mapTexts(v.Elem(), path, f))
		return out
	case reflect.Map:
		if v.Len() == 0 {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, mapTexts(v.MapIndex(k), append(slices.Clone(path), k.String()), f))
		}
		return out
	case reflect.Slice:
		if v.Len() == 0 {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapTexts(v.Index(i), path, f))
		}
		return out
	case reflect.String:
		if v.Len() == 0 {
			return v
		}
		return reflect.ValueOf(f(path, v.String())).Convert(v.Type())
	}
	return v
}

// isNotText says whether the key of a struct has no words for people. `pages` is a map of words at the top, and a list of
// paths in a section.
func isNotText(key string, kind reflect.Kind) bool {
	return slices.Contains(notText, key) && !(key == "pages" && kind == reflect.Map)
}

// A textEntry is what stands under one key: a text or a list of them.
type textEntry struct {
	path  []string
	texts []string
}

func (e textEntry) key() string { return strings.Join(e.path, " › ") }

// textsByKey lists what citizens can read of words, by key.
func textsByKey(words any) map[string]textEntry {
	out := map[string]textEntry{}
	mapTexts(reflect.ValueOf(words).Elem(), nil, func(path []string, s string) string {
		if !isForStaff(path) {
			e := textEntry{path: path}
			e.texts = append(out[e.key()].texts, s)
			out[e.key()] = e
		}
		return s
	})
	return out
}

// placeholders are the names in braces that texts need.
func placeholders(texts ...string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, parseTemplate(s).names()...)
	}
	return out
}
