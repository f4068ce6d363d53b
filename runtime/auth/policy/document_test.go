package policy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/value"
)

// TestUnsoundDocuments reads what is no policy that could be evaluated as it was meant.
func TestUnsoundDocuments(t *testing.T) {
	for text, want := range map[string]string{
		``:                               "not JSON",
		`{`:                              "ends too early",
		`{"Statement":[]} x`:             "not JSON",
		`{Statement:[]}`:                 "not JSON",
		`[]`:                             "not an object",
		`null`:                           "not an object",
		`{}`:                             "statement 0: not an object",
		`{"Statement":[],"Version":"1"}`: `unknown Version "1"`,
		`{"Statement":[],"Version":1}`:   `unknown Version ""`,
		`{"Statement":[],"version":""}`:  `unknown element "version"`,
		`{"Statement":[],"Id":{}}`:       "element Id: not a text",
		`{"Statement":[[]]}`:             "statement 0: not an object",
		`{"Statement":[],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`: "a name twice",
		strings.Repeat(" ", MaxDocument) + `{"Statement":[]}`:                           "more than 8192 bytes",
		`{"Statement":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`:     "nests too deeply",

		`{"Statement":{"Action":"*","Resource":"*"}}`:                                                                                                             "no Effect",
		`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`:                                                                                            "neither Allow nor Deny",
		`{"Statement":{"Effect":"Allow","Resource":"*"}}`:                                                                                                         "either Action or NotAction",
		`{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}`:                                                                            "either Action or NotAction",
		`{"Statement":{"Effect":"Allow","Action":"*"}}`:                                                                                                           "either Resource or NotResource",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}}`:                                                                          "either Resource or NotResource",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}`:                                                                            "Principal: unknown element",
		`{"Statement":{"Effect":"Allow","Action":"Invoke","Resource":"*"}}`:                                                                                       `"Invoke" is not service:action`,
		`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`:                                                                                             "an empty list",
		`{"Statement":{"Effect":"Allow","Action":null,"Resource":"*"}}`:                                                                                           "not a text",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":[["*"]]}}`:                                                                                        "not a text",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"/pets"}}`:                                                                                        "not an ARN",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"execute-api:/*"}}`:                                                                               "not an ARN",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Sid":[]}}`:                                                                                   "Sid: not a text",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}}`:                                                                             "Condition: not an object",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":1}}}`:                                                             "StringEquals: not an object",
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{}}}}`:                                                            "no condition key",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:${aws:RequestedRegion}:*:*"}}`:                        "not an ARN",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:${aws:name}"}}`:                                   `no request has the policy variable "aws:name"`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:*:*:*/` + strings.Repeat("${aws:userid}", 17) + `"}}`: "more than 16 policy variables",
	} {
		_, err := ParseDocument(text)
		require.ErrorContains(t, err, want, text)
		require.Less(t, len(err.Error()), 300, "an error repeats no more than a little of what was sent")
	}
	for condition, want := range map[string]string{
		`"StringEqual":{"aws:UserAgent":"a"}`:                      `unknown operator "StringEqual"`,
		`"NullIfExists":{"aws:UserAgent":"true"}`:                  "unknown operator",
		`"ForAnyValue:Null":{"aws:UserAgent":"true"}`:              "unknown operator",
		`"StringEquals":{"aws:UserAgents":"a"}`:                    "unknown condition key",
		`"StringEquals":{"custom:key":"a"}`:                        "unknown condition key",
		`"IpAddress":{"aws:UserAgent":"10.0.0.0/8"}`:               "does not fit",
		`"StringEquals":{"aws:CurrentTime":"2026"}`:                "does not fit",
		`"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}`:               "not an address",
		`"IpAddress":{"aws:SourceIp":"10.0.0.*"}`:                  "not an address",
		`"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}`:              "not an address",
		`"Bool":{"aws:SecureTransport":"yes"}`:                     "not true or false",
		`"DateLessThan":{"aws:CurrentTime":"1.1.2026"}`:            "not a date",
		`"DateLessThan":{"aws:CurrentTime":"2026-01-01T1:00:00Z"}`: "not a date",
		`"NumericLessThan":{"aws:EpochTime":"0x10"}`:               "not a number",
		`"NumericLessThan":{"aws:EpochTime":"1e999"}`:              "not a number",
		`"NumericLessThan":{"aws:EpochTime":"NaN"}`:                "not a number",
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*"}`:          "not an ARN of six parts",
		`"BinaryEquals":{"aws:UserAgent":"a"}`:                     "not base64",
		`"StringEquals":{"aws:UserAgent":"${aws:username"}`:        "not closed",
		`"StringEquals":{"aws:UserAgent":"${aws:username, a}"}`:    "single quotes",
		`"StringEquals":{"aws:UserAgent":{}}`:                      "not a text",
	} {
		text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + condition + `}}}`
		_, err := ParseDocument(text)
		require.ErrorContains(t, err, want, text)
	}
}

