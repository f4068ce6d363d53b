package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers"
)

// The callers of testdata/callers.yaml who sign.
func (w *world) alice() aws.Credentials {
	return aws.Credentials{AccessKeyID: "AKIDALICE", SecretAccessKey: w.secrets["ALICE_SECRET"]}
}

func (w *world) bob() aws.Credentials {
	return aws.Credentials{AccessKeyID: "ASIABOB", SecretAccessKey: w.secrets["bob.secret"], SessionToken: w.secrets["BOB_TOKEN"]}
}

func (w *world) carol() aws.Credentials {
	return aws.Credentials{AccessKeyID: "AKIDCAROL", SecretAccessKey: w.secrets["CAROL_SECRET"]}
}

// request is a request for the gateway.
func (g *gateway) request(method, target, body string, header ...string) *http.Request {
	g.t.Helper()
	r, err := http.NewRequest(method, g.url(target), strings.NewReader(body))
	require.NoError(g.t, err)
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

// scope is what a signature is made for.
type scope struct {
	service, region string
	at              time.Time
}

func good() scope { return scope{"execute-api", "us-east-1", time.Now()} }

// sign signs a request as Amazon's SDK for Go does.
func sign(t *testing.T, r *http.Request, by aws.Credentials, s scope) *http.Request {
	t.Helper()
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), by, r, hashOf(t, r), s.service, s.region, s.at))
	return r
}

// presign is r with its signature in the query.
func presign(t *testing.T, r *http.Request, by aws.Credentials, s scope) *http.Request {
	t.Helper()
	uri, header, err := v4.NewSigner().PresignHTTP(t.Context(), by, r, hashOf(t, r), s.service, s.region, s.at)
	require.NoError(t, err)
	again, err := http.NewRequest(r.Method, uri, r.Body)
	require.NoError(t, err)
	again.Header, again.ContentLength = header, r.ContentLength
	return again
}

