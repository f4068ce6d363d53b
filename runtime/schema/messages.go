package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/runtime/value"
)

// The methods below report a violation of the keyword that they are named after. The Java texts are those of
// json-schema-validator, which API Gateway's messages come from (rest.md 10).

// Type reports a value of none of the types, which are separated by spaces: generated code has thousands of these calls.
func (r *Report) Type(v value.Value, allowed string) bool {
	if r == nil {
		return true
	}
	sorted := strings.Fields(allowed)
	if slices.Contains(sorted, "number") && !slices.Contains(sorted, "integer") {
		sorted = append(sorted, "integer")
	}
	slices.Sort(sorted)
	return r.add("type", fmt.Sprintf("instance type (%s) does not match any allowed primitive type (allowed: %s)", TypeName(v), array(sorted)),
		"must be of type "+strings.Join(sorted, " or ")+", not "+TypeName(v))
}

// Enum reports a value that is not in the list.
func (r *Report) Enum(v value.Value, e *Enum) bool {
	if r == nil {
		return true
	}
	return r.add("enum", fmt.Sprintf("instance value (%s) not found in enum (possible values: %s)", text(v), e.text), "must be one of "+e.text)
}

// Const reports a value that is not the one wanted.
func (r *Report) Const(v value.Value, e *Enum) bool {
	if r == nil {
		return true
	}
	return r.add("const", fmt.Sprintf("instance value (%s) not found in enum (possible values: %s)", text(v), e.text),
		"must be "+strings.TrimSuffix(strings.TrimPrefix(e.text, "["), "]"))
}

// False reports a value where none may be.
func (r *Report) False() bool {
	return r.add("false", "instance matched a schema which it should not have", "is not allowed")
}

// Minimum reports a number below the limit.
func (r *Report) Minimum(v value.Value, limit string) bool {
	if r == nil {
		return true
	}
	return r.add("minimum", fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", limit, text(v)),
		"must be at least "+limit)
}

// ExclusiveMinimum reports a number that is not above the limit.
func (r *Report) ExclusiveMinimum(v value.Value, limit string) bool {
	if r == nil {
		return true
	}
	java := "numeric instance is not strictly greater than the required minimum " + limit
	if n := MustNumber(limit); Compare(v, n) < 0 {
		java = fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", limit, text(v))
	}
	return r.add("exclusiveMinimum", java, "must be greater than "+limit)
}

// Maximum reports a number above the limit.
func (r *Report) Maximum(v value.Value, limit string) bool {
	if r == nil {
		return true
	}
	return r.add("maximum", fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", limit, text(v)),
		"must be at most "+limit)
}

// ExclusiveMaximum reports a number that is not below the limit.
func (r *Report) ExclusiveMaximum(v value.Value, limit string) bool {
	if r == nil {
		return true
	}
	java := "numeric instance is not strictly lower than the required maximum " + limit
	if n := MustNumber(limit); Compare(v, n) > 0 {
		java = fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", limit, text(v))
	}
	return r.add("exclusiveMaximum", java, "must be less than "+limit)
}

// MultipleOf reports a number that divisor does not divide.
func (r *Report) MultipleOf(v value.Value, divisor string) bool {
	if r == nil {
		return true
	}
	return r.add("multipleOf", fmt.Sprintf("remainder of division is not zero (%s / %s)", text(v), divisor), "must be a multiple of "+divisor)
}

// MinLength reports a text that is too short.
func (r *Report) MinLength(s string, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("minLength", fmt.Sprintf(`string "%s" is too short (length: %d, required minimum: %d)`, s, Length(s), limit),
		"must have at least "+count(limit, "character", "characters"))
}

// MaxLength reports a text that is too long.
func (r *Report) MaxLength(s string, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("maxLength", fmt.Sprintf(`string "%s" is too long (length: %d, maximum allowed: %d)`, s, Length(s), limit),
		"must have at most "+count(limit, "character", "characters"))
}

// Pattern reports a text that the pattern does not match.
func (r *Report) Pattern(s, pattern string) bool {
	if r == nil {
		return true
	}
	return r.add("pattern", fmt.Sprintf(`ECMA 262 regex "%s" does not match input string "%s"`, pattern, s), "must match the pattern "+pattern)
}

// Format reports a text that is not of the format.
func (r *Report) Format(s, format string) bool {
	if r == nil {
		return true
	}
	return r.add("format", fmt.Sprintf(javaFormat(format), s), "must be a valid "+format)
}

// javaFormat is the message of a format, with %s for the text.
func javaFormat(format string) string {
	switch format {
	case "date-time":
		return `string "%s" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`
	case "date":
		return `string "%s" is invalid against requested date format(s) yyyy-MM-dd`
	case "time":
		return `string "%s" is invalid against requested date format(s) HH:mm:ss`
	case "email", "idn-email":
		return `string "%s" is not a valid email address`
	case "hostname", "idn-hostname":
		return `string "%s" is not a valid hostname`
	case "ipv4":
		return `string "%s" is not a valid IPv4 address`
	case "ipv6":
		return `string "%s" is not a valid IPv6 address`
	case "regex":
		return `string "%s" is not a valid ECMA 262 regular expression`
	case "uri":
		return `string "%s" is not a valid URI`
	case "uuid":
		return `input string "%s" is not a valid UUID`
	case "json-pointer":
		return `input string "%s" is not a valid JSON Pointer`
	case "uri-template":
		return `input string "%s" is not a valid URI template`
	}
	return `string "%s" is not a valid ` + format
}

