package runtime

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// failWith is an API whose every request ends in f.
func failWith(f Fault) func(*Ctx) Fault { return func(*Ctx) Fault { return f } }

// restError is an answer of a REST API to a failure, as rest.md, section 3 has it.
func restError(status, errorType, trace, body string) string {
	return "HTTP/1.1 " + status + "\r\nDate: DATE\r\nContent-Type: application/json\r\nContent-Length: " + itoa(len(body)) +
		"\r\nConnection: keep-alive\r\nx-amzn-RequestId: UUID\r\nx-amzn-ErrorType: " + errorType +
		"\r\nx-amz-apigw-id: APIGW\r\n" + trace + "\r\n" + body
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// Every gateway response type, byte for byte, with the sizes that were recorded where there are any.
func TestFaultsByteForByte(t *testing.T) {
	const traced = "X-Amzn-Trace-Id: TRACE\r\n"
	tests := []struct {
		fault                          Fault
		status, errorType, trace, body string
		recorded                       int
	}{
		{AccessDenied, "403 Forbidden", "AccessDeniedException", "", `{"Message":"User is not authorized to access this resource"}`, 0},
		{APIConfigurationError, "500 Internal Server Error", "InternalServerErrorException", "", `{"message": "Internal server error"}`, 36},
		{AuthorizerConfigurationError, "500 Internal Server Error", "AuthorizerConfigurationException", "", `{"message":null}`, 16},
		{AuthorizerFailure, "500 Internal Server Error", "AuthorizerFailureException", "", `{"message":null}`, 16},
		{BadRequestParameters, "400 Bad Request", "BadRequestException", "", `{"message": "Missing required request parameters: []"}`, 0},
		{BadRequestBody, "400 Bad Request", "BadRequestException", traced, `{"message": "Invalid request body"}`, 35},
		{ExpiredToken, "403 Forbidden", "ExpiredTokenException", "", `{"message":"The security token included in the request is expired"}`, 0},
		{IntegrationFailure, "504 Gateway Timeout", "InternalServerErrorException", traced, `{"message": "Network error communicating with endpoint"}`, 0},
		{IntegrationTimeout, "504 Gateway Timeout", "InternalServerErrorException", traced, `{"message": "Endpoint request timed out"}`, 41},
		{InvalidAPIKey, "403 Forbidden", "ForbiddenException", "", `{"message":"Forbidden"}`, 23},
		{InvalidSignature, "403 Forbidden", "InvalidSignatureException", "", `{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`, 0},
		{MissingAuthenticationToken, "403 Forbidden", "MissingAuthenticationTokenException", "", `{"message":"Missing Authentication Token"}`, 42},
		{QuotaExceeded, "429 Too Many Requests", "LimitExceededException", "", `{"message":"Limit Exceeded"}`, 0},
		{ResourceNotFound, "404 Not Found", "NotFoundException", "", `{"message":"Not Found"}`, 23},
		{Throttled, "429 Too Many Requests", "TooManyRequestsException", "", `{"message":"Too Many Requests"}`, 0},
		{Unauthorized, "401 Unauthorized", "UnauthorizedException", "", `{"message":"Unauthorized"}`, 26},
		{UnsupportedMediaType, "415 Unsupported Media Type", "BadRequestException", "", `{"message": "Unsupported Media Type"}`, 0},
		{WAFFiltered, "403 Forbidden", "ForbiddenException", "", `{"message":"Forbidden"}`, 23},
		{Forbidden, "403 Forbidden", "ForbiddenException", "", `{"message":"Forbidden"}`, 23},
		{UnsupportedEncoding, "415 Unsupported Media Type", "BadRequestException", "", `{"message":"Unsupported Media Type"}`, 0},
		{FunctionFailure, "502 Bad Gateway", "InternalServerErrorException", "", `{"message": "Internal server error"}`, 36},
		{EventTooLarge, "413 Request Entity Too Large", "BadRequestException", "", `{"message": "Request Too Long"}`, 31},
		{ServiceUnavailable, "503 Service Unavailable", "ServiceUnavailableException", "", `{"message":"Service Unavailable"}`, 0},
	}
	for _, test := range tests {
		t.Run(test.errorType, func(t *testing.T) {
			if test.recorded > 0 {
				require.Len(t, test.body, test.recorded)
			}
			core := newTestCore(t, &API{}, failWith(test.fault))
			require.Equal(t, restError(test.status, test.errorType, test.trace, test.body), exchange(t, core, get("/")))
			head := exchange(t, core, strings.Replace(get("/"), "GET", "HEAD", 1))
			require.Contains(t, head, "\r\nContent-Length: 0\r\n")
			require.True(t, strings.HasSuffix(head, "\r\n\r\n"), head)
		})
	}
}

func TestTooLargeIsPlainText(t *testing.T) {
	core := newTestCore(t, &API{}, failWith(RequestTooLarge))
	require.Equal(t, lines("HTTP/1.1 413 Request Entity Too Large", "Date: DATE", "Content-Type: text; charset=utf-8", "Content-Length: 44",
		"Connection: keep-alive", "", "HTTP content length exceeded 10485760 bytes."), exchange(t, core, get("/")))
}

func TestFaultMessages(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault { return c.Fail(BadRequestParameters, `Missing "a"`+"\n\xff") })
	require.Equal(t, restError("400 Bad Request", "BadRequestException", "", `{"message": "Missing \"a\"\n`+"\uFFFD"+`"}`), exchange(t, core, get("/")))
}

