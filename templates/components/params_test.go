package components

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// fill sets the fields of a Params struct from the options of a fixture, by name:
// "text" fills Text, "html" fills Content, "titleHtml" fills TitleContent, "href"
// fills Href. An option that the struct has no field for is an error, so nothing is
// ignored in silence.
func fill(target reflect.Value, options map[string]any, path string) error {
	for name, value := range options {
		if err := fillField(target, name, value, path); err != nil {
			return err
		}
	}
	return nil
}

var (
	componentType  = reflect.TypeFor[templ.Component]()
	attributesType = reflect.TypeFor[templ.Attributes]()
)

func fillField(target reflect.Value, name string, value any, path string) error {
	field := target.FieldByNameFunc(func(candidate string) bool {
		return strings.EqualFold(candidate, fieldName(name))
	})
	at := strings.TrimPrefix(path+"."+name, ".")
	if !field.IsValid() {
		if empty(value) {
			return nil
		}
		return fmt.Errorf("no field for the option %s", at)
	}
	return set(field, value, at)
}

// empty tells whether an option asks for nothing: {"html": false}, say.
func empty(value any) bool {
	if options, ok := value.(map[string]any); ok {
		for _, v := range options {
			if !empty(v) {
				return false
			}
		}
		return true
	}
	return value == nil || value == false
}

func fieldName(option string) string {
	switch {
	case option == "html":
		return "Content"
	case option == "beforeInputs", option == "afterInputs":
		return strings.TrimSuffix(option, "s")
	}
	return strings.TrimSuffix(option, "Html") + map[bool]string{true: "Content"}[strings.HasSuffix(option, "Html")]
}

func set(field reflect.Value, value any, at string) error {
	if value == nil {
		return nil
	}
	switch {
	case field.Type() == componentType:
		if text, ok := value.(string); ok && text != "" {
			field.Set(reflect.ValueOf(templ.Raw(text)))
		}
		return nil
	case field.Type() == attributesType:
		attributes := templ.Attributes{}
		values, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: attributes given as one string", at)
		}
		for name, v := range values {
			attributes[name] = scalar(v)
		}
		field.Set(reflect.ValueOf(attributes))
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(scalar(value))
	case reflect.Bool:
		flag, _ := value.(bool)
		field.SetBool(flag)
	case reflect.Int:
		var n int64
		if _, err := fmt.Sscan(scalar(value), &n); err != nil {
			return fmt.Errorf("%s: %q is no number", at, scalar(value))
		}
		field.SetInt(n)
	case reflect.Pointer:
		if value == false {
			return nil
		}
		field.Set(reflect.New(field.Type().Elem()))
		return set(field.Elem(), value, at)
	case reflect.Struct:
		options, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: not an object", at)
		}
		return fill(field, options, at)
	case reflect.Map:
		values, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: not an object", at)
		}
		field.Set(reflect.MakeMap(field.Type()))
		for key, v := range values {
			field.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(scalar(v)))
		}
	case reflect.Slice:
		values, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s: not a list", at)
		}
		for n, v := range values {
			if slices.Contains([]any{nil, false, ""}, v) && field.Type().Elem().Kind() == reflect.Struct {
				continue // a template writes "condition and item"; in Go the item is just not there
			}
			item := reflect.New(field.Type().Elem()).Elem()
			if err := set(item, v, fmt.Sprintf("%s[%d]", at, n)); err != nil {
				return err
			}
			field.Set(reflect.Append(field, item))
		}
	default:
		return fmt.Errorf("%s: the test cannot fill a %s", at, field.Kind())
	}
	return nil
}

// scalar writes a JSON value as it stands in an attribute.
func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case nil:
		return ""
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(value)
}
