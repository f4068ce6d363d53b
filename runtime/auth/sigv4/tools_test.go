package sigv4

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// TestCurl: requests that curl signs itself, by the clock of this machine.
func TestCurl(t *testing.T) {
	curl := tool(t, "curl", "apt-get install curl")
	g := newGateway(t, Config{}, gw.API{}, gw.WithClock(nowForTools))
	server := newServer(t, g.core)
	for _, args := range [][]string{
		{"/pets"},
		{"/prod//pets/7/?a=1&b=2"},
		{"/pets", "-d", `{"name":"x"}`, "-H", "Content-Type: application/json"},
		{"/pets?q=x", "-X", "PUT", "--data-binary", "body", "-H", "X-Amz-Meta: m  n"},
		{"/pets", "-X", "DELETE"},
	} {
		args = append([]string{"-sS", "--path-as-is", "--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "AKIDEXAMPLE:" + aliceSecret,
			"-w", "%{http_code}", server.URL + args[0]}, args[1:]...)
		out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, "arn:aws:iam::123456789012:user/team/alice200", string(out), "%q", args)
	}
}

// TestCLI: requests of Amazon's command line.
func TestCLI(t *testing.T) {
	cli := tool(t, "aws", "pip install awscli")
	for _, test := range []struct {
		service string
		args    []string
	}{
		{"dynamodb", []string{"dynamodb", "list-tables"}},
		{"apigateway", []string{"apigateway", "get-rest-api", "--rest-api-id", "a b/c:d~e*é"}},
		{"apigateway", []string{"apigateway", "get-resources", "--rest-api-id", "x", "--no-paginate", "--embed", "methods", "a b+c"}},
		{"apigateway", []string{"apigateway", "tag-resource", "--resource-arn", "arn:aws:apigateway:us-east-1::/restapis/x", "--tags", "k=v w"}},
	} {
		g := newGateway(t, Config{Service: test.service}, gw.API{}, gw.WithClock(nowForTools))
		server := newServer(t, g.core)
		command := exec.CommandContext(t.Context(), cli, append(test.args, "--endpoint-url", server.URL, "--region", "us-east-1")...)
		command.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+bob.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+bobSecret,
			"AWS_SESSION_TOKEN="+bobToken, "AWS_MAX_ATTEMPTS=1", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
		out, _ := command.CombinedOutput() // it may not like the answer
		require.NotNil(t, g.caller, "%q: %s", test.args, out)
		require.Equal(t, 1, g.caller.Index)
	}
}

// botocoreScript signs what it reads and writes what is to be sent.
const botocoreScript = `
import json, sys, datetime
import botocore.auth, botocore.awsrequest, botocore.credentials
fixed = datetime.datetime(2024, 5, 24, 14, 55, 44, tzinfo=datetime.timezone.utc)
class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls): return fixed.replace(tzinfo=None)
    @classmethod
    def now(cls, tz=None): return fixed if tz else fixed.replace(tzinfo=None)
for module in (datetime, botocore.auth):
    if hasattr(module, 'datetime') and module is not datetime: module.datetime = Clock
if hasattr(botocore.auth, 'get_current_datetime'):
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: fixed.replace(tzinfo=None) if remove_tzinfo else fixed
out = []
for r in json.load(sys.stdin):
    keys = botocore.credentials.Credentials(r['key'], r['secret'], r['token'] or None)
    kind = botocore.auth.SigV4QueryAuth if r['query'] else botocore.auth.SigV4Auth
    q = botocore.awsrequest.AWSRequest(method=r['method'], url='https://api.example.com' + r['target'], data=r['body'].encode(), headers=r['headers'])
    kind(keys, 'execute-api', 'us-east-1').add_auth(q)
    p = q.prepare()
    head = '%s %s HTTP/1.1\r\nHost: api.example.com\r\n' % (p.method, p.url[len('https://api.example.com'):])
    for k, v in p.headers.items():
        if k.lower() not in ('host', 'content-length'):
            head += '%s: %s\r\n' % (k, v.decode() if isinstance(v, bytes) else v)
    out.append(head + 'Content-Length: %d\r\n\r\n%s' % (len(r['body'].encode()), r['body']))
json.dump(out, sys.stdout)
`

// TestBotocore: requests of the SDK for Python, which is also what awscurl and most tools of that language sign with.
func TestBotocore(t *testing.T) {
	python := tool(t, "python3", "apt-get install python3")
	if err := exec.CommandContext(t.Context(), python, "-c", "import botocore.auth").Run(); err != nil {
		missing(t, "botocore is missing: pip install botocore")
	}
	type wanted struct {
		Method, Target, Body, Key, Secret, Token string
		Query                                    bool
		Headers                                  map[string]string
	}
	var all []wanted
	for _, query := range []bool{false, true} {
		body := `{"é":1}`
		if query {
			body = "" // it puts bodies into the query
		}
		for _, target := range []string{"/", "/pets", "/a%20b/c%2Fd/e:f~g*h", "/a//b/", "//a", "/p?b=2&a=1&a=0", "/p?z=%C3%A9&a=%2F&~=1", "/é"} {
			all = append(all, wanted{Method: "GET", Target: target, Key: alice.AccessKeyID, Secret: aliceSecret, Query: query})
			all = append(all, wanted{Method: "POST", Target: target, Body: body, Key: bob.AccessKeyID, Secret: bobSecret, Token: bobToken,
				Query: query, Headers: map[string]string{"X-Amz-Meta": " a   b ", "Content-Type": "application/json"}})
		}
	}
	in := lowerKeys(t, all)
	command := exec.CommandContext(t.Context(), python, "-c", botocoreScript)
	command.Stdin = bytes.NewReader(in)
	var errors bytes.Buffer
	command.Stderr = &errors
	out, err := command.Output()
	require.NoError(t, err, errors.String())
	var raws []string
	require.NoError(t, json.Unmarshal(out, &raws))
	require.Len(t, raws, len(all))
	g := newGateway(t, Config{}, gw.API{})
	for i, raw := range raws {
		got := g.send(t, []byte(raw))
		require.Equal(t, 200, got.status, "%s\n%s", raw, got.body)
		require.Equal(t, all[i].Key, g.caller.AccessKeyID)
		require.Equal(t, all[i].Body, g.body)
		got = g.send(t, []byte(strings.Replace(raw, " HTTP/1.1", "&more=1 HTTP/1.1", 1)))
		require.Equal(t, 403, got.status, raw)
	}
}