// customAPI is an API whose responses are customised.
func customAPI(responses ...GatewayResponse) *API { return &API{Responses: responses} }

func TestDefaultsFlowToTypesThatAreNotSet(t *testing.T) {
	api := customAPI(
		GatewayResponse{Type: Default5XX, Status: 599, Headers: []TextField{{"X-From", Text{Literal("5xx")}}}, Templates: []TextTemplate{{"text/plain", Text{Var(ErrorResponseType), Literal(" "), Var(ErrorMessage)}}}},
		GatewayResponse{Type: AuthorizerFailure, Headers: []TextField{{"X-From", Text{Literal("own")}}}},
	)
	answer := exchange(t, newTestCore(t, api, failWith(IntegrationTimeout)), get("/"))
	require.True(t, strings.HasPrefix(answer, "HTTP/1.1 599 "), answer)
	require.Contains(t, answer, "Content-Type: text/plain\r\n")
	require.Contains(t, answer, "x-amzn-ErrorType: InternalServerErrorException\r\nX-From: 5xx\r\n")
	require.True(t, strings.HasSuffix(answer, "\r\n\r\nINTEGRATION_TIMEOUT Endpoint request timed out"), answer)

	// A type that is set inherits nothing.
	answer = exchange(t, newTestCore(t, api, failWith(AuthorizerFailure)), get("/"))
	require.True(t, strings.HasPrefix(answer, "HTTP/1.1 500 "), answer)
	require.Contains(t, answer, "X-From: own\r\n")
	require.True(t, strings.HasSuffix(answer, "\r\n\r\n"+`{"message":null}`), answer)

	// Default5XX says nothing about 4xx types.
	require.Equal(t, restError("401 Unauthorized", "UnauthorizedException", "", `{"message":"Unauthorized"}`),
		exchange(t, newTestCore(t, api, failWith(Unauthorized)), get("/")))
}

func TestCustomisedAnswers(t *testing.T) {
	templates := []TextTemplate{
		{"application/xml", Text{Literal("<m>"), Var(ErrorMessage), Literal("</m>")}},
		{"application/json", Text{Literal(`{"m":`), Var(ErrorMessageString), Literal(`,"q":"`), QueryPart("q"), Literal(`","s":"`), StagePart("v"), Literal(`"}`)}},
	}
	api := customAPI(GatewayResponse{Type: MissingAuthenticationToken, Status: 404, Templates: templates,
		Headers: []TextField{{"X-Message", Text{Var(ErrorMessageString)}}, {"X-Lost", Text{HeaderPart("Absent")}}, {"Server", Text{Literal("us")}}, {"Content-Type", Text{Literal("text/x")}}}})
	core := newTestCore(t, api, failWith(MissingAuthenticationToken), WithStageVariable("v", "1"))

	answer := exchange(t, core, get("/?q=7"))
	require.True(t, strings.HasPrefix(answer, "HTTP/1.1 404 Not Found\r\n"), answer)
	require.Contains(t, answer, "x-amzn-ErrorType: MissingAuthenticationTokenException\r\n", "it stays when the answer is customised")
	require.Contains(t, answer, "X-Message: \"Missing Authentication Token\"\r\nx-amzn-Remapped-Server: us\r\n")
	require.Contains(t, answer, "Content-Type: text/x\r\n")
	require.NotContains(t, answer, "X-Lost")
	require.True(t, strings.HasSuffix(answer, `{"m":"Missing Authentication Token","q":"7","s":"1"}`), answer)

	answer = exchange(t, core, get("/", "Accept: application/xml, */*"))
	require.True(t, strings.HasSuffix(answer, "<m>Missing Authentication Token</m>"), answer)

	// A document's own 401 asks for credentials under the header's own name.
	asking := customAPI(GatewayResponse{Type: Unauthorized, Headers: []TextField{{"WWW-Authenticate", Text{Literal(`Basic realm="pets"`)}}}})
	answer = exchange(t, newTestCore(t, asking, failWith(Unauthorized)), get("/"))
	require.Contains(t, answer, "\r\nWWW-Authenticate: Basic realm=\"pets\"\r\n")
	require.NotContains(t, answer, "Remapped")

	// A value that would start a header of its own is left out.
	api = customAPI(GatewayResponse{Type: Default4XX, Headers: []TextField{{"X-Q", Text{QueryPart("q")}}, {"X-Z", Text{Literal("z")}}}})
	answer = exchange(t, newTestCore(t, api, failWith(Unauthorized)), get("/?q=a%0d%0aSet-Cookie:x"))
	require.NotContains(t, answer, "Set-Cookie")
	require.Contains(t, answer, "X-Z: z\r\n")
}

