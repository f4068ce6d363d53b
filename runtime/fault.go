package runtime

// Fault is why a request is not answered as the document says; OK is no fault. Each is answered in one place, by
// Core.
type Fault uint8

// The faults that a document can customise: the gateway response types of Amazon API Gateway (rest.md, section 3.1).
const (
	OK Fault = iota
	AccessDenied
	APIConfigurationError
	AuthorizerConfigurationError
	AuthorizerFailure
	BadRequestParameters
	BadRequestBody
	ExpiredToken
	IntegrationFailure
	IntegrationTimeout
	InvalidAPIKey
	InvalidSignature
	MissingAuthenticationToken
	QuotaExceeded
	RequestTooLarge
	ResourceNotFound
	Throttled
	Unauthorized
	UnsupportedMediaType
	WAFFiltered

	// Default4XX and Default5XX stand for all types that are not customised themselves. No request ends in them.
	Default4XX
	Default5XX

	// IncompleteSignature is an Authorization header that is no signature, on an unknown route or where one is asked for;
	// it is customised as MissingAuthenticationToken (rest.md, section 3.4).
	IncompleteSignature

	// UnrecognizedClient is a signature by an access key, or with a session token, that nobody knows; it is customised as
	// InvalidSignature (rest.md, section 12.5).
	UnrecognizedClient

	// FunctionFailure is a Lambda function that failed, or whose answer is none that a proxy integration can pass on: a 502,
	// which is customised as IntegrationFailure (rest.md, sections 3.3 and 7.2).
	FunctionFailure

	// What follows cannot be customised.

	// EventTooLarge is a request that makes a larger event than Lambda takes (rest.md, section 3.4).
	EventTooLarge

	// BadRequest is a request that breaks HTTP, or whose values cannot be sent on.
	BadRequest
	// Forbidden is an unknown stage.
	Forbidden
	// Misdirected is a request for a domain with mutual TLS on a connection that was made for another (RFC 9110, section
	// 15.5.20).
	Misdirected
	// NotFound is an unknown path of a plain document.
	NotFound
	// MethodNotAllowed is a known path of a plain document, asked with a method it does not have.
	MethodNotAllowed
	// UnsupportedEncoding is a request body whose Content-Encoding cannot be undone.
	UnsupportedEncoding
	// RequestTimeout is a client that was too slow with its body.
	RequestTimeout
	// ServiceUnavailable is a bound of ours that is reached: too many requests are under way.
	ServiceUnavailable
	// URITooLong is a request whose method ARN is longer than a Lambda authorizer may be told (rest.md, section 12.3).
	URITooLong
	// Aborted is a request whose client has left, or that nothing more can be sent to: the connection is closed. It counts
	// as status 499.
	Aborted

	faultCount
)

// faultKind says how a fault is answered where the document does not say otherwise.
type faultKind struct {
	name      string // gateway response type, $context.error.responseType
	status    int
	errorType string // x-amzn-ErrorType
	message   string // $context.error.message; with null set there is none
	null      bool
	executing bool // raised by an execution: the body has a space after the colon (rest.md, section 3.1)
	capital   bool // the body's key is Message
	traced    bool // X-Amzn-Trace-Id is sent (rest.md, section 3.2)
}

const (
	internalError = "Internal server error"
	internalType  = "InternalServerErrorException"
)

