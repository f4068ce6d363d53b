package plan

// The packages that generated code imports. Their aliases are fixed in emit.
const (
	Runtime   = "github.com/gatewright/gatewright/runtime"
	ABI       = Runtime + "/abi"
	HTTPProxy = Runtime + "/integration/httpproxy"
	Mock      = Runtime + "/integration/mock"
)

// Selector is a method or a field of a runtime type.
type Selector struct {
	Of   Symbol
	Name string
}

// On is x.Name.
func (s Selector) On(x Value) Member { return Member{X: x, Name: s.Name} }

// Call is x.Name(args...).
func (s Selector) Call(x Value, args ...Value) Call { return Call{Func: s.On(x), Args: args} }

// Call is the symbol called, or converted to, with args.
func (s Symbol) Call(args ...Value) Call { return Call{Func: s, Args: args} }

// Every name of the runtime that generated code uses is spelled here and nowhere else in the generator;
// a test resolves each of them in the runtime's packages.
var (
	ABIGeneratedCodeTooOld = Symbol{ABI, "GeneratedCodeTooOld"}
	ABIRuntimeTooOld       = Symbol{ABI, "RuntimeTooOld"}
	ABIMin                 = Symbol{ABI, "Min"}
	ABIMax                 = Symbol{ABI, "Max"}

	API             = Symbol{Runtime, "API"}
	Style           = Symbol{Runtime, "Style"}
	StyleREST       = Symbol{Runtime, "REST"}
	StylePlain      = Symbol{Runtime, "Plain"}
	Domain          = Symbol{Runtime, "Domain"}
	DomainMapping   = Symbol{Runtime, "Mapping"}
	Stage           = Symbol{Runtime, "Stage"}
	StageVariable   = Symbol{Runtime, "StageVariable"}
	KeyPair         = Symbol{Runtime, "KeyPair"}
	CompressFrom    = Symbol{Runtime, "CompressFrom"}
	GatewayResponse = Symbol{Runtime, "GatewayResponse"}
	Text            = Symbol{Runtime, "Text"}
	TextField       = Symbol{Runtime, "TextField"}
	TextTemplate    = Symbol{Runtime, "TextTemplate"}
	TextLiteral     = Symbol{Runtime, "Literal"}
	TextVar         = Symbol{Runtime, "Var"}
	TextAuthorizer  = Symbol{Runtime, "AuthorizerPart"}
	TextStage       = Symbol{Runtime, "StagePart"}
	TextHeader      = Symbol{Runtime, "HeaderPart"}
	TextQuery       = Symbol{Runtime, "QueryPart"}
	TextPath        = Symbol{Runtime, "PathPart"}
	RouteType       = Symbol{Runtime, "Route"}
	PathParam       = Symbol{Runtime, "PathParam"}

	Core      = Symbol{Runtime, "Core"}
	Part      = Symbol{Runtime, "Part"}
	Option    = Symbol{Runtime, "Option"}
	NewCore   = Symbol{Runtime, "NewCore"}
	CoreStart = Selector{Core, "Start"}

	Method       = Symbol{Runtime, "Method"}
	Path         = Symbol{Runtime, "Path"}
	PathLen      = Selector{Path, "Len"}
	PathKey      = Selector{Path, "Key"}
	Affixed      = Symbol{Runtime, "Affixed"}
	SplitSegment = Symbol{Runtime, "SplitSegment"}
	SegmentPart  = Symbol{Runtime, "SegmentPart"}

	Ctx                         = Symbol{Runtime, "Ctx"}
	CtxPath                     = Selector{Ctx, "Path"}
	CtxMethod                   = Selector{Ctx, "Method"}
	CtxMethodName               = Selector{Ctx, "MethodName"}
	CtxEnter                    = Selector{Ctx, "Enter"}
	CtxNoRoute                  = Selector{Ctx, "NoRoute"}
	CtxSegment                  = Selector{Ctx, "Segment"}
	CtxSegmentInside            = Selector{Ctx, "SegmentInside"}
	CtxTail                     = Selector{Ctx, "Tail"}
	CtxQuery                    = Selector{Ctx, "Query"}
	CtxQueryValues              = Selector{Ctx, "QueryValues"}
	CtxHeader                   = Selector{Ctx, "Header"}
	CtxHeaderValues             = Selector{Ctx, "HeaderValues"}
	CtxVar                      = Selector{Ctx, "Var"}
	CtxAuthorizerVar            = Selector{Ctx, "AuthorizerVar"}
	CtxStageVariable            = Selector{Ctx, "StageVariable"}
	CtxMediaType                = Selector{Ctx, "MediaType"}
	CtxAcceptType               = Selector{Ctx, "AcceptType"}
	CtxBodyText                 = Selector{Ctx, "BodyText"}
	CtxBodyAt                   = Selector{Ctx, "BodyAt"}
	CtxRequireClientCertificate = Selector{Ctx, "RequireClientCertificate"}
	CtxOutbound                 = Selector{Ctx, "Outbound"}
	CtxRespond                  = Selector{Ctx, "Respond"}

	CtxRequireParams = Selector{Ctx, "RequireParams"}
	CtxValidateBody  = Selector{Ctx, "ValidateBody"}
	CtxCheck         = Selector{Ctx, "Check"}

	Outbound          = Symbol{Runtime, "Outbound"}
	OutboundLiteral   = Selector{Outbound, "Literal"}
	OutboundPath      = Selector{Outbound, "Path"}
	OutboundQueryPart = Selector{Outbound, "QueryPart"}
	OutboundRaw       = Selector{Outbound, "Raw"}
	OutboundQuery     = Selector{Outbound, "Query"}
	OutboundQueryAll  = Selector{Outbound, "QueryAll"}
	OutboundHeader    = Selector{Outbound, "Header"}
	OutboundText      = Selector{Outbound, "Text"}
	MustPath          = Symbol{Runtime, "MustPath"}
	OutboundRender    = Selector{Outbound, "Render"}
	OutboundPathParam = Selector{Outbound, "PathParam"}
	OutboundTextFor   = Selector{Outbound, "TextFor"}
	OutboundPassBody  = Selector{Outbound, "PassBody"}

	AsIs     = Symbol{Runtime, "AsIs"}
	ToText   = Symbol{Runtime, "ToText"}
	ToBinary = Symbol{Runtime, "ToBinary"}

	Reply             = Symbol{Runtime, "Reply"}
	ReplyStatus       = Selector{Reply, "Status"}
	ReplyHeader       = Selector{Reply, "Header"}
	ReplyHeaderValues = Selector{Reply, "HeaderValues"}
	ReplyBodyText     = Selector{Reply, "BodyText"}
	ReplyBodyAt       = Selector{Reply, "BodyAt"}

	Response        = Symbol{Runtime, "Response"}
	ResponseHeader  = Selector{Response, "Header"}
	ResponseText    = Selector{Response, "Text"}
	ResponseTextFor = Selector{Response, "TextFor"}
	ResponseRelay   = Selector{Response, "Relay"}
	ResponseRender  = Selector{Response, "Render"}
	ResponseEmpty   = Selector{Response, "Empty"}

	Fault                        = Symbol{Runtime, "Fault"}
	OK                           = Symbol{Runtime, "OK"}
	APIConfigurationError        = Symbol{Runtime, "APIConfigurationError"}
	UnsupportedMediaType         = Symbol{Runtime, "UnsupportedMediaType"}
	AuthorizerConfigurationError = Symbol{Runtime, "AuthorizerConfigurationError"}

	UpstreamType     = Symbol{HTTPProxy, "Upstream"}
	UpstreamConfig   = Symbol{HTTPProxy, "Config"}
	UpstreamTarget   = Symbol{HTTPProxy, "Target"}
	NewUpstream      = Symbol{HTTPProxy, "NewUpstream"}
	UpstreamProxy    = Selector{UpstreamType, "Proxy"}
	UpstreamForward  = Selector{UpstreamType, "Forward"}
	UpstreamInvoke   = Selector{UpstreamType, "Invoke"}
	DynamicType      = Symbol{HTTPProxy, "Dynamic"}
	NewDynamic       = Symbol{HTTPProxy, "NewDynamic"}
	DynamicProxy     = Selector{DynamicType, "Proxy"}
	DynamicForward   = Selector{DynamicType, "Forward"}
	DynamicInvoke    = Selector{DynamicType, "Invoke"}
	MockStatus       = Symbol{Mock, "Status"}
	MockRender       = Symbol{Mock, "Render"}
	UpstreamHealth   = Symbol{HTTPProxy, "Health"}
	UpstreamPassive  = Symbol{HTTPProxy, "Passive"}
	UpstreamRetries  = Symbol{HTTPProxy, "Retries"}
	P2C              = Symbol{HTTPProxy, "P2C"}
	RoundRobin       = Symbol{HTTPProxy, "RoundRobin"}
	LeastConnections = Symbol{HTTPProxy, "LeastConnections"}
	HashBalance      = Symbol{HTTPProxy, "Hash"}
	UpstreamTLS      = Symbol{HTTPProxy, "TLS"}
)

// Methods are the HTTP methods that a route may have, in the order in which routes of a path are listed.
func Methods() []Symbol {
	return []Symbol{
		{Runtime, "GET"}, {Runtime, "PUT"}, {Runtime, "POST"}, {Runtime, "DELETE"},
		{Runtime, "OPTIONS"}, {Runtime, "HEAD"}, {Runtime, "PATCH"}, {Runtime, "TRACE"},
	}
}
