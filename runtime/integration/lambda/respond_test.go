package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/stretchr/testify/require"
)

const malformedLog = "Execution failed due to configuration error: Malformed Lambda proxy response"

// The rows of rest.md, section 7.2, the headers of section 4.5 and the rules of rules.go: what the client sees, byte for
// byte. An empty answer is the 502 of a malformed one.
func TestAnswers(t *testing.T) {
	const jsonType = "application/json"
	ok := func(lines []string, body string) string { return answered("200 OK", jsonType, lines, body) }
	typed := func(typ string, lines []string, body string) string { return answered("200 OK", typ, lines, body) }
	for _, test := range []struct{ name, result, accept, want string }{
		{"all keys", `{"statusCode":201,"headers":{"X-A":"b"},"multiValueHeaders":{"X-C":["d","e"]},"body":"made","isBase64Encoded":false}`, "",
			answered("201 Created", jsonType, []string{"X-C: d", "X-C: e", "X-A: b"}, "made")},
		{"no key", `{}`, "", ok(nil, "")},
		{"white space", " \t\r\n{ \"body\" : \"x\" , \"statusCode\" : 200 } \n", "", ok(nil, "x")},
		{"unknown key", `{"statusCode":200,"wrongValue":1}`, "", ""},
		{"a text", `"hello"`, "", ""},
		{"null", `null`, "", ""},
		{"an array", `[{"statusCode":200}]`, "", ""},
		{"not JSON", `<html>`, "", ""},
		{"nothing", ``, "", ""},
		{"cut off", `{"statusCode":200`, "", ""},
		{"more behind it", `{} {}`, "", ""},
		{"comma at the end", `{"statusCode":200,}`, "", ""},
		{"status as text", `{"statusCode":"201"}`, "", answered("201 Created", jsonType, nil, "")},
		{"status as other text", `{"statusCode":"test"}`, "", ""},
		{"status null", `{"statusCode":null}`, "", ok(nil, "")},
		{"status with a zero fraction", `{"statusCode":200.0}`, "", ok(nil, "")},
		{"status with a fraction", `{"statusCode":200.5}`, "", ""},
		{"status true", `{"statusCode":true}`, "", ""},
		{"status 99", `{"statusCode":99}`, "", ""},
		{"status 101", `{"statusCode":101}`, "", ""},
		{"status 600", `{"statusCode":600}`, "", ""},
		{"status -200", `{"statusCode":-200}`, "", ""},
		{"status 2e2", `{"statusCode":2e2}`, "", ""},
		{"headers null", `{"headers":null,"multiValueHeaders":null,"body":null,"isBase64Encoded":null}`, "", ok(nil, "")},
		{"headers no object", `{"headers":["a"]}`, "", ""},
		{"header true", `{"headers":{"X-A":true,"X-B":false}}`, "", ok([]string{"X-A: true", "X-B: false"}, "")},
		{"header number", `{"headers":{"X-A":1.50,"X-B":-3}}`, "", ok([]string{"X-A: 1.50", "X-B: -3"}, "")},
		{"header null", `{"headers":{"X-A":null,"X-B":""}}`, "", ok([]string{"X-B: "}, "")},
		{"header object", `{"headers":{"X-A":{}}}`, "", ""},
		{"header twice in one map", `{"headers":{"X-A":"1","X-A":"2"},"multiValueHeaders":{"X-B":["1"],"X-B":["2"]}}`, "", ok([]string{"X-B: 2", "X-A: 2"}, "")},
		{"multi value no array", `{"multiValueHeaders":{"X-A":"b"}}`, "", ""},
		{"multi value of objects", `{"multiValueHeaders":{"X-A":[[]]}}`, "", ""},
		{"multi value null", `{"multiValueHeaders":{"X-A":null,"X-B":[null,"c",1],"X-D":[]}}`, "", ok([]string{"X-B: c", "X-B: 1"}, "")},
		{"one name in both maps", `{"headers":{"test-header":"value-solo","X-Z":"z"},"multiValueHeaders":{"Test-Header":["value-multi"]}}`, "",
			ok([]string{"Test-Header: value-multi", "Test-Header: value-solo", "X-Z: z"}, "")},
		{"one pair in both maps", `{"headers":{"test-header":"a"},"multiValueHeaders":{"Test-Header":["a","b"]}}`, "",
			ok([]string{"Test-Header: a", "Test-Header: b"}, "")},
		{"names that differ in case", `{"multiValueHeaders":{"X-A":["1"],"x-b":["2"],"x-a":["3"]}}`, "", ok([]string{"X-A: 1", "X-A: 3", "x-b: 2"}, "")},
		{"cookies", `{"multiValueHeaders":{"Set-Cookie":["a=1","a=2"]}}`, "",
			strings.Replace(ok(nil, ""), "\r\n\r\n", "\r\nSet-Cookie: a=1\r\nSet-Cookie: a=2\r\n\r\n", 1)},
		{"own type", `{"headers":{"content-type":"text/html; charset=utf-8"},"body":"<p>"}`, "", typed("text/html; charset=utf-8", nil, "<p>")},
		{"base64 without a binary match", `{"isBase64Encoded":true,"body":"aGVsbG8=","headers":{"Content-Type":"image/png"}}`, "text/plain", typed("image/png", nil, "aGVsbG8=")},
		{"base64 without Accept", `{"isBase64Encoded":true,"body":"aGVsbG8="}`, "", ok(nil, "aGVsbG8=")},
		{"base64 with a match", `{"isBase64Encoded":true,"body":"aGVsbG8=","headers":{"Content-Type":"text/plain"}}`, "image/png, */*", typed("text/plain", nil, "hello")},
		{"base64 by wildcard", `{"isBase64Encoded":true,"body":"aGVsbG8="}`, "application/test", ok(nil, "hello")},
		{"base64 of the second Accept", `{"isBase64Encoded":true,"body":"aGVsbG8="}`, "text/html, image/png", ok(nil, "aGVsbG8=")},
		{"base64 wanted and not given", `{"isBase64Encoded":false,"body":"aGVsbG8="}`, "image/png", ok(nil, "aGVsbG8=")},
		{"base64 that is none", `{"isBase64Encoded":true,"body":"*"}`, "image/png", serverError()},
		{"flag as text", `{"isBase64Encoded":"true","body":"aGVsbG8="}`, "image/png", ok(nil, "hello")},
		{"flag as number", `{"isBase64Encoded":1}`, "", ""},
		{"body object", `{"body":{"a":1}}`, "", ""},
		{"body number", `{"body":12}`, "", ok(nil, "12")},
		{"body with escapes", `{"body":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d!"}`, "", ok(nil, "\"\\/\b\f\n\r\té😀?!")},
		{"body with a wrong escape", `{"body":"\x"}`, "", ""},
		{"body with a raw line end", "{\"body\":\"a\nb\"}", "", ""},
		{"body that is not UTF-8", "{\"body\":\"a\xffb\"}", "", ok(nil, "a\uFFFDb")},
		{"header that starts another", `{"headers":{"X-A":"b\r\nX-Evil: c"}}`, "", ""},
		{"name that starts another", `{"headers":{"X-A: b\r\nX-Evil":"c"}}`, "", ""},
		{"empty name", `{"headers":{"":"c"}}`, "", ""},
		{"fields of the connection", `{"headers":{"Connection":"close","Content-Length":"3","Date":"d","Server":"s","Transfer-Encoding":"chunked","Via":"v","WWW-Authenticate":"Basic","Host":"h",
			"User-Agent":"u","x-amzn-RequestId":"r","X-Amzn-Trace-Id":"t","Age":"1"}}`, "",
			ok([]string{"x-amzn-Remapped-Connection: close", "x-amzn-Remapped-Content-Length: 3", "x-amzn-Remapped-Date: DATE", "x-amzn-Remapped-Server: s",
				"x-amzn-Remapped-WWW-Authenticate: Basic", "x-amzn-Remapped-Host: h", "x-amzn-Remapped-User-Agent: u", "x-amzn-Remapped-x-amzn-RequestId: r", "Age: 1"}, "")},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := start(t, itemAPI(), returning(test.result), proxying)
			var headers []string
			if test.accept != "" {
				headers = append(headers, "Accept: "+test.accept)
			}
			want := test.want
			if want == "" {
				want = badGateway()
				defer func() { require.Contains(t, g.log.String(), malformedLog) }()
			}
			require.Equal(t, want, g.ask(t, get("/prod/items/7", headers...)))
		})
	}
}

