package schema

import "slices"

// version is a version of JSON Schema.
type version uint8

const (
	draft4 version = iota
	draft2020
)

// dialect says what keywords mean.
type dialect struct {
	version  version
	nullable bool     // OpenAPI 3.0
	ids      bool     // id and $id name schemas
	asserts  bool     // the vocabulary of validation holds
	formats  []string // asserted formats
}

// The places of schemas within a schema.
var (
	oneSchema4    = []string{"not", "additionalItems", "additionalProperties", "items"}
	manySchemas4  = []string{"allOf", "anyOf", "oneOf", "items"}
	namedSchemas4 = []string{"properties", "patternProperties", "definitions", "dependencies"}

	oneSchema2020 = []string{"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
		"unevaluatedItems", "unevaluatedProperties", "contentSchema"}
	manySchemas2020  = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	namedSchemas2020 = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)

func (d *dialect) places() (one, many, named []string) {
	if d.version == draft2020 {
		return oneSchema2020, manySchemas2020, namedSchemas2020
	}
	return oneSchema4, manySchemas4, namedSchemas4
}

// plainKeywords hold no schemas.
var (
	common = []string{"$ref", "$schema", "type", "enum", "multipleOf", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum",
		"maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "format"}
	only4    = []string{"id"}
	only2020 = []string{"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment", "const", "maxContains", "minContains",
		"dependentRequired", "contentEncoding", "contentMediaType"}
	remarks = []string{"title", "description", "default", "example", "examples", "readOnly", "writeOnly", "deprecated", "xml",
		"discriminator", "externalDocs", "nullable", "$comment", "$id", "collectionFormat"}
)

// knows reports whether a keyword has a meaning, be it only for readers.
func (d *dialect) knows(keyword string) bool {
	one, many, named := d.places()
	own := only4
	if d.version == draft2020 {
		own = only2020
	}
	for _, list := range [][]string{common, own, remarks, one, many, named} {
		if slices.Contains(list, keyword) {
			return true
		}
	}
	return len(keyword) > 2 && keyword[:2] == "x-"
}

// words are all keywords, for suggestions.
func (d *dialect) words() []string {
	one, many, named := d.places()
	own := only4
	if d.version == draft2020 {
		own = only2020
	}
	return slices.Concat(common, own, one, many, named)
}

// knownFormats are formats that tell readers something and are not asserted.
var knownFormats = []string{"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double", "decimal", "decimal128", "double-int",
	"sf-integer", "sf-decimal", "sf-string", "sf-boolean", "sf-token", "sf-binary", "byte", "binary", "base64url", "char", "commonmark", "html",
	"http-date", "media-range", "password", "string", "phone", "color", "style", "utc-millisec", "ip-address", "host-name", "url", "timestamp", "unix-time", "hex", "currency", "country-code", "repo.nwo"}
