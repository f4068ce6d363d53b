package schema

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/schema"
)

// TestJava compares what the Java validator says of values (rest.md 10). The first four rows are recorded from API
// Gateway; the others are that validator's own texts.
func TestJava(t *testing.T) {
	rows := []struct{ schema, value, java string }{
		{`{"type":"object","required":["password","email"]}`, `{}`, `[object has missing required properties (["email","password"])]`},
		{`{"type":"object","required":["bar"],"properties":{"bar":{}},"additionalProperties":false}`, `{"foo":1}`,
			`[object has missing required properties (["bar"]), object instance has properties which are not allowed by the schema: ["foo"]]`},
		{`{"properties":{"price":{"type":"number"}}}`, `{"price":"x"}`,
			`[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]`},
		{`{"type":"object"}`, `[]`, `[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`},
		{`{"enum":["a",1]}`, `"b"`, `[instance value ("b") not found in enum (possible values: ["a",1])]`},
		{`{"minimum":3}`, `2`, `[numeric instance is lower than the required minimum (minimum: 3, found: 2)]`},
		{`{"minimum":3,"exclusiveMinimum":true}`, `3`, `[numeric instance is not strictly greater than the required minimum 3]`},
		{`{"maximum":3}`, `4`, `[numeric instance is greater than the required maximum (maximum: 3, found: 4)]`},
		{`{"maximum":3,"exclusiveMaximum":true}`, `3`, `[numeric instance is not strictly lower than the required maximum 3]`},
		{`{"multipleOf":2}`, `3`, `[remainder of division is not zero (3 / 2)]`},
		{`{"minLength":2}`, `"a"`, `[string "a" is too short (length: 1, required minimum: 2)]`},
		{`{"maxLength":2}`, `"abc"`, `[string "abc" is too long (length: 3, maximum allowed: 2)]`},
		{`{"pattern":"^[a-z]+$"}`, `"A"`, `[ECMA 262 regex "^[a-z]+$" does not match input string "A"]`},
		{`{"minItems":2}`, `[1]`, `[array is too short: must have at least 2 elements but instance has 1 elements]`},
		{`{"maxItems":1}`, `[1,2]`, `[array is too long: must have at most 1 elements but instance has 2 elements]`},
		{`{"uniqueItems":true}`, `[1,1]`, `[array must not contain duplicate elements]`},
		{`{"minProperties":1}`, `{}`, `[object has too few properties (found 0 but schema requires at least 1)]`},
		{`{"maxProperties":0}`, `{"a":1}`, `[object has too many properties (found 1 but schema requires at most 0)]`},
		{`{"items":[{}],"additionalItems":false}`, `[1,2,3]`, `[schema only allows 1 elements in array but instance has 3 elements]`},
		{`{"dependencies":{"a":["b","c"]}}`, `{"a":1,"c":1}`,
			`[property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["b"])]`},
		{`{"allOf":[{"type":"object"},{"required":["a"]}]}`, `{}`, `[instance failed to match all required schemas (matched only 1 out of 2)]`},
		{`{"anyOf":[{"type":"object"},{"type":"array"}]}`, `1`, `[instance failed to match at least one required schema among 2]`},
		{`{"oneOf":[{"type":"object"},{"type":"array"}]}`, `1`, `[instance failed to match exactly one schema (matched 0 out of 2)]`},
		{`{"oneOf":[{"type":"integer"},{"minimum":0}]}`, `1`, `[instance failed to match exactly one schema (matched 2 out of 2)]`},
		{`{"not":{"type":"integer"}}`, `1`, `[instance matched a schema which it should not have]`},
		{`{"format":"email"}`, `"x"`, `[string "x" is not a valid email address]`},
		{`{"format":"ipv4"}`, `"x"`, `[string "x" is not a valid IPv4 address]`},
		// Members come by name, and their own members no more after something was wrong.
		{`{"properties":{"b":{"type":"string"},"a":{"type":"string"}}}`, `{"b":1,"a":true}`,
			`[instance type (boolean) does not match any allowed primitive type (allowed: ["string"]), instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`},
		{`{"required":["x"],"properties":{"a":{"type":"string"}}}`, `{"a":1}`, `[object has missing required properties (["x"])]`},
		{`{"properties":{"a":{"type":"string"},"b":{"properties":{"c":{"type":"string"}}}}}`, `{"b":{"c":1},"a":1}`,
			`[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`},
		{`{"items":{"type":"string","minLength":2,"pattern":"x"}}`, `["a"]`,
			`[ECMA 262 regex "x" does not match input string "a", string "a" is too short (length: 1, required minimum: 2)]`},
	}
	var units []unit
	for _, r := range rows {
		units = append(units, unit{name: r.schema, version: model.Swagger20, schema: r.schema, formats: schema.Formats(), values: []string{r.value}})
	}
	results := run(t, units, func(u unit, found []diag.Diagnostic) { t.Errorf("%s: %v", u.schema, found) })
	for i, r := range rows {
		require.Empty(t, results[i][0].Error, r.schema)
		require.False(t, results[i][0].Valid, r.schema)
		require.Equal(t, r.java, results[i][0].Java, r.schema)
	}
}

// TestViolations looks at the entries of a problem document (RFC 9457).
func TestViolations(t *testing.T) {
	u := unit{version: model.OpenAPI31, schema: `{"type":"object","required":["id"],"properties":{"tags/all":{"items":{"type":"string"}},
		"n":{"allOf":[{"minimum":3},{"maximum":9}]}},"additionalProperties":false}`,
		values: []string{`{"tags/all":["a",1],"n":1,"x":true}`}}
	v := run(t, []unit{u}, func(_ unit, found []diag.Diagnostic) { t.Fatal(found) })[0][0]
	var got [][2]string
	for _, entry := range v.Violations {
		got = append(got, [2]string{entry.Pointer, entry.Detail})
	}
	require.Equal(t, [][2]string{
		{"/tags~1all/1", "must be of type string, not integer"}, {"/n", "must be at least 3"}, {"/x", "is not allowed"}, {"/id", "is required"},
	}, got)
}
