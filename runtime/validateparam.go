package runtime

// ParamIn is where a parameter stands.
type ParamIn uint8

// The places of parameters.
const (
	InPath ParamIn = iota
	InQuery
	InHeader
	InCookie
)

// String is the place as documents write it.
func (in ParamIn) String() string { return [...]string{"path", "query", "header", "cookie"}[in] }

// ParamStyle is how a parameter's value is written (OpenAPI, Style Values).
type ParamStyle uint8

// The styles.
const (
	// Simple is a,b,c: paths and headers.
	Simple ParamStyle = iota
	// Label is .a.b.c.
	Label
	// Matrix is ;name=a;name=b.
	Matrix
	// Form is name=a&name=b, or name=a,b where it does not explode.
	Form
	// SpaceDelimited is name=a%20b.
	SpaceDelimited
	// PipeDelimited is name=a|b.
	PipeDelimited
	// TabDelimited is name=a%09b (Swagger 2.0).
	TabDelimited
	// DeepObject is name[a]=1&name[b]=2.
	DeepObject
	// JSONText is JSON: a parameter with content application/json.
	JSONText
)

// ValueTypes are the types that a value may have by its schema; none is any.
type ValueTypes uint8

// The types.
const (
	StringType ValueTypes = 1 << iota
	NumberType
	BooleanType
	NullType
	ArrayType
	ObjectType
)

const scalarTypes = StringType | NumberType | BooleanType | NullType

// Param is a parameter that is checked against its schema.
type Param struct {
	In       ParamIn
	Name     string
	Style    ParamStyle
	Explode  bool
	Required bool
	// AllowEmpty takes an empty value whatever the schema says.
	AllowEmpty bool
	// Types are those of the value, Items those of an array's items and of an object's further members.
	Types, Items ValueTypes
	// Members are the members of an object that the schema names.
	Members []ParamMember
	// Valid is nil where only presence counts.
	Valid Validator
}

// ParamMember is a member of an object that is a parameter.
type ParamMember struct {
	Name  string
	Types ValueTypes
}
