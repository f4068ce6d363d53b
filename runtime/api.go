package runtime

// Style is whose behaviour a gateway shows where a document is silent.
type Style uint8

// The styles.
const (
	// REST is the behaviour of Amazon API Gateway's REST APIs.
	REST Style = iota
	// Plain is that of a document without any Amazon extension: 404 and 405, problem documents, no amzn headers.
	Plain
)

// API is what a document says of the API as a whole. Generated code holds one and never changes it.
type API struct {
	Title   string
	Version string
	Style   Style

	// ID, Account, Region and Deployment show in $context and in ARNs. An empty Region is AWS_REGION, else us-east-1.
	ID         string
	Account    string
	Region     string
	Deployment string

	// Stages are the named stages, each mounted under its name unless WithStage picks one.
	Stages []Stage

	// Domains are the custom domains.
	Domains []Domain
	// DefaultEndpointOff has requests refused that are for none of Domains (disableExecuteApiEndpoint).
	DefaultEndpointOff bool
	// VPCEndpoints are the ids of the VPC endpoints that lead to a private API: what came another way is refused. Empty:
	// the API is not private.
	VPCEndpoints []string

	// BinaryMediaTypes are the media types whose bodies are bytes and not text.
	BinaryMediaTypes []string

	// Compression is the size from which answers are compressed. The zero value is off.
	Compression Compression

	// Responses are the gateway responses that the document customises.
	Responses []GatewayResponse

	// Routes are all routes, in order of path and method.
	Routes []*Route

	// Branches are the branches of the mapping templates, where the gateway was generated to count them.
	Branches []Branch

	// Allowed are the findings that were taken knowingly at generation; the admin listener repeats them.
	Allowed []string
}

// Stage is a named stage.
type Stage struct {
	Name      string
	Variables []StageVariable
	// ClientCertificate is what https backends are shown that ask for a certificate, unless their upstream has one of its
	// own. The zero value is none.
	ClientCertificate KeyPair
}

// KeyPair names the files of a certificate with its chain, and of its key, in PEM form. Relative names start at the
// process's working directory.
type KeyPair struct{ CertFile, KeyFile string }

// StageVariable is one variable of a stage.
type StageVariable struct {
	Name  string
	Value string
}

// Compression says from which size on an answer is compressed.
type Compression struct {
	on      bool
	minimum int64
}

// CompressFrom compresses answers of at least minimum bytes (minimumCompressionSize).
func CompressFrom(minimum int64) Compression {
	return Compression{on: true, minimum: minimum}
}

// Route is one operation.
type Route struct {
	// ID is the operationId, or one made of method and path.
	ID string
	// Method is the method in upper case, or ANY.
	Method string
	// Path is the template as the document has it.
	Path string
	// ResourceID is $context.resourceId.
	ResourceID string
	// Params say where the path's parameters stand.
	Params []PathParam
	// Backend says in a few words what answers.
	Backend string
	// MaxBody bounds the request's body in bytes; 0 is no bound for what is streamed.
	MaxBody int64
	// Replies are the answers that the route declares, where the gateway was generated to check them.
	Replies []ReplyCheck
}

// PathParam is a parameter of a path.
type PathParam struct {
	Name string
	// Segment is the segment's index in the route's path.
	Segment int
	// Greedy takes everything from Segment to the end.
	Greedy bool
	// Prefix and Suffix are literal text around the parameter inside its segment.
	Prefix, Suffix string
	// Literals are set where several parameters share the segment: the texts before, between and behind them. The
	// parameter is then number Part.
	Literals []string
	Part     int
}

// GatewayResponse is how a document wants one type of failure answered. It inherits nothing: Default4XX and Default5XX
// stand in for the types that are not listed at all.
type GatewayResponse struct {
	// Type is Default4XX, Default5XX or a fault that can be customised.
	Type Fault
	// Status replaces the type's own; 0 keeps it.
	Status    int
	Headers   []TextField
	Templates []TextTemplate
}

// TextField is a header of a gateway response.
type TextField struct {
	Name  string
	Value Text
}

// TextTemplate is a body of a gateway response.
type TextTemplate struct {
	MediaType string
	Text      Text
}
