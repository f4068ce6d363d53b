package model

import (
	"slices"

	"github.com/gatewright/gatewright/gen/source"
)

// PathItem is one path and its operations.
type PathItem struct {
	Path source.String // as written, behind API.PathPrefix
	// Pointer is the JSON pointer of the item in the first document, such as /paths/~1pets.
	Pointer    string
	Operations []*Operation // in the order GET PUT POST DELETE OPTIONS HEAD PATCH TRACE, then any-method
	Servers    []Server     // the path item's own; empty: the root's
	Gateway    RouteSettings
}

// Operation is one operation of a path.
type Operation struct {
	Span        source.Span // of the method's key
	Pointer     string      // JSON pointer, such as /paths/~1pets/get
	Method      string      // upper case; ANY for x-amazon-apigateway-any-method
	OperationID source.String
	Summary     string
	Description string
	Deprecated  bool
	Parameters  []*Parameter // the path item's and the operation's own, the latter winning
	RequestBody *RequestBody
	Responses   []*Response
	Security    *Security // nil: absent (the root's applies); present and empty: none
	Servers     []Server

	Integration      *Integration
	Auth             *source.String // x-amazon-apigateway-auth's type
	RequestValidator *source.String
	Gateway          RouteSettings
}

// RouteSettings are the x-gateway-* keys that may stand at the root, at a path item or at an operation.
type RouteSettings struct {
	Upstream *source.String
	Function *source.String
	Throttle *Throttle
	Cache    *source.Node
	Timeout  *source.Int // milliseconds
	MaxBody  *source.Int // bytes
	Validate *source.String
}

// Parameter is a parameter of an operation.
type Parameter struct {
	Span     source.Span
	Name     source.String
	In       string // path, query, header, cookie; Swagger 2.0's formData and body are not parameters here
	Required bool
	Style    string
	Explode  *bool
	Schema   *source.Node // OpenAPI's schema; for Swagger 2.0 the parameter's own node
	Content  string       // the media type of the value, where the parameter has content in place of a schema

	AllowEmptyValue  bool
	CollectionFormat string // Swagger 2.0's
}

// RequestBody is what an operation takes.
type RequestBody struct {
	Span     source.Span
	Required bool
	Content  []MediaType
}

// Response is one declared response of an operation (Amazon's method response).
type Response struct {
	Status  source.String // 200, 4XX, default
	Headers []source.String
	Content []MediaType
}

// MediaType is one media type of a body.
type MediaType struct {
	Name   source.String
	Schema *source.Node
}

// Integration is x-amazon-apigateway-integration (rest.md 1.4).
type Integration struct {
	Span                source.Span // of the extension's key
	Type                source.String
	URI                 *source.String
	HTTPMethod          *source.String
	Credentials         *source.String
	RequestParameters   []Mapping
	RequestTemplates    []Template
	PassthroughBehavior *source.String
	ContentHandling     *source.String
	TimeoutInMillis     *source.Int
	CacheNamespace      *source.String
	CacheKeyParameters  []source.String
	ConnectionType      *source.String
	ConnectionID        *source.String
	TLSConfig           *TLSConfig
	Responses           []*IntegrationResponse // in document order
	PayloadFormat       *source.String         // HTTP APIs
	Subtype             *source.String         // HTTP APIs
	TransferMode        *source.String         // responseTransferMode
	Unknown             []source.String        // keys that are in no list
	// Incomplete is set when part of the integration could not be read, which is reported, or taken knowingly: what
	// seems to be missing may stand in the document.
	Incomplete bool
}

// TLSConfig is an integration's tlsConfig.
type TLSConfig struct {
	Span                     source.Span
	InsecureSkipVerification *source.Bool
}

// IntegrationResponse is one entry of an integration's responses.
type IntegrationResponse struct {
	Pattern         source.String // the key; "default" is the one without a selection pattern
	StatusCode      *source.String
	Parameters      []Mapping // method.response.header.NAME → expression
	Templates       []Template
	ContentHandling *source.String
}

// Security is a list of alternatives: an empty list means that nobody needs to say who they are.
type Security struct {
	Span         source.Span
	Alternatives []SecurityRequirement
}

// SecurityRequirement names schemes that all must be met; none: open to all.
type SecurityRequirement struct {
	Schemes []SchemeUse
}

// SchemeUse is a scheme of a requirement with the scopes it asks for.
type SchemeUse struct {
	Name   source.String
	Scopes []source.String
}

// AsksNobody reports whether a requirement says that nobody is asked: SAM writes NONE, which no scheme defines, where an
// operation goes without its API's default authorizer.
func (a *API) AsksNobody(u SchemeUse) bool {
	return u.Name.Value == "NONE" && !slices.ContainsFunc(a.SecuritySchemes, func(s *SecurityScheme) bool { return s.Name.Value == "NONE" })
}

// SecurityScheme is one entry of securityDefinitions or components.securitySchemes.
type SecurityScheme struct {
	Name             source.String
	Type             source.String // apiKey, http, oauth2, openIdConnect, mutualTLS, basic
	In               string
	ParameterName    source.String
	HTTPScheme       string // basic, bearer
	OpenIDConnectURL string
	AuthType         *source.String // x-amazon-apigateway-authtype
	Authorizer       *Authorizer
}

// Authorizer is x-amazon-apigateway-authorizer (rest.md 1.3).
type Authorizer struct {
	Span                  source.Span
	Type                  source.String
	URI                   *source.String
	Credentials           *source.String
	IdentitySource        *source.String
	ValidationExpression  *source.String
	ResultTTL             *source.Int // seconds
	ProviderARNs          []source.String
	PayloadFormat         *source.String
	EnableSimpleResponses *source.Bool
	Issuer                *source.String  // of jwtConfiguration
	Audience              []source.String // of jwtConfiguration
}
