package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

const mismatchText = `{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`

func fault(errorType, message string) answer {
	return answer{403, errorType, `{"message":"` + message + `"}`}
}

func invalid(message string) answer    { return fault("InvalidSignatureException", message) }
func incomplete(message string) answer { return fault("IncompleteSignatureException", message) }

var unknown = fault("UnrecognizedClientException", "The security token included in the request is invalid.")

// good is a request with something of everything.
func good(t testing.TB) *http.Request {
	return request(t, "POST", "/pets/a%20b/c?size=1&tag=x&tag=y%3Bz", `{"a":1}`,
		"Content-Type", "application/json", "X-Amz-Meta", "m n", "X-Amz-Content-Sha256", hashOf(`{"a":1}`))
}

// TestTampered changes one thing of a request that is good.
func TestTampered(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := string(signed(t, good(t), alice, testTime))
	got := g.send(t, []byte(raw))
	require.Equal(t, 200, got.status, got.body)
	for name, change := range map[string][2]string{
		"path":                 {"/pets/", "/cats/"},
		"path encoding":        {"a%20b", "a%2520b"},
		"path escape's case":   {"/pets/a%20b/c", "/pets/a%20b/%63"},
		"path slash":           {"/c?", "/c/?"},
		"path hidden slash":    {"b/c", "b%2Fc"},
		"query value":          {"size=1", "size=2"},
		"query name":           {"size=1", "sizes=1"},
		"query duplicate":      {"size=1", "size=1&size=1"},
		"query less":           {"size=1&", ""},
		"query more":           {"size=1", "size=1&debug"},
		"query pairs":          {"y%3Bz", "y;z"},
		"query equals":         {"size=1", "size%3D1"},
		"query broken":         {"size=1", "size=1%"},
		"query swapped values": {"size=1&tag=x", "size=x&tag=1"},
		"method":               {"POST", "PUT"},
		"host":                 {"Host: api.example.com", "Host: api.example.org"},
		"content type":         {"application/json", "text/plain"},
		"field":                {"m n", "m  nn"},
		"field twice":          {"X-Amz-Meta: m n\r\n", "X-Amz-Meta: m n\r\nX-Amz-Meta: o\r\n"},
		"field gone":           {"X-Amz-Meta: m n\r\n", ""},
		"signature":            {"Signature=", "Signature=0"},
		"authorization twice":  {"Authorization:", "Authorization: AWS4-HMAC-SHA256 Credential=x/20240524/us-east-1/execute-api/aws4_request\r\nAuthorization:"},
		"names unsorted":       {"SignedHeaders=content-length;content-type", "SignedHeaders=content-type;content-length"},
		"name twice":           {";host;", ";host;host;"},
		"name in upper case":   {"=content-length;", "=Content-Length;"},
		"date twice":           {"X-Amz-Date: 20240524T145544Z", "X-Amz-Date: 20240524T145544Z\r\nX-Amz-Date: 20240524T145544Z"},
		"parameter twice":      {"SignedHeaders=", "SignedHeaders=host, SignedHeaders="},
	} {
		tampered := strings.Replace(raw, change[0], change[1], 1)
		require.NotEqual(t, raw, tampered, name)
		got := g.send(t, []byte(tampered))
		require.Equal(t, 403, got.status, "%s: %s", name, got.body)
		require.Equal(t, "InvalidSignatureException", got.errorType, name)
		require.True(t, strings.HasPrefix(got.body, mismatchText+`\n\nThe Canonical String for this request should have been\n'`), "%s: %s", name, got.body)
		require.Nil(t, g.caller)
	}
}

// TestSameMeaning changes what the algorithm does not see, as it changes no meaning.
func TestSameMeaning(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := string(signed(t, good(t), alice, testTime))
	for name, change := range map[string][2]string{
		"order":           {"size=1&tag=x", "tag=x&size=1"},
		"order of values": {"tag=x&tag=y%3Bz", "tag=y%3Bz&tag=x"},
		"encoding":        {"size=1", "%73ize=%31"},
		"escape's case":   {"%3B", "%3b"},
		"spaces":          {"m n", "  m    n  "},
		"name's case":     {"X-Amz-Meta:", "x-AMZ-meta:"},
		"unsigned field":  {"Host:", "Accept: text/html\r\nHost:"},
		"no comma spaces": {", Signature", ",Signature"},
	} {
		changed := strings.Replace(raw, change[0], change[1], 1)
		require.NotEqual(t, raw, changed, name)
		got := g.send(t, []byte(changed))
		require.Equal(t, 200, got.status, "%s: %s", name, got.body)
	}
}

