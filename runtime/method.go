package runtime

// Method is an HTTP method that a document can declare.
type Method uint8

// The methods. UnknownMethod is any other token; no route serves it.
const (
	UnknownMethod Method = iota
	DELETE
	GET
	HEAD
	OPTIONS
	PATCH
	POST
	PUT
	TRACE

	methodCount
)

// methodNames is indexed by Method.
var methodNames = [methodCount]string{"", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}

// String is the method as it stands in a request line; empty for UnknownMethod.
func (m Method) String() string {
	if m < methodCount {
		return methodNames[m]
	}
	return ""
}

// ParseMethod is the Method that name spells; methods are case-sensitive (RFC 9110, section 9.1).
func ParseMethod(name string) Method {
	switch name {
	case "GET":
		return GET
	case "POST":
		return POST
	case "PUT":
		return PUT
	case "DELETE":
		return DELETE
	case "HEAD":
		return HEAD
	case "OPTIONS":
		return OPTIONS
	case "PATCH":
		return PATCH
	case "TRACE":
		return TRACE
	default:
		return UnknownMethod
	}
}
