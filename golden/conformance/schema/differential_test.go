package schema

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
)

var (
	seed = flag.Uint64("seed", 0, "seed of the schemas that are compared with another validator; 0: a new one each run")
	rows = flag.Int("rows", 150, "how many schemas are compared with another validator")
)

// TestDifferential compiles schemas made at random, in both drafts, and compares the verdicts with those of
// santhosh-tekuri/jsonschema.
func TestDifferential(t *testing.T) {
	start := *seed
	if start == 0 {
		start = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", start)
	random := rand.New(rand.NewPCG(start, 1))
	var units []unit
	var others []*jsonschema.Schema
	for tries := 0; len(units) < *rows; tries++ {
		require.Less(t, tries, 3**rows, "the other validator refuses too many schemas")
		m := maker{Rand: random, modern: random.IntN(2) == 0}
		text := write(t, m.root())
		u := unit{name: text, version: model.Swagger20, schema: text}
		draft := jsonschema.Draft4
		if m.modern {
			u.version, draft = model.OpenAPI31, jsonschema.Draft2020
		}
		for range 25 {
			u.values = append(u.values, write(t, m.value(3)))
		}
		other := compileOther(text, draft)
		if other == nil { // such as an enum that holds a value twice, which draft 4 forbids
			continue
		}
		units, others = append(units, u), append(others, other)
	}
	results := run(t, units, func(u unit, found []diag.Diagnostic) { t.Errorf("%s: %s", u.schema, found[0].Message) })
	valid := 0
	for i, verdicts := range results {
		for j, v := range verdicts {
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(units[i].values[j]))
			require.NoError(t, err)
			want := others[i].Validate(value)
			if v.Valid {
				valid++
			}
			if v.Error != "" || v.Valid != (want == nil) {
				t.Errorf("%s of %s (2020: %v): got %v %s, want %v", units[i].values[j], units[i].schema, units[i].version == model.OpenAPI31, v.Valid, v.Error, want)
			}
		}
	}
	total := *rows * 25
	require.Greater(t, valid, total/20, "hardly anything is valid: the test shows little")
	require.Less(t, valid, total*19/20, "hardly anything is invalid: the test shows little")
}

func compileOther(text string, draft *jsonschema.Draft) *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(draft)
	if c.AddResource("http://suite.invalid/a.json", document) != nil {
		return nil
	}
	s, err := c.Compile("http://suite.invalid/a.json")
	if err != nil {
		return nil
	}
	return s
}