func TestNoRoute(t *testing.T) {
	matchNone := func(*Path, Method) int { return 0 }
	noRoute := func(c *Ctx) Fault { return c.NoRoute(matchNone) }
	rest := newTestCore(t, &API{}, noRoute)
	require.Equal(t, restError("403 Forbidden", "MissingAuthenticationTokenException", "", `{"message":"Missing Authentication Token"}`), exchange(t, rest, get("/nothing")))
	require.Equal(t, restError("403 Forbidden", "MissingAuthenticationTokenException", "", `{"message":"Missing Authentication Token"}`),
		exchange(t, rest, get("/nothing", "Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=y, Signature=z")))
	require.Equal(t, restError("403 Forbidden", "IncompleteSignatureException", "",
		`{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='."}`),
		exchange(t, rest, get("/nothing", "Authorization: Bearer hello")))
	require.Equal(t, restError("403 Forbidden", "IncompleteSignatureException", "",
		`{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=token"}`),
		exchange(t, rest, get("/nothing", "Authorization: token")))

	plain := newTestCore(t, &API{Style: Plain}, noRoute)
	require.Equal(t, lines("HTTP/1.1 404 Not Found", "Date: DATE", "Content-Type: application/problem+json", "Content-Length: 55", "",
		`{"type":"about:blank","title":"Not Found","status":404}`), exchange(t, plain, get("/nothing")))
	plain = newTestCore(t, &API{Style: Plain}, func(c *Ctx) Fault {
		return c.NoRoute(func(_ *Path, m Method) int {
			if m == POST || m == HEAD {
				return 1
			}
			return 0
		})
	})
	require.Equal(t, lines("HTTP/1.1 405 Method Not Allowed", "Date: DATE", "Content-Type: application/problem+json", "Content-Length: 64", "Allow: HEAD, POST", "",
		`{"type":"about:blank","title":"Method Not Allowed","status":405}`), exchange(t, plain, get("/nothing")))
}

func TestPlainFaults(t *testing.T) {
	for fault, want := range map[Fault]string{
		IntegrationFailure: `{"type":"about:blank","title":"Gateway Timeout","status":504}`,
		IntegrationTimeout: `{"type":"about:blank","title":"Gateway Timeout","status":504}`,
		RequestTooLarge:    `{"type":"about:blank","title":"Request Entity Too Large","status":413}`,
		ServiceUnavailable: `{"type":"about:blank","title":"Service Unavailable","status":503}`,
	} {
		answer := exchange(t, newTestCore(t, &API{Style: Plain}, failWith(fault)), get("/"))
		require.True(t, strings.HasSuffix(answer, "\r\n\r\n"+want), answer)
		require.NotContains(t, answer, "amz")
	}
}

func TestRefuse(t *testing.T) {
	core := newTestCore(t, &API{}, failWith(OK))
	plain := newTestCore(t, &API{Style: Plain}, failWith(OK))
	for _, status := range []int{400, 408, 413, 417, 431, 503} {
		for _, core := range []*Core{core, plain} {
			rc := received(t, get("/"))
			rc.Request.Reset()
			core.Refuse(rc, status)
			require.Equal(t, status, rc.Response.StatusCode())
			require.True(t, rc.Response.ConnectionClose())
			require.NotEmpty(t, rc.Response.Body())
			require.Equal(t, 1, strings.Count(rc.Response.Header.String(), "Connection:"))
		}
	}
}