func TestMismatchShowsWhatShouldHaveBeenSigned(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	wrong := aws.Credentials{AccessKeyID: alice.AccessKeyID, SecretAccessKey: "another"}
	got := g.send(t, signed(t, request(t, "GET", "/p%20t/?b=1&a=%22", "", "Accept", `"q"`), wrong, testTime))
	canonical := "GET\n/p%2520t/\na=%22&b=1\naccept:\"q\"\nhost:api.example.com\nx-amz-date:20240524T145544Z\n\naccept;host;x-amz-date\n" + hashOf("")
	text := mismatchText + "\n\nThe Canonical String for this request should have been\n'" + canonical +
		"'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n" + handScope + hashOf(canonical) + "'\n"
	require.Equal(t, answer{403, "InvalidSignatureException", strings.NewReplacer("\n", `\n`, `:"q"`, `:\"q\"`).Replace(text) + `"}`}, got)
}

func TestRefused(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := string(signed(t, good(t), alice, testTime))
	at := strings.Index(raw, "Authorization: ") + len("Authorization: ")
	authorization, _, _ := strings.Cut(raw[at:], "\r\n")
	credential := "AKIDEXAMPLE/20240524/us-east-1/execute-api/aws4_request"
	sum := sha256.Sum256([]byte("token"))
	for name, test := range map[string]struct {
		old, new string
		want     answer
	}{
		"none":          {"Authorization: " + authorization + "\r\n", "", fault("MissingAuthenticationTokenException", "Missing Authentication Token")},
		"bearer":        {authorization, "Bearer token", incomplete("Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" + base64.StdEncoding.EncodeToString(sum[:]) + "'.")},
		"one word":      {authorization, "secret", incomplete("Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=secret")},
		"empty":         {authorization, "", incomplete("Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=")},
		"no credential": {"Credential=" + credential + ", ", "", incomplete("Authorization header requires 'Credential' parameter. Authorization=" + strings.Replace(authorization, "Credential="+credential+", ", "", 1))},
		"no date":       {"X-Amz-Date: 20240524T145544Z\r\n", "", incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + authorization)},
		"bad date":      {"X-Amz-Date: 20240524T145544Z", "X-Amz-Date: 2024-05-24", incomplete("Date must be in ISO-8601 'basic format'. Got '2024-05-24'. See http://en.wikipedia.org/wiki/ISO_8601")},
		"no such date":  {"X-Amz-Date: 20240524T145544Z", "X-Amz-Date: 20241324T145544Z", incomplete("Date must be in ISO-8601 'basic format'. Got '20241324T145544Z'. See http://en.wikipedia.org/wiki/ISO_8601")},
		"both forms":    {"?size=1", "?size=1&X-Amz-Algorithm=AWS4-HMAC-SHA256", invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")},
		"algorithm":     {"AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", incomplete("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ")},
		"short scope":   {credential, "AKIDEXAMPLE/20240524/us-east-1", incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20240524/us-east-1'")},
		"long scope":    {credential, credential + "/x", incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "/x'")},
		"region":        {"us-east-1", "eu-west-1", invalid("Credential should be scoped to a valid region. ")},
		"service":       {"/execute-api/", "/s3/", invalid("Credential should be scoped to correct service: 'execute-api'. ")},
		"both":          {"us-east-1/execute-api/", "eu-west-1/s3/", invalid("Credential should be scoped to a valid region. Credential should be scoped to correct service: 'execute-api'. ")},
		"terminator":    {"aws4_request", "aws5_request", invalid("Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ")},
		"day":           {"/20240524/", "/20240525/", invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20240525' != '20240524', from '20240524T145544Z'.")},
		"key":           {"AKIDEXAMPLE", "AKIDEXAMPLF", unknown},
		"host unsigned": {";host;", ";", invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")},
		"meta unsigned": {";x-amz-meta,", ",", invalid("'X-Amz-Meta' must be a 'SignedHeader' in the AWS Authorization.")},
		"added":         {"Host:", "x-amz-added: 1\r\nHost:", invalid("'x-amz-added' must be a 'SignedHeader' in the AWS Authorization.")},
		"override":      {"Host:", "X-HTTP-Method-Override: DELETE\r\nHost:", invalid("'X-HTTP-Method-Override' must be a 'SignedHeader' in the AWS Authorization.")},
	} {
		changed := strings.Replace(raw, test.old, test.new, 1)
		require.NotEqual(t, raw, changed, name)
		require.Equal(t, test.want, g.send(t, []byte(changed)), name)
		require.Nil(t, g.caller, name)
	}
}

func TestClock(t *testing.T) {
	now := testTime
	g := newGateway(t, Config{}, gw.API{}, gw.WithClock(func() time.Time { return now }))
	header := signed(t, request(t, "GET", "/pets", ""), alice, testTime)
	query := presigned(t, request(t, "GET", "/pets?X-Amz-Expires=90", ""), alice, testTime)
	short := presigned(t, request(t, "GET", "/pets", ""), alice, testTime)
	for _, test := range []struct {
		raw   []byte
		after time.Duration
		want  string // of the message; empty: accepted
	}{
		{header, 5 * time.Minute, ""},
		{header, 5*time.Minute + time.Second, "Signature expired: 20240524T145544Z is now earlier than 20240524T145545Z (20240524T150045Z - 5 min.)"},
		{header, -5 * time.Minute, ""},
		{header, -5*time.Minute - time.Second, "Signature not yet current: 20240524T145544Z is still later than 20240524T145543Z (20240524T145043Z + 5 min.)"},
		{query, 90 * time.Second, ""},
		{query, 91 * time.Second, "Signature expired: 20240524T145544Z is now earlier than 20240524T145545Z (20240524T145715Z - 90 sec.)"},
		{query, -5*time.Minute - time.Second, "Signature not yet current: 20240524T145544Z is still later than 20240524T145543Z (20240524T145043Z + 5 min.)"},
		{short, 5*time.Minute + time.Second, "Signature expired: 20240524T145544Z is now earlier than 20240524T145545Z (20240524T150045Z - 5 min.)"},
	} {
		now = testTime.Add(test.after)
		got := g.send(t, test.raw)
		if test.want == "" {
			require.Equal(t, 200, got.status, got.body)
			continue
		}
		require.Equal(t, invalid(test.want), got)
	}
}

func TestQueryFormRefused(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	raw := string(presigned(t, request(t, "GET", "/pets?a=1&X-Amz-Expires=60", ""), bob, testTime))
	require.Equal(t, 200, g.send(t, []byte(raw)).status)
	signature := raw[strings.Index(raw, "X-Amz-Signature="):]
	signature = signature[:len("X-Amz-Signature=")+64]
	for name, test := range map[string]struct {
		old, new string
		want     answer
	}{
		"a week and more": {"Expires=60", "Expires=604801", invalid("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")},
		"negative":        {"Expires=60", "Expires=-1", invalid("X-Amz-Expires must be non-negative")},
		"no number":       {"Expires=60", "Expires=1h", invalid("X-Amz-Expires should be a number")},
		"no signature":    {"&" + signature, "", incomplete("AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.")},
		"no algorithm":    {"X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", incomplete("AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine the query-string parameters.")},
		"algorithm":       {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", incomplete("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ")},
		"Date form":       {"X-Amz-Date=20240524T145544Z", "X-Amz-Date=Fri%2C+24+May+2024+14%3A55%3A44+GMT", incomplete("Date must be in ISO-8601 'basic format'. Got 'Fri, 24 May 2024 14:55:44 GMT'. See http://en.wikipedia.org/wiki/ISO_8601")},
		"key":             {"ASIABOB", "ASIABO", unknown},
	} {
		changed := strings.Replace(raw, test.old, test.new, 1)
		require.NotEqual(t, raw, changed, name)
		require.Equal(t, test.want, g.send(t, []byte(changed)), name)
	}
	for name, change := range map[string][2]string{
		"value":           {"a=1", "a=2"},
		"signature twice": {signature, signature + "&" + signature},
		"expires":         {"Expires=60", "Expires=61"},
		"expires twice":   {"Expires=60", "Expires=60&X-Amz-Expires=60"},
		"path":            {"/pets", "/pets/"},
		"token":           {"session", "Session"},
	} {
		changed := strings.Replace(raw, change[0], change[1], 1)
		require.NotEqual(t, raw, changed, name)
		got := g.send(t, []byte(changed))
		require.Equal(t, "InvalidSignatureException", got.errorType, name)
		require.True(t, strings.HasPrefix(got.body, mismatchText), "%s: %s", name, got.body)
	}
}

func TestSessionTokens(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	for _, by := range []aws.Credentials{
		{AccessKeyID: alice.AccessKeyID, SecretAccessKey: aliceSecret, SessionToken: "uninvited"},
		{AccessKeyID: bob.AccessKeyID, SecretAccessKey: bobSecret},
		{AccessKeyID: bob.AccessKeyID, SecretAccessKey: bobSecret, SessionToken: bobToken + "x"},
	} {
		require.Equal(t, unknown, g.send(t, signed(t, request(t, "GET", "/pets", ""), by, testTime)))
		require.Equal(t, unknown, g.send(t, presigned(t, request(t, "GET", "/pets", ""), by, testTime)))
	}
}

func TestCustomised(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{Responses: []gw.GatewayResponse{{Type: gw.InvalidSignature, Status: 401}}})
	raw := strings.Replace(string(signed(t, good(t), alice, testTime)), "AKIDEXAMPLE", "AKID", 1)
	require.Equal(t, answer{401, unknown.errorType, unknown.body}, g.send(t, []byte(raw)))
}

// TestManyNames: each signed field costs a walk over all, so there is a bound.
func TestManyNames(t *testing.T) {
	g := newGateway(t, Config{}, gw.API{})
	for count, want := range map[int]int{maxNames - 2: 200, maxNames - 1: 403} { // beside Host and X-Amz-Date
		r := request(t, "GET", "/pets", "")
		for i := range count {
			r.Header.Set(fmt.Sprintf("F%d", i), strings.Repeat("x", 1000))
		}
		got := g.send(t, signed(t, r, alice, testTime))
		require.Equal(t, want, got.status, "%d fields", count)
	}
	require.Equal(t, 200, g.send(t, signed(t, request(t, "GET", "/pets", ""), alice, testTime)).status)
}