func TestTooManyHeadersAreMalformed(t *testing.T) {
	var b strings.Builder
	for i := range maxHeaders + 1 {
		fmt.Fprintf(&b, `,"a%d":"b"`, i)
	}
	g := start(t, itemAPI(), returning(`{"headers":{`+b.String()[1:]+`}}`), proxying)
	require.Equal(t, badGateway(), g.ask(t, get("/prod/items/7")))
	g = start(t, itemAPI(), returning(`{"body":"`+strings.Repeat("x", 2000)+`"}`), proxying, gw.WithLimits(gw.Limits{ReplyBytes: 1000}))
	require.Equal(t, badGateway(), g.ask(t, get("/prod/items/7")))
	require.Contains(t, g.log.String(), "too large")
}

func TestFailuresOfCalls(t *testing.T) {
	timeout := refused("504 Gateway Timeout", "InternalServerErrorException", `{"message": "Endpoint request timed out"}`, true)
	unreachable := refused("504 Gateway Timeout", "InternalServerErrorException", internalBody, true)
	tooLong := refused("413 Request Entity Too Large", "BadRequestException", `{"message": "Request Too Long"}`, false)
	for _, test := range []struct {
		err  error
		want string
	}{
		{function.ErrTimeout, timeout},
		{function.ErrUnreachable, unreachable},
		{function.ErrThrottled, serverError()},
		{function.ErrRefused, serverError()},
		{function.ErrTooLarge, tooLong},
		{errors.New("something else"), serverError()},
		{&function.Failure{Type: "Error", Message: "broken"}, badGateway()},
	} {
		err := fmt.Errorf("by way of a test: %w", test.err)
		for name, serve := range map[string]func(*gateway, *gw.Ctx) gw.Fault{"proxy": proxying, "stream": streaming} {
			g := start(t, itemAPI(), failing(err), serve)
			require.Equal(t, test.want, g.ask(t, get("/prod/items/7")), "%s %v", name, err)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	place := &fake{invoke: func(_ *function.Call, answer *function.Answer) error {
		answer.Error = "Unhandled"
		answer.Payload = append(answer.Payload, `{"errorMessage":"no such pet","errorType":"PetError","stackTrace":["secret"]}`...)
		return nil
	}}
	g := start(t, itemAPI(), place, proxying)
	require.Equal(t, badGateway(), g.ask(t, get("/prod/items/7")))
	require.Contains(t, g.log.String(), "Lambda execution failed with status 200 due to customer function error: no such pet")
	require.NotContains(t, g.log.String(), "secret")
	require.Regexp(t, "request_id="+uuidText.String(), g.log.String())

	api := itemAPI()
	api.Responses = []gw.GatewayResponse{{Type: gw.IntegrationFailure, Templates: []gw.TextTemplate{{MediaType: "text/plain", Text: gw.Text{gw.Literal("sorry: "), gw.Var(gw.ErrorResponseType)}}}}}
	g = start(t, api, place, proxying)
	got := g.ask(t, get("/prod/items/7"))
	require.Contains(t, got, "HTTP/1.1 502 Bad Gateway", "a response without a status keeps it")
	require.Contains(t, got, "sorry: INTEGRATION_FAILURE")
	api.Responses[0].Status = 503
	require.Contains(t, start(t, api, place, proxying).ask(t, get("/prod/items/7")), "HTTP/1.1 503")
	api.Responses[0].Type = gw.Default5XX
	require.Contains(t, start(t, api, place, proxying).ask(t, get("/prod/items/7")), "HTTP/1.1 503")
}

func TestCallsSayWhoCalls(t *testing.T) {
	var got function.Call
	place := &fake{invoke: func(call *function.Call, answer *function.Answer) error {
		got = *call
		got.SourceARN, got.RequestID, got.TraceID = strings.Clone(call.SourceARN), strings.Clone(call.RequestID), strings.Clone(call.TraceID)
		answer.Payload = append(answer.Payload, "{}"...)
		return nil
	}}
	g := start(t, itemAPI(), place, proxying, fixedIDs)
	g.ask(t, get("/prod/items/7"))
	require.Equal(t, itemARN, got.ARN)
	require.Equal(t, "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/items/{id}", got.SourceARN)
	require.Equal(t, "0f1e2d3c-4b5a-4678-9abc-def012345678", got.RequestID)
	require.Equal(t, "Root=1-6650aa10-0123456789abcdef01234567", got.TraceID)
	require.False(t, got.Deadline.IsZero())
	require.Equal(t, []string{"aws", "aws-cn", "aws-us-gov"}, []string{partition("eu-west-1"), partition("cn-north-1"), partition("us-gov-west-1")})
}

// FuzzAnswer compares the scanner with encoding/json: what it takes for sound is JSON and means the same, and nothing
// that it makes of an answer can spoil the client's.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{}`, `{"statusCode":"201","headers":{"a":true,"b":1.5e3},"multiValueHeaders":{"c":["d",null]},"body":"x\ud83d\ude00\u0000","isBase64Encoded":true}`,
		`{"body":"\ud83d"}`, "{\"body\":\"\xff\"}", `{"statusCode":200,}`, `[`, `{"headers":{"a":{"b":[]}}}`, `{"cookies":["a=b"]}`, `{"body":-0.0}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, prelude := range []bool{false, true} {
			var r Result
			r.begin()
			if prelude {
				r.parsePrelude([]byte(payload))
			} else {
				r.parse([]byte(payload))
			}
			if r.flaw != "" {
				continue
			}
			if r.status < 200 || r.status > 599 || len(r.headers)+len(r.multi) > maxHeaders {
				t.Fatalf("%q: status %d, %d headers", payload, r.status, len(r.headers)+len(r.multi))
			}
			var want struct{ Body any }
			if err := json.Unmarshal([]byte(payload), &want); err != nil {
				t.Fatalf("%q is taken, but %v", payload, err)
			}
			// encoding/json folds the case of names and reads lone surrogates otherwise.
			if body, isText := want.Body.(string); isText && body != r.body && !strings.Contains(payload, `\u`) && strings.Count(strings.ToLower(payload), `body`) == 1 {
				t.Fatalf("%q: body %q, not %q", payload, r.body, body)
			}
		}
	})
}

func BenchmarkParseAnswer(b *testing.B) {
	payload := []byte(`{"statusCode":200,"headers":{"Content-Type":"application/json","X-A":"b"},"body":"{\"message\":\"hello\",\"items\":[1,2,3]}"}`)
	var r Result
	b.ReportAllocs()
	b.SetBytes(int64(len(payload)))
	for b.Loop() {
		r.begin()
		r.parse(payload)
		r.reset()
	}
	require.Empty(b, r.flaw)
}

// FuzzQuoted has every text read back as it was written, what is not UTF-8 aside.
func FuzzQuoted(f *testing.F) {
	for _, seed := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "é\u2028😀", "a\xff\xc3", "12345678\"12345678"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := appendQuoted(nil, s)
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != string(appendValid(nil, s)) {
			t.Fatalf("%q is written as %s, which reads as %q: %v", s, quoted, back, err)
		}
		p := scanner{s: text(quoted)}
		if kind, value := p.value(); kind != kindString || value != back || !p.end() {
			t.Fatalf("%s reads as %q", quoted, value)
		}
	})
}
