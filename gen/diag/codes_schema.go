package diag

// Codes of schemas, GW45xx.
const (
	BadSchema         Code = "GW4501"
	BadSchemaRef      Code = "GW4502"
	BadSchemaPattern  Code = "GW4503"
	EndlessSchema     Code = "GW4504"
	ContraryLimits    Code = "GW4505"
	UnknownKeyword    Code = "GW4506"
	UnknownFormat     Code = "GW4507"
	ImpossibleEnum    Code = "GW4508"
	TooManyValidators Code = "GW4509"
)

// schemaCodes are the findings about schemas.
func schemaCodes() []Info {
	return []Info{{
		Code: BadSchema, Title: "keyword of a schema with a value it cannot have",
		Explanation: "Each keyword of JSON Schema takes values of one kind: maxLength a whole number, required a list of texts, properties a map of schemas.",
		Example:     "type: string\nmaxLength: '10'",
		Remedy:      "Give the keyword a value of its kind.",
	}, {
		Code: BadSchemaRef, Title: "reference of a schema that leads nowhere",
		Explanation: "A $ref or $dynamicRef names a schema by JSON pointer, $id or $anchor, or, in Amazon's models, by the address of a model. The gateway reads only the files it was given; it fetches nothing.",
		Example:     "$ref: '#/definitions/Pte'",
		Remedy:      "Correct the reference, or add the schema.",
	}, {
		Code: BadSchemaPattern, Title: "pattern that no engine accepts",
		Explanation: "pattern and patternProperties take a regular expression of ECMA-262; Java's are understood as well.",
		Example:     "type: string\npattern: '[a-'",
		Remedy:      "Correct the pattern; a backslash before a character takes its meaning away.",
	}, {
		Code: EndlessSchema, Title: "schema that applies itself to the same value",
		Explanation: "A schema may refer to itself for a member or an item of the value, since each is smaller. One that refers to itself for the very same value, by $ref, allOf, anyOf, oneOf, not or if, never comes to an end.",
		Example:     "Node:\n  allOf:\n    - $ref: '#/definitions/Node'",
		Remedy:      "Take the reference out, or let it stand below properties or items.",
	}, {
		Code: ContraryLimits, Title: "limits that contradict each other",
		Explanation: "No value lies between limits of which the lower one is above the upper one: every request would be refused.",
		Example:     "type: string\nminLength: 10\nmaxLength: 5",
		Remedy:      "Correct one of the limits.",
		Allowed:     "Every value of that type is refused, as the schema says.",
	}, {
		Code: UnknownKeyword, Title: "keyword that JSON Schema does not know",
		Explanation: "The standard ignores keywords that it does not know, so a mistyped one checks nothing.",
		Example:     "type: string\nmaxLenght: 10",
		Remedy:      "Write the keyword that was meant; names of your own begin with x-.",
	}, {
		Code: UnknownFormat, Title: "format that is not known",
		Explanation: "The standard ignores formats that it does not know, so a mistyped one checks nothing.",
		Example:     "type: string\nformat: datetime",
		Remedy:      "Use a format of JSON Schema or OpenAPI, or a pattern.",
	}, {
		Code: ImpossibleEnum, Title: "enum without a value of the type",
		Explanation: "type and enum hold both. Where no value of the enum is of the type, as when numbers lack their quotes in YAML, nothing is valid.",
		Example:     "type: string\nenum: [1, 2]",
		Remedy:      "Quote the values, or correct the type.",
	}, {
		Code: TooManyValidators, Title: "dynamic references that multiply",
		Explanation: "$dynamicRef means another schema on each way by which it is reached, and each needs a function of its own. The number of ways is bounded.",
		Example:     "$id: urn:left\n$dynamicAnchor: node\nproperties:\n  next: {$ref: 'urn:a-chain-of-many-such'}",
		Remedy:      "Use fewer $dynamicAnchor of the same name.",
	}}
}