// TestDocumentOfAnAnswer reads a policy inside an answer, which is used again afterwards.
func TestDocumentOfAnAnswer(t *testing.T) {
	text := []byte(`{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["execute-api:Invoke"],"Resource":["arn:aws:execute-api:*:*:*/prod/GET/pets*"]}]}}`)
	var d value.Document
	answer, err := d.Parse(string(text))
	require.NoError(t, err)
	p, err := ReadDocument(answer.Get("policyDocument"))
	require.NoError(t, err)
	d.Reset()
	during(t, testAPI(), "/prod/pets/7", nil, func(c *gw.Ctx) {
		var r Request
		r.Begin(c, Invoke, nil)
		require.Equal(t, Allow, p.Evaluate(&r))
		r.Begin(c, InvalidateCache, nil)
		require.Equal(t, Neutral, p.Evaluate(&r))
	})
}

// TestLargeDocumentOfAnAnswer bounds what is not bound by its text.
func TestLargeDocumentOfAnAnswer(t *testing.T) {
	var d value.Document
	for _, text := range []string{
		`{"Statement":[` + strings.Repeat(`{},`, 8192) + `{}]}`,
		`{"Statement":{"Effect":"Allow","Action":["` + strings.Repeat(`*","`, 8192) + `*"],"Resource":"*"}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:` + strings.Repeat(`a`, 8192) + `"}}`,
	} {
		d.Reset()
		v, err := d.Parse(text)
		require.NoError(t, err)
		_, err = ReadDocument(v)
		require.ErrorContains(t, err, "more than 8192 bytes")
	}
}

// FuzzDocument reads whatever text as a policy: nothing may panic, and what is read says one of three things, the same
// each time.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"execute-api:In*","NotResource":["arn:aws:execute-api:*:*:*/prod/*/${aws:username, 'x'}"]}]}`,
		`{"Version":"2012-10-17","Id":"a","Statement":{"Sid":"b","Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:UserAgent":["*${*}","${aws:CurrentTime}"]},"Null":{"aws:Referer":true}}}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","::1"]},"DateLessThan":{"aws:EpochTime":"2026-01-01T00:00Z"},"NumericEquals":{"aws:EpochTime":1.5e3}}}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:user/*"},"Bool":{"aws:SecureTransport":"false"},"BinaryEquals":{"aws:userid":"YQ=="},"StringEqualsIgnoreCase":{"aws:username":"${aws:userid}"}}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDocument(text)
		if err != nil {
			return
		}
		during(t, testAPI(), "/prod/pets/7", testHeaders, func(c *gw.Ctx) {
			var r Request
			for _, principal := range []*Principal{nil, MustPrincipal("arn:aws:iam::123456789012:user/alice", "a")} {
				r.Begin(c, Invoke, principal)
				first := d.Evaluate(&r)
				if again := d.Evaluate(&r); first > ExplicitDeny || again != first {
					t.Fatalf("%s, then %s", first, again)
				}
			}
		})
	})
}