// faultKinds is indexed by Fault.
var faultKinds = [faultCount]faultKind{
	OK:                           {status: 200},
	AccessDenied:                 {name: "ACCESS_DENIED", status: 403, errorType: "AccessDeniedException", message: "User is not authorized to access this resource", capital: true},
	APIConfigurationError:        {name: "API_CONFIGURATION_ERROR", status: 500, errorType: internalType, message: internalError, executing: true},
	AuthorizerConfigurationError: {name: "AUTHORIZER_CONFIGURATION_ERROR", status: 500, errorType: "AuthorizerConfigurationException", null: true},
	AuthorizerFailure:            {name: "AUTHORIZER_FAILURE", status: 500, errorType: "AuthorizerFailureException", null: true},
	BadRequestParameters:         {name: "BAD_REQUEST_PARAMETERS", status: 400, errorType: "BadRequestException", message: "Missing required request parameters: []", executing: true},
	BadRequestBody:               {name: "BAD_REQUEST_BODY", status: 400, errorType: "BadRequestException", message: "Invalid request body", executing: true, traced: true},
	ExpiredToken:                 {name: "EXPIRED_TOKEN", status: 403, errorType: "ExpiredTokenException", message: "The security token included in the request is expired"},
	IntegrationFailure:           {name: "INTEGRATION_FAILURE", status: 504, errorType: internalType, message: "Network error communicating with endpoint", executing: true, traced: true},
	IntegrationTimeout:           {name: "INTEGRATION_TIMEOUT", status: 504, errorType: internalType, message: "Endpoint request timed out", executing: true, traced: true},
	InvalidAPIKey:                {name: "INVALID_API_KEY", status: 403, errorType: "ForbiddenException", message: "Forbidden"},
	InvalidSignature:             {name: "INVALID_SIGNATURE", status: 403, errorType: "InvalidSignatureException", message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
	MissingAuthenticationToken:   {name: "MISSING_AUTHENTICATION_TOKEN", status: 403, errorType: "MissingAuthenticationTokenException", message: "Missing Authentication Token"},
	QuotaExceeded:                {name: "QUOTA_EXCEEDED", status: 429, errorType: "LimitExceededException", message: "Limit Exceeded"},
	RequestTooLarge:              {name: "REQUEST_TOO_LARGE", status: 413},
	ResourceNotFound:             {name: "RESOURCE_NOT_FOUND", status: 404, errorType: "NotFoundException", message: "Not Found"},
	Throttled:                    {name: "THROTTLED", status: 429, errorType: "TooManyRequestsException", message: "Too Many Requests"},
	Unauthorized:                 {name: "UNAUTHORIZED", status: 401, errorType: "UnauthorizedException", message: "Unauthorized"},
	UnsupportedMediaType:         {name: "UNSUPPORTED_MEDIA_TYPE", status: 415, errorType: "BadRequestException", message: "Unsupported Media Type", executing: true},
	WAFFiltered:                  {name: "WAF_FILTERED", status: 403, errorType: "ForbiddenException", message: "Forbidden"},
	Default4XX:                   {name: "DEFAULT_4XX", status: 400, errorType: "BadRequestException", message: "Bad Request"},
	Default5XX:                   {name: "DEFAULT_5XX", status: 500, errorType: internalType, message: internalError},
	IncompleteSignature:          {name: "MISSING_AUTHENTICATION_TOKEN", status: 403, errorType: "IncompleteSignatureException"},
	UnrecognizedClient:           {name: "INVALID_SIGNATURE", status: 403, errorType: "UnrecognizedClientException", message: "The security token included in the request is invalid."},
	FunctionFailure:              {name: "INTEGRATION_FAILURE", status: 502, errorType: internalType, message: internalError, executing: true},
	EventTooLarge:                {name: "REQUEST_TOO_LARGE", status: 413, errorType: "BadRequestException", message: "Request Too Long", executing: true},
	BadRequest:                   {status: 400, errorType: "BadRequestException", message: "Bad Request"},
	Forbidden:                    {status: 403, errorType: "ForbiddenException", message: "Forbidden"},
	Misdirected:                  {status: 421, errorType: "MisdirectedRequestException", message: "Misdirected Request"},
	NotFound:                     {status: 404, errorType: "NotFoundException", message: "Not Found"},
	MethodNotAllowed:             {status: 405, errorType: "MethodNotAllowedException", message: "Method Not Allowed"},
	UnsupportedEncoding:          {status: 415, errorType: "BadRequestException", message: "Unsupported Media Type"},
	RequestTimeout:               {status: 408, errorType: "RequestTimeoutException", message: "Request Timeout"},
	ServiceUnavailable:           {status: 503, errorType: "ServiceUnavailableException", message: "Service Unavailable"},
	// Only the status and the text are known of Amazon's; the form and the type are those of a bad request (unverified).
	URITooLong: {status: 414, errorType: "BadRequestException", message: "Request URI too long"},
	Aborted:    {status: 499, message: "Client Closed Request"},
}

// String is the gateway response type, such as MISSING_AUTHENTICATION_TOKEN.
func (f Fault) String() string {
	switch {
	case f == OK:
		return "OK"
	case f >= faultCount:
		return "UNKNOWN"
	case faultKinds[f].name != "":
		return faultKinds[f].name
	default:
		return faultKinds[f].message
	}
}

// customisable reports whether a document can say how f is answered. REQUEST_TOO_LARGE is a type, but customising it
// has no effect (rest.md, section 3.1).
func (f Fault) customisable() bool {
	return f > OK && f <= FunctionFailure && f != RequestTooLarge && f != Default4XX && f != Default5XX
}

// Fail is f with a message of its own for $context.error.message.
func (c *Ctx) Fail(f Fault, message string) Fault {
	c.errorMessage, c.errorMessageSet = message, true
	return f
}
