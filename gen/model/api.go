// Package model says what a document says: references resolved, things in document order, a source.Span on
// everything that a message can point at, and no defaults filled in (so that absent can be told from explicit).
// It must not decide what a gateway does; nil and "" mean that the document does not say.
package model

import "github.com/gatewright/gatewright/gen/source"

// Version is the language a document is written in.
type Version uint8

// The versions.
const (
	Swagger20 Version = iota + 1
	OpenAPI30
	OpenAPI31
)

// API is one document, with everything it reaches by $ref.
type API struct {
	Files   []*source.File // the document first
	Span    source.Span    // the document's first line
	Version Version

	Title       source.String
	DocVersion  source.String // info.version
	Description string

	// Amazon reports whether any x-amazon-apigateway-* key, or its x-gateway-* twin, stands anywhere in the
	// document, or x-gateway-api names a type: the document then wants Amazon's behaviour. Otherwise it is a plain document.
	Amazon bool

	// Servers are the root's servers. Swagger 2.0's schemes, host and basePath become servers too.
	Servers []Server
	// BasePath is what basePath says: Swagger 2.0's key, else the default of a server variable called basePath, else
	// the path of the first server's URL (rest.md 1.2). "" when there is none.
	BasePath source.String
	// PathPrefix is what the chosen base path mode puts before every path; the paths of Paths have it already. "" for
	// the mode ignore.
	PathPrefix string

	Paths           []*PathItem // in document order
	SecuritySchemes []*SecurityScheme
	Security        *Security // root security; nil: absent
	Schemas         []*Schema // definitions, components.schemas

	RESTSettings
	GatewaySettings

	// Unknown are x-amazon-apigateway-* and x-gateway-* keys that are in no list, anywhere in the document.
	Unknown []source.String
}

// RESTSettings are Amazon's extensions at the root (rest.md 1.1), and their x-gateway-* twins.
type RESTSettings struct {
	APIKeySource           *source.String
	BinaryMediaTypes       []source.String
	EndpointAccessMode     *source.String
	EndpointConfiguration  *EndpointConfiguration
	SecurityPolicy         *source.String
	GatewayResponses       []*GatewayResponse
	MinimumCompressionSize *source.Int
	PrivateType            *source.String // PRIVATE, where the template that holds the document says so
	Policy                 *source.Node
	RequestValidator       *source.String // default of all methods
	RequestValidators      []*RequestValidator
	Documentation          *source.Node // no effect at run time
	ImportExportVersion    *source.String
	HTTPAPICORS            *source.Node // x-amazon-apigateway-cors: HTTP APIs only
}

// EndpointConfiguration is x-amazon-apigateway-endpoint-configuration.
type EndpointConfiguration struct {
	Span                      source.Span
	DisableExecuteAPIEndpoint *source.Bool
	VPCEndpointIDs            []source.String
}

// GatewayResponse is one entry of x-amazon-apigateway-gateway-responses (rest.md 1.5).
type GatewayResponse struct {
	Type       source.String
	StatusCode *source.String
	Parameters []Mapping // gatewayresponse.header.NAME → expression
	Templates  []Template
}

// RequestValidator is one entry of x-amazon-apigateway-request-validators.
type RequestValidator struct {
	Name       source.String
	Body       *source.Bool
	Parameters *source.Bool
}

// Server is one server of OpenAPI, or one scheme of a Swagger 2.0 document.
type Server struct {
	URL       source.String // variables left in
	Resolved  string        // URL with the defaults of its variables
	Variables []ServerVariable
}

// ServerVariable is one variable of a Server.
type ServerVariable struct {
	Name    source.String
	Default source.String
}

// Schema is a named schema. Its text stays a node until a stage needs it compiled.
type Schema struct {
	Name source.String
	Node source.Node
}

// Mapping is one entry of a parameter mapping: target key and source expression.
type Mapping struct {
	Target source.String
	Source source.String
	// NotString is set when the document gives something other than a text: Amazon drops such an entry with a warning.
	NotString bool
}

// Template is one template and the media type it stands under.
type Template struct {
	MediaType source.String
	Text      source.String
	// Node is the text's node, for positions inside it.
	Node source.Node
}