func hashOf(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		r.Body = http.NoBody
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// answer is what a client gets, and the backend with it.
type answer struct {
	status     int
	kind, body string
	got        *received // nil: nothing reached the backend
}

// do sends a request whose probe it adds, which no signature has among its fields.
func (w *world) do(t testing.TB, client *http.Client, r *http.Request) answer {
	t.Helper()
	probe := unguessable()
	r.Header.Set("X-Probe", probe)
	response, err := client.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	a := answer{status: response.StatusCode, kind: response.Header.Get("X-Amzn-Errortype"), body: string(text)}
	if got, ok := w.backend.take(probe); ok {
		a.got = &got
	}
	require.Equal(t, a.status == 200, a.got != nil, "%d %s %s", a.status, a.kind, a.body)
	return a
}

// clientOf speaks HTTP/1.1, or HTTP/2 without TLS; its connections end with the test.
func clientOf(t *testing.T, version int) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(version == 1)
	protocols.SetUnencryptedHTTP2(version == 2)
	transport := &http.Transport{Protocols: protocols, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func TestSignatures(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	t.Run("accepted", func(t *testing.T) { w.accepted(t, g) })
	t.Run("tampered", func(t *testing.T) { w.tampered(t, g) })
	t.Run("curl", func(t *testing.T) { w.curl(t, g) })
	t.Run("aws", func(t *testing.T) { w.cli(t, g) })
	t.Run("botocore", func(t *testing.T) { w.botocore(t, g) })
	t.Run("policies", func(t *testing.T) { w.policies(t, g) })
	for _, secret := range w.secrets {
		g.keepsQuiet(secret)
	}
}

func (w *world) accepted(t *testing.T, g *gateway) {
	for version := 1; version <= 2; version++ {
		client := clientOf(t, version)
		for _, c := range []struct {
			by     aws.Credentials
			target string
			want   [5]string // caller, user, ARN, account, access key
		}{
			{w.alice(), "/signed/x", [5]string{"alice", "alice", "arn:aws:iam::123456789012:user/team/alice", "123456789012", "AKIDALICE"}},
			{w.bob(), "/signed/allowed", [5]string{"dev:bob", "dev:bob", "arn:aws:sts::210987654321:assumed-role/dev/bob", "210987654321", "ASIABOB"}},
			{w.carol(), "/signed/allowed", [5]string{"carol", "carol", "arn:aws:iam::123456789012:user/carol", "123456789012", "AKIDCAROL"}},
		} {
			for name, r := range map[string]*http.Request{
				"header":          sign(t, g.request("GET", c.target, ""), c.by, good()),
				"header, query":   sign(t, g.request("GET", c.target+"?b=2&a=1&a=0&e=%C3%A9&f", ""), c.by, good()),
				"header, body":    sign(t, g.request("POST", c.target, `{"a": "é"}`, "Content-Type", "application/json", "X-Meta", " a   b "), c.by, good()),
				"header, slashes": sign(t, g.request("GET", "/"+c.target+"/", ""), c.by, good()),
				"query":           presign(t, g.request("GET", c.target+"?X-Amz-Expires=60&a=1", ""), c.by, good()),
				"query, body":     presign(t, g.request("PUT", c.target+"?X-Amz-Expires=60", "body"), c.by, good()),
			} {
				body := hashOf(t, r)
				got := w.do(t, client, r)
				require.Equal(t, 200, got.status, "HTTP/%d, %s, %s: %s", version, c.by.AccessKeyID, name, got.body)
				h := got.got.header
				require.Empty(t, h.Values("Authorization"), "with it the backend could send the request again")
				require.Equal(t, c.want, [5]string{h.Get("X-Caller"), h.Get("X-User"), h.Get("X-User-Arn"), h.Get("X-Account"), h.Get("X-Access-Key")}, name)
				sum := sha256.Sum256([]byte(got.got.body))
				require.Equal(t, body, hex.EncodeToString(sum[:]), name)
			}
		}
	}
}

// tampered signs requests well and changes them then, or signs them for something else.
func (w *world) tampered(t *testing.T, g *gateway) {
	const invalid, unknown, incomplete = "InvalidSignatureException", "UnrecognizedClientException", "IncompleteSignatureException"
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
	const token = "The security token included in the request is invalid."
	client := clientOf(t, 1)
	edit := func(r *http.Request, old, new string) {
		text := r.Header.Get("Authorization")
		require.Contains(t, text, old)
		r.Header.Set("Authorization", strings.Replace(text, old, new, 1))
	}
	header := func(by aws.Credentials, s scope, change func(*http.Request)) *http.Request {
		r := sign(t, g.request("POST", "/signed/allowed?size=1&page=2", "body", "X-Meta", "meta", "X-Amz-Meta", "meta"), by, s)
		change(r)
		return r
	}
	query := func(s scope, change func(*http.Request)) *http.Request {
		r := presign(t, g.request("GET", "/signed/allowed?size=1&X-Amz-Expires=60", ""), w.alice(), s)
		change(r)
		return r
	}
	inQuery := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			require.Contains(t, r.URL.RawQuery, old)
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, old, new, 1)
		}
	}
	as, same := good(), func(*http.Request) {}
	now := func(d time.Duration) scope { return scope{"execute-api", "us-east-1", time.Now().Add(d)} }
	liar := w.alice()
	liar.SecretAccessKey = unguessable()
	invited := w.alice()
	invited.SessionToken = unguessable()
	robbed := w.bob()
	robbed.SessionToken = ""
	require.Equal(t, 200, w.do(t, client, header(w.alice(), as, same)).status)
	require.Equal(t, 200, w.do(t, client, query(as, same)).status)
	for name, test := range map[string]struct {
		r             *http.Request
		kind, message string
	}{
		"no signature":     {g.request("GET", "/signed/allowed", ""), "MissingAuthenticationTokenException", "Missing Authentication Token"},
		"path":             {header(w.alice(), as, func(r *http.Request) { r.URL.Path = "/others/allowed" }), invalid, mismatch},
		"a slash":          {header(w.alice(), as, func(r *http.Request) { r.URL.Path += "/" }), invalid, mismatch},
		"query's value":    {header(w.alice(), as, inQuery("size=1", "size=2")), invalid, mismatch},
		"query's name":     {header(w.alice(), as, inQuery("size", "Size")), invalid, mismatch},
		"one value more":   {header(w.alice(), as, inQuery("size=1", "size=1&x=1")), invalid, mismatch},
		"one value less":   {header(w.alice(), as, inQuery("page=2&", "")), invalid, mismatch},
		"method":           {header(w.alice(), as, func(r *http.Request) { r.Method = "PUT" }), invalid, mismatch},
		"host":             {header(w.alice(), as, func(r *http.Request) { r.Host = "other.example" }), invalid, mismatch},
		"header":           {header(w.alice(), as, func(r *http.Request) { r.Header.Set("X-Meta", "other") }), invalid, mismatch},
		"header twice":     {header(w.alice(), as, func(r *http.Request) { r.Header.Add("X-Meta", "other") }), invalid, mismatch},
		"header gone":      {header(w.alice(), as, func(r *http.Request) { r.Header.Del("X-Meta") }), invalid, mismatch},
		"unsigned x-amz":   {header(w.alice(), as, func(r *http.Request) { r.Header.Set("X-Amz-More", "1") }), invalid, "'X-Amz-More' must be a 'SignedHeader' in the AWS Authorization."},
		"another's method": {header(w.alice(), as, func(r *http.Request) { r.Header.Set("X-Http-Method-Override", "DELETE") }), invalid, "'X-Http-Method-Override' must be a 'SignedHeader' in the AWS Authorization."},
		"body":             {header(w.alice(), as, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("bodY")) }), invalid, mismatch},
		"body gone":        {header(w.alice(), as, func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }), invalid, mismatch},
		"body unsigned":    {header(w.alice(), as, func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") }), invalid, "'X-Amz-Content-Sha256' must be a 'SignedHeader' in the AWS Authorization."},
		"date": {header(w.alice(), as, func(r *http.Request) {
			r.Header.Set("X-Amz-Date", as.at.UTC().Add(2*time.Second).Format("20060102T150405Z"))
		}), invalid, mismatch},
		"date of no form":    {header(w.alice(), as, func(r *http.Request) { r.Header.Set("X-Amz-Date", "today") }), incomplete, "Date must be in ISO-8601 'basic format'. Got 'today'."},
		"day of scope":       {header(w.alice(), as, func(r *http.Request) { edit(r, as.at.UTC().Format("/20060102/"), "/20200101/") }), invalid, "Date in Credential scope does not match YYYYMMDD"},
		"region":             {header(w.alice(), scope{"execute-api", "eu-west-1", as.at}, same), invalid, "Credential should be scoped to a valid region."},
		"region edited":      {header(w.alice(), scope{"execute-api", "eu-west-1", as.at}, func(r *http.Request) { edit(r, "eu-west-1", "us-east-1") }), invalid, mismatch},
		"service":            {header(w.alice(), scope{"s3", "us-east-1", as.at}, same), invalid, "Credential should be scoped to correct service: 'execute-api'."},
		"service edited":     {header(w.alice(), scope{"s3", "us-east-1", as.at}, func(r *http.Request) { edit(r, "/s3/", "/execute-api/") }), invalid, mismatch},
		"terminator":         {header(w.alice(), as, func(r *http.Request) { edit(r, "aws4_request", "aws5_request") }), invalid, "Credential should be scoped with a valid terminator"},
		"algorithm":          {header(w.alice(), as, func(r *http.Request) { edit(r, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1") }), incomplete, "Unsupported AWS 'algorithm'"},
		"signed names":       {header(w.alice(), as, func(r *http.Request) { edit(r, ";x-meta", "") }), invalid, mismatch},
		"no host signed":     {header(w.alice(), as, func(r *http.Request) { edit(r, "host;", "") }), invalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		"signature":          {header(w.alice(), as, func(r *http.Request) { edit(r, "Signature=", "Signature=0") }), invalid, mismatch},
		"another's key":      {header(w.alice(), as, func(r *http.Request) { edit(r, "AKIDALICE", "AKIDCAROL") }), invalid, mismatch},
		"an unknown key":     {header(w.alice(), as, func(r *http.Request) { edit(r, "AKIDALICE", "AKIDEVE") }), unknown, token},
		"a wrong secret":     {header(liar, as, same), invalid, mismatch},
		"an uninvited token": {header(invited, as, same), unknown, token},
		"no token":           {header(robbed, as, same), unknown, token},
		"token changed":      {header(w.bob(), as, func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", unguessable()) }), invalid, mismatch},
		"replayed":           {header(w.alice(), now(-5*time.Minute-2*time.Second), same), invalid, "Signature expired: "},
		"of the future":      {header(w.alice(), now(6*time.Minute), same), invalid, "Signature not yet current: "},
		"query: value":       {query(as, inQuery("size=1", "size=2")), invalid, mismatch},
		"query: expiry":      {query(as, inQuery("Expires=60", "Expires=604800")), invalid, mismatch},
		"query: replayed":    {query(now(-62*time.Second), same), invalid, "Signature expired: "},
		"query: path":        {query(as, func(r *http.Request) { r.URL.Path = "/others/allowed" }), invalid, mismatch},
		"query: twice":       {query(as, inQuery("size=1", "size=1&X-Amz-Expires=60")), invalid, mismatch},
		"query: no name":     {query(as, inQuery("X-Amz-Signature=", "X-Amz-Signatur=")), incomplete, "AWS query-string parameters must include 'X-Amz-Signature'."},
	} {
		got := w.do(t, client, test.r)
		require.Equal(t, "403 "+test.kind, fmt.Sprint(got.status, " ", got.kind), "%s: %s", name, got.body)
		require.Contains(t, got.body, test.message, name)
		require.Nil(t, got.got, name)
	}
	require.Equal(t, 200, w.do(t, client, header(w.alice(), now(-4*time.Minute-50*time.Second), same)).status, "within the window")
}

// curl signs by itself.
func (w *world) curl(t *testing.T, g *gateway) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		peers.Missing(t, "curl is missing: apt-get install curl")
	}
	for _, test := range []struct {
		user, service string
		args          []string
		want          string
	}{
		{"AKIDALICE:" + w.secrets["ALICE_SECRET"], "execute-api", []string{"/signed/x"}, "200"},
		{"AKIDALICE:" + w.secrets["ALICE_SECRET"], "execute-api", []string{"/signed//x/?a=1&b=2", "--path-as-is"}, "200"},
		{"AKIDALICE:" + w.secrets["ALICE_SECRET"], "execute-api", []string{"/signed/x", "-d", `{"name":"x"}`, "-H", "Content-Type: application/json"}, "200"},
		{"AKIDALICE:" + w.secrets["ALICE_SECRET"], "execute-api", []string{"/signed/x", "-X", "PUT", "--data-binary", "body", "--http2-prior-knowledge"}, "200"},
		{"AKIDALICE:" + unguessable(), "execute-api", []string{"/signed/x"}, "403"},
		{"AKIDALICE:" + w.secrets["ALICE_SECRET"], "s3", []string{"/signed/x"}, "403"},
	} {
		args := append([]string{"-sS", "-o", os.DevNull, "-w", "%{http_code}", "--aws-sigv4", "aws:amz:us-east-1:" + test.service, "--user", test.user, g.url(test.args[0])}, test.args[1:]...)
		out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, test.want, string(out), "%q", test.args)
	}
}

// cli is Amazon's command line, with the one service of its that signs for execute-api.
func (w *world) cli(t *testing.T, g *gateway) {
	cli, err := exec.LookPath("aws")
	if err != nil {
		peers.Missing(t, "aws is missing: pip install awscli")
	}
	run := func(key aws.Credentials, args ...string) (string, error) {
		command := exec.CommandContext(t.Context(), cli, append([]string{"apigatewaymanagementapi"}, append(args, "--endpoint-url", g.url("/dev"), "--region", "us-east-1")...)...)
		command.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+key.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+key.SecretAccessKey, "AWS_SESSION_TOKEN="+key.SessionToken,
			"AWS_MAX_ATTEMPTS=1", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
		out, err := command.CombinedOutput()
		return string(out), err
	}
	out, err := run(w.alice(), "post-to-connection", "--connection-id", "allowed", "--cli-binary-format", "raw-in-base64-out", "--data", "hello")
	if strings.Contains(out, "cli-binary-format") { // of its second version only
		out, err = run(w.alice(), "post-to-connection", "--connection-id", "allowed", "--data", "hello")
	}
	require.NoError(t, err, out)
	out, err = run(w.bob(), "delete-connection", "--connection-id", "allowed")
	require.NoError(t, err, out)
	out, err = run(w.carol(), "delete-connection", "--connection-id", "else")
	require.Error(t, err)
	require.Contains(t, out, "AccessDenied")
	liar := w.alice()
	liar.SecretAccessKey = unguessable()
	out, err = run(liar, "delete-connection", "--connection-id", "allowed")
	require.Error(t, err)
	require.Contains(t, out, "InvalidSignatureException")
}

// botocoreScript signs and sends as the SDK for Python does, and prints the statuses.
const botocoreScript = `
import os, sys
import botocore.auth, botocore.awsrequest, botocore.credentials, botocore.httpsession
base, key, secret, token = sys.argv[1:]
keys = botocore.credentials.Credentials(key, secret, token or None)
session = botocore.httpsession.URLLib3Session()
for kind in (botocore.auth.SigV4Auth, botocore.auth.SigV4QueryAuth):
    for method, target, body in (('GET', '/signed/allowed', b''), ('GET', '/signed/allowed?z=%C3%A9&a=%2F&b=1', b''), ('POST', '/signed/allowed', b'' if kind is botocore.auth.SigV4QueryAuth else b'body'), ('GET', '/signed//allowed/', b'')):
        r = botocore.awsrequest.AWSRequest(method=method, url=base + target, data=body, headers={'X-Meta': ' a   b '})
        kind(keys, 'execute-api', 'us-east-1').add_auth(r)
        print(kind.__name__, method, target, session.send(r.prepare()).status_code)
`

func (w *world) botocore(t *testing.T, g *gateway) {
	python, err := exec.LookPath("python3")
	if err != nil {
		peers.Missing(t, "python3 is missing: apt-get install python3")
	}
	if exec.CommandContext(t.Context(), python, "-c", "import botocore.auth").Run() != nil {
		peers.Missing(t, "botocore is missing: pip install botocore")
	}
	bob := w.bob()
	out, err := exec.CommandContext(t.Context(), python, "-c", botocoreScript, "http://"+g.Listen, bob.AccessKeyID, bob.SecretAccessKey, bob.SessionToken).CombinedOutput()
	require.NoError(t, err, "%s", out)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 8)
	for _, line := range lines {
		require.True(t, strings.HasSuffix(line, " 200"), "%s", out)
	}
}