// MinItems reports an array that is too short.
func (r *Report) MinItems(l *value.List, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("minItems", fmt.Sprintf("array is too short: must have at least %d elements but instance has %d elements", limit, len(l.Elements)),
		"must have at least "+count(limit, "item", "items"))
}

// MaxItems reports an array that is too long.
func (r *Report) MaxItems(l *value.List, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("maxItems", fmt.Sprintf("array is too long: must have at most %d elements but instance has %d elements", limit, len(l.Elements)),
		"must have at most "+count(limit, "item", "items"))
}

// UniqueItems reports an array with equal items.
func (r *Report) UniqueItems() bool {
	return r.add("uniqueItems", "array must not contain duplicate elements", "must not hold the same item twice")
}

// Contains reports an array with too few items, or too many where most is not below zero, of the kind that contains wants.
func (r *Report) Contains(found, least, most int) bool {
	if r == nil {
		return true
	}
	keyword, detail := "contains", "must hold at least "+count(least, "matching item", "matching items")
	switch {
	case found >= least:
		keyword, detail = "maxContains", "must hold at most "+count(most, "matching item", "matching items")
	case least != 1:
		keyword = "minContains"
	}
	return r.add(keyword, "instance failed to match at least one required schema among 1", detail)
}

// MinProperties reports an object with too few members.
func (r *Report) MinProperties(m *value.Map, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("minProperties", fmt.Sprintf("object has too few properties (found %d but schema requires at least %d)", len(m.Entries), limit),
		"must have at least "+count(limit, "property", "properties"))
}

// MaxProperties reports an object with too many members.
func (r *Report) MaxProperties(m *value.Map, limit int) bool {
	if r == nil {
		return true
	}
	return r.add("maxProperties", fmt.Sprintf("object has too many properties (found %d but schema requires at most %d)", len(m.Entries), limit),
		"must have at most "+count(limit, "property", "properties"))
}

// Required reports an object that lacks some of names.
func (r *Report) Required(m *value.Map, names ...string) bool {
	if r == nil {
		return true
	}
	missing := absent(m, names)
	for _, name := range missing {
		r.push(step{name: name, index: -1})
		r.add("required", "", "is required")
		r.pop()
	}
	slices.Sort(missing)
	return r.add("required", "object has missing required properties ("+array(missing)+")", "")
}

// Dependency reports an object that has a property and lacks some that it needs beside it.
func (r *Report) Dependency(m *value.Map, property string, names ...string) bool {
	if r == nil {
		return true
	}
	missing := absent(m, names)
	for _, name := range missing {
		r.push(step{name: name, index: -1})
		r.add("dependentRequired", "", "is required beside "+property)
		r.pop()
	}
	return r.add("dependentRequired", fmt.Sprintf(`property "%s" of object has missing property dependencies (schema requires %s; missing: %s)`,
		property, array(names), array(missing)), "")
}

// AnyOf reports a value that matches none of the schemas.
func (r *Report) AnyOf(schemas int) bool {
	if r == nil {
		return true
	}
	return r.add("anyOf", "instance failed to match at least one required schema among "+strconv.Itoa(schemas), "must match at least one of the schemas allowed")
}

// OneOf reports a value that does not match exactly one of the schemas.
func (r *Report) OneOf(matched, schemas int) bool {
	if r == nil {
		return true
	}
	detail := "must match one of the schemas allowed"
	if matched > 1 {
		detail = "must match only one of the schemas allowed"
	}
	return r.add("oneOf", fmt.Sprintf("instance failed to match exactly one schema (matched %d out of %d)", matched, schemas), detail)
}

// Not reports a value that matches what it must not.
func (r *Report) Not() bool {
	return r.add("not", "instance matched a schema which it should not have", "must not match the schema that is excluded")
}

// AllOf follows the schemas of an allOf.
type AllOf struct {
	r                     *Report
	mark, schemas, failed int
}

// AllOf begins an allOf of so many schemas.
func (r *Report) AllOf(schemas int) AllOf { return AllOf{r: r, mark: r.Len(), schemas: schemas} }

// Fail counts a schema that the value does not match.
func (a *AllOf) Fail() bool {
	a.failed++
	return a.r == nil
}

// Close ends the allOf: the Java validator says only how many schemas failed.
func (a *AllOf) Close() {
	if a.r == nil || a.failed == 0 {
		return
	}
	a.r.silence(a.mark)
	a.r.add("allOf", fmt.Sprintf("instance failed to match all required schemas (matched only %d out of %d)", a.schemas-a.failed, a.schemas), "")
}

// absent are those of names that m has not.
func absent(m *value.Map, names []string) []string {
	var missing []string
	for _, name := range names {
		if !Has(m, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// count is a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// array writes texts as a JSON array.
func array(texts []string) string {
	b := []byte{'['}
	for i, s := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = value.AppendQuoted(b, s, false)
	}
	return string(append(b, ']'))
}

// text writes a value as JSON.
func text(v value.Value) string { return string(value.AppendJSON(nil, v)) }
