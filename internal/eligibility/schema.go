package eligibility

import (
	"encoding/json"
	"reflect"
	"strings"
)

// RulesetSchema is the JSON Schema (draft 2020-12) of ruleset.yaml, made from the structs the loader reads it into, so
// that an editor can help whoever writes rules. It says what may be written, not whether it makes sense: that is for
// `threshold rules check`.
func RulesetSchema() []byte {
	s := schemaOf(reflect.TypeFor[rulesetFile]())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "ruleset.yaml: one version of the rules of one kind of assessment"
	s["required"] = []string{"id", "title", "in_force_from", "reviewed_by", "citations", "fact_types", "facts", "outcomes", "limbs", "areas", "unable", "conditions", "indication", "prompts"}
	s["$defs"] = map[string]any{"criterion": criterionSchema()}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // maps and strings always encode
	}
	return append(out, '\n')
}

func schemaOf(t reflect.Type) map[string]any {
	if t == reflect.TypeFor[Criterion]() {
		return map[string]any{"$ref": "#/$defs/criterion"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		props := map[string]any{}
		addFields(t, props)
		s := map[string]any{"type": "object", "additionalProperties": false, "properties": props}
		if _, ok := t.FieldByName("RuleMark"); ok {
			s["required"] = []string{"citation", "basis", "verified"}
		}
		return s
	}
	return map[string]any{"type": "string"}
}

func addFields(t reflect.Type, props map[string]any) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, flag, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case flag == "inline":
			addFields(f.Type, props)
		case !f.IsExported() || name == "" || name == "-":
		default:
			props[name] = schemaOf(f.Type)
		}
	}
	if t == reflect.TypeFor[RuleMark]() {
		props["basis"] = map[string]any{"enum": []string{"law", "guidance", "policy"}}
		props["citation"] = map[string]any{"type": "string", "minLength": 1}
	}
}

// criterionSchema is written by hand: a Criterion reads itself from YAML, so its fields tell nothing.
func criterionSchema() map[string]any {
	word := map[string]any{"type": []string{"string", "boolean", "integer"}}
	ref := map[string]any{"$ref": "#/$defs/criterion"}
	one := func(props map[string]any, required ...string) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": props, "required": required}
	}
	tests := map[string]any{"type": "array", "minItems": 1, "items": ref}
	each := one(map[string]any{"each": word, "in": map[string]any{"type": "array", "minItems": 1, "items": word}, "that": ref}, "each", "that")
	count := map[string]any{"type": "integer", "minimum": 1}
	return map[string]any{
		"description": "A test over facts; see the head of ruleset.yaml.",
		"oneOf": []any{
			one(map[string]any{"is": map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": word}}, "is"),
			one(map[string]any{"one_of": map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": map[string]any{"type": "array", "minItems": 1, "items": word}}}, "one_of"),
			one(map[string]any{"all": map[string]any{"oneOf": []any{tests, each}}}, "all"),
			one(map[string]any{"any": map[string]any{"oneOf": []any{tests, each}}}, "any"),
			one(map[string]any{"at_least": map[string]any{"oneOf": []any{
				one(map[string]any{"n": count, "of": tests}, "n", "of"),
				one(map[string]any{"n": count, "each": word, "in": map[string]any{"type": "array", "minItems": 1, "items": word}, "that": ref}, "n", "each", "that"),
			}}}, "at_least"),
		},
	}
}