func write(t *testing.T, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// maker makes schemas and values at random, of few names and numbers, so that they meet.
type maker struct {
	*rand.Rand
	modern bool // 2020-12
}

type object = map[string]any

func (m maker) pick(of ...any) any { return of[m.IntN(len(of))] }

func (m maker) name() string { return m.pick("a", "b", "c", "aa").(string) }

func (m maker) number() any {
	return m.pick(0, 1, 2, 3, 10, -1, 1.5, 0.1, json.Number("12345678901234567890"), json.Number("2.50"))
}

// root makes a schema with definitions, which may be recursive.
func (m maker) root() object {
	s := m.schema(3)
	word := "definitions"
	if m.modern {
		word = "$defs"
	}
	defs := object{"A": m.members(2), "B": m.schema(2)}
	s[word] = defs
	if !m.modern {
		delete(s, "$ref")
	}
	return s
}

// members makes a schema that applies others to members alone, where recursion comes to an end.
func (m maker) members(depth int) object {
	s := object{"properties": object{m.name(): m.schema(depth), m.name(): m.ref("A")}}
	if m.IntN(2) == 0 {
		s["items"] = m.ref("A")
	}
	if m.IntN(2) == 0 {
		s["required"] = []any{m.name()}
	}
	return s
}

func (m maker) ref(name string) object {
	if m.modern {
		return object{"$ref": "#/$defs/" + name}
	}
	return object{"$ref": "#/definitions/" + name}
}

func (m maker) schema(depth int) object {
	s := object{}
	if m.IntN(3) == 0 {
		s["type"] = m.pick("object", "array", "string", "number", "integer", "boolean", "null", []any{"object", "array"}, []any{"string", "number"})
	}
	for range 1 + m.IntN(3) {
		m.keyword(s, depth)
	}
	return s
}

func (m maker) keyword(s object, depth int) {
	if depth > 0 && m.IntN(2) == 0 {
		m.applicator(s, depth-1)
		return
	}
	switch m.IntN(13) {
	case 0:
		s["enum"] = []any{m.value(1), m.value(1), m.pick("a", "b", 1, nil)}
	case 1:
		s["minimum"] = m.number()
	case 2:
		s["maximum"] = m.number()
	case 3:
		s["multipleOf"] = m.pick(1, 2, 0.5, 0.1, json.Number("0.01"))
	case 4:
		s["minLength"] = m.IntN(3)
	case 5:
		s["maxLength"] = m.IntN(4)
	case 6:
		s["pattern"] = m.pick("^a", "b$", "[a-c]+", "é", `^\d+$`, `^\w\w$`)
	case 7:
		s["minItems"] = m.IntN(3)
	case 8:
		s["maxItems"] = m.IntN(3)
	case 9:
		s["uniqueItems"] = true
	case 10:
		s["required"] = []any{m.name()}
	case 11:
		s["minProperties"] = m.IntN(3)
	case 12:
		if m.modern {
			s["const"] = m.value(1)
			s["dependentRequired"] = object{m.name(): []any{m.name()}}
			return
		}
		s["minimum"], s["exclusiveMinimum"] = m.number(), true
	}
}

func (m maker) applicator(s object, depth int) {
	schemas := func() []any { return []any{m.schema(depth), m.schema(depth)} }
	switch choice := m.IntN(16); choice {
	case 0:
		s["allOf"] = schemas()
	case 1:
		s["anyOf"] = schemas()
	case 2:
		s["oneOf"] = schemas()
	case 3:
		s["not"] = m.schema(depth)
	case 4, 5:
		s["properties"] = object{m.name(): m.schema(depth), m.name(): m.schema(depth)}
	case 6:
		s["patternProperties"] = object{"^a": m.schema(depth)}
	case 7:
		s["additionalProperties"] = m.pick(false, m.schema(depth))
	case 8:
		s["items"] = m.schema(depth)
	case 9:
		s["properties"] = object{m.name(): m.ref("A")}
	default:
		m.own(s, choice, depth)
	}
}

// own adds what only one of the drafts has.
func (m maker) own(s object, choice, depth int) {
	if !m.modern {
		s["items"], s["additionalItems"] = []any{m.schema(depth)}, m.pick(false, m.schema(depth))
		s["dependencies"] = object{m.name(): m.pick([]any{m.name()}, m.schema(depth))}
		return
	}
	switch choice {
	case 10:
		s["prefixItems"] = []any{m.schema(depth), m.schema(depth)}
	case 11:
		s["contains"], s["minContains"], s["maxContains"] = m.schema(depth), m.IntN(2), 1+m.IntN(2)
	case 12:
		s["if"], s["then"], s["else"] = m.schema(depth), m.schema(depth), m.schema(depth)
	case 13:
		s["unevaluatedProperties"] = m.pick(false, m.schema(depth))
	case 14:
		s["unevaluatedItems"] = m.pick(false, m.schema(depth))
	case 15:
		s["propertyNames"], s["dependentSchemas"] = object{"maxLength": 1}, object{m.name(): m.schema(depth)}
	}
}

// value makes a value.
func (m maker) value(depth int) any {
	switch n := m.IntN(9); {
	case n < 3 && depth > 0:
		v := object{}
		for range m.IntN(4) {
			v[m.name()] = m.value(depth - 1)
		}
		return v
	case n < 5 && depth > 0:
		v := []any{}
		for range m.IntN(4) {
			v = append(v, m.value(depth-1))
		}
		return v
	case n < 7:
		return m.number()
	}
	return m.pick(nil, true, false, "", "a", "ab", "abc", "é", "12", "b")
}
