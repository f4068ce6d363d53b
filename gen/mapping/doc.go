// Package mapping reads the small languages of parameter mapping: the expressions that say where a value comes from and
// where it goes (rest.md 4.1), the uris of integrations (rest.md 1.6) and the texts of gateway responses (rest.md 1.5).
//
// It knows the syntax alone. What a name refers to, and whether the document declares it, the callers know. Positions
// are byte offsets within the text, as the package knows nothing of documents.
package mapping

import "github.com/gatewright/gatewright/gen/diag"

// Problem is a mistake in a text.
type Problem struct {
	Code    diag.Code
	Offset  int // in bytes, within the text
	Length  int // in bytes; 0 stands for a place between two characters
	Message string
	Help    string // may be empty
}

// In is a position of a request or response that mappings read and write.
type In uint8

// The positions.
const (
	Path In = iota + 1
	Query
	Header
)

// String returns the word that expressions use.
func (in In) String() string {
	switch in {
	case Path:
		return "path"
	case Query:
		return "querystring"
	case Header:
		return "header"
	default:
		return "nowhere"
	}
}

// Source is where a value comes from: Literal, RequestParameter, RequestBody, ResponseHeader, ResponseBody, Context,
// AuthorizerVariable or StageVariable.
type Source interface{ source() }

// Literal is a text that stands in the document.
type Literal struct{ Text string }

// RequestParameter is a parameter of the client's request.
type RequestParameter struct {
	In    In
	Name  string
	Multi bool // all values rather than the last one
}

// RequestBody is the client's body, or what Path finds in it.
type RequestBody struct{ Path JSONPath }

// ResponseHeader is a header of the backend's response.
type ResponseHeader struct {
	Name  string
	Multi bool // all values rather than the last one
}

// ResponseBody is the backend's body, or what Path finds in it.
type ResponseBody struct{ Path JSONPath }

// Context is a context variable, named without its "context.", such as identity.sourceIp.
type Context struct{ Variable string }

// AuthorizerVariable is context.authorizer.KEY.
type AuthorizerVariable struct{ Key string }

// StageVariable is stageVariables.NAME.
type StageVariable struct{ Name string }

func (Literal) source()            {}
func (RequestParameter) source()   {}
func (RequestBody) source()        {}
func (ResponseHeader) source()     {}
func (ResponseBody) source()       {}
func (Context) source()            {}
func (AuthorizerVariable) source() {}
func (StageVariable) source()      {}

// Target is where a value goes.
type Target struct {
	In   In
	Name string
}
