package awsservice

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gatewright/gatewright/golden/sigv4test"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

func dynamodb(t testing.TB, b *backend) Config {
	environment(t)
	b.start(t, sigv4test.Expect{Key: key, Service: "dynamodb", Region: "us-east-1"})
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", b.url+"/base/")
	return Config{Service: "dynamodb", Region: "us-east-1"}
}

func TestRequestsAreSigned(t *testing.T) {
	var b backend
	g := start(t, dynamodb(t, &b), func(s *Service, c *gw.Ctx) gw.Fault {
		out := send(c)
		out.Query("Name", "a b+c&d=/é'()")
		out.Header("Referer", "http://there/")
		out.Header("Host", "elsewhere")
		out.Header("X-Amz-Date", "20200101T000000Z")
		out.Header("x-amz-security-token", "mine")
		out.Header("Via", "1.1 x")
		out.Text(`{"TableName":"pets"}`)
		r, f := s.Invoke(c, out)
		if f != gw.OK {
			return f
		}
		return c.Respond(200).Relay(r, gw.AsIs)
	})
	for range 2 {
		got := g.ask(t, "POST", "/x//y(1):2%2F?Action=List&x", "client", "X-Amz-Target", "DynamoDB_20120810.GetItem", "Accept", "text/html", "User-Agent", "curl")
		require.Equal(t, 200, got.status)
		require.Equal(t, `{"TableName":"pets"}`, got.body)
		require.NoError(t, b.last().err)
	}
	require.Equal(t, "/base/x/y%281%29%3A2%2F?Action=List&x=&Name=a%20b%2Bc%26d%3D%2F%C3%A9%27%28%29", b.last().target)
	require.Equal(t, b.url[len("http://"):], b.last().host)
	trace := b.last().header.Get("X-Amzn-Trace-Id")
	require.NotEmpty(t, trace)
	for name, value := range map[string]string{
		"Accept": "application/json", "User-Agent": "AmazonAPIGateway_a1b2c3d4e5", "Content-Type": "application/json",
		"X-Amzn-Apigateway-Api-Id": "a1b2c3d4e5", "X-Amz-Target": "DynamoDB_20120810.GetItem", "Referer": "", "Via": "", "X-Amz-Security-Token": "token",
	} {
		require.Equal(t, value, b.last().header.Get(name), name)
	}
	require.Len(t, b.last().header.Values("X-Amz-Date"), 1)
}

func TestHeadersThatServicesDoNotTake(t *testing.T) {
	var b backend
	var name atomic.Value
	g := start(t, dynamodb(t, &b), func(s *Service, c *gw.Ctx) gw.Fault {
		out := send(c)
		out.Header(name.Load().(string), "x")
		_, f := s.Invoke(c, out)
		return f
	})
	for _, n := range []string{"Authorization", "connection", "Expect", "Proxy-Authenticate", "TE", "Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "a b", "a\r\nb"} {
		name.Store(n)
		got := g.ask(t, "GET", "/", "")
		require.Equal(t, 500, got.status, n)
		require.Equal(t, bodyInternal, got.body)
	}
	require.Zero(t, b.last().asked)
}

func TestOthersSign(t *testing.T) {
	environment(t)
	b := &backend{}
	b.start(t, sigv4test.Expect{Key: aws.Credentials{AccessKeyID: "CALLER", SecretAccessKey: "s"}, Service: "sns", Region: "eu-west-1"})
	t.Setenv("AWS_ENDPOINT_URL_SNS", b.url)
	g := start(t, Config{Service: "sns", Region: "eu-west-1"}, func(s *Service, c *gw.Ctx) gw.Fault {
		_, f := s.InvokeWith(c, send(c), Key{AccessKeyID: "CALLER", Secret: "s"})
		return f
	})
	g.ask(t, "GET", "/?Action=Publish", "")
	require.Equal(t, 1, b.last().asked)
	require.NoError(t, b.last().err)
}

func TestCallersSign(t *testing.T) {
	environment(t)
	b := &backend{}
	b.start(t, sigv4test.Expect{Key: aws.Credentials{AccessKeyID: "CALLER", SecretAccessKey: "s", SessionToken: "t"}, Service: "sns", Region: "eu-west-1"})
	t.Setenv("AWS_ENDPOINT_URL_SNS", b.url)
	g := start(t, Config{Service: "sns", Region: "eu-west-1", Caller: true}, func(s *Service, c *gw.Ctx) gw.Fault {
		if c.RawQuery() == "signed" {
			c.Identify(&gw.Identity{AccessKey: "CALLER", Signing: func() (string, string) { return "s", "t" }})
		}
		return invoke(s, c)
	})
	g.ask(t, "GET", "/?signed", "")
	require.NoError(t, b.last().err)
	require.Equal(t, 500, g.ask(t, "GET", "/", "").status)
	require.Equal(t, 1, b.last().asked, "the gateway's own key never takes the place of a caller's")
}

// sts starts a token service that gives out a key for each role.
func sts(t testing.TB, h http.HandlerFunc) {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
}

func TestRolesSign(t *testing.T) {
	environment(t)
	b := &backend{}
	b.start(t, sigv4test.Expect{Key: aws.Credentials{AccessKeyID: "ROLE", SecretAccessKey: "rs", SessionToken: "rt"}, Service: "states", Region: "us-east-1"})
	t.Setenv("AWS_ENDPOINT_URL_SFN", b.url)
	var mu sync.Mutex
	var roles []string
	sts(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		roles = append(roles, r.FormValue("RoleArn"))
		_, _ = fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>rs</SecretAccessKey>`+
			`<SessionToken>rt</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	})
	const one, other = "arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/other"
	g := start(t, Config{Service: "states", Role: one}, func(s *Service, c *gw.Ctx) gw.Fault {
		if c.RawQuery() != "" {
			_, f := s.InvokeAs(c, send(c), other)
			return f
		}
		return invoke(s, c)
	})
	for _, target := range []string{"/", "/", "/?x", "/?x"} {
		g.ask(t, "POST", target, "{}")
		require.NoError(t, b.last().err)
	}
	require.Equal(t, 4, b.last().asked)
	require.Equal(t, []string{one, other}, roles)
}

func TestIdentitiesThatAreNone(t *testing.T) {
	var b backend
	var role atomic.Value
	g := start(t, dynamodb(t, &b), func(s *Service, c *gw.Ctx) gw.Fault {
		as := role.Load().(string)
		if _, f := s.OpenAs(c, send(c), as); f != gw.APIConfigurationError {
			return f
		}
		if _, f := s.InvokeWith(c, send(c), Key{Secret: "s"}); f != gw.APIConfigurationError {
			return f
		}
		_, f := s.InvokeAs(c, send(c), as)
		return f
	})
	for _, as := range []string{"", "x", "arn:aws:iam::123456789012:user/x", "arn:aws:s3::1:role/x", "arn:aws:iam::1:role/" + strings.Repeat("x", maxRole)} {
		role.Store(as)
		require.Equal(t, 500, g.ask(t, "GET", "/", "").status, as)
	}
	require.Zero(t, b.last().asked, "the gateway's own credentials never take their place")
	core := gw.NewCore(&gw.API{Title: "t"}, gw.WithExchange(func(*gw.Exchange) {}))
	New(core, Config{Service: "s3", Region: "eu-west-1", Role: "x"})
	require.ErrorContains(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }), "is not the ARN of a role")
}

func TestMissingCredentials(t *testing.T) {
	var b backend
	cfg := dynamodb(t, &b)
	cfg.Role = "arn:aws:iam::123456789012:role/x"
	sts(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) })
	got := start(t, cfg, invoke).ask(t, "GET", "/", "")
	require.Equal(t, 500, got.status, "a role that is refused")
	require.Equal(t, bodyInternal, got.body)

	sts(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // only then does the server see the client leave
		<-r.Context().Done()
	})
	got = start(t, cfg, func(s *Service, c *gw.Ctx) gw.Fault {
		_, f := s.Invoke(c, c.Outbound("GET", 50*time.Millisecond))
		return f
	}).ask(t, "GET", "/", "")
	require.Equal(t, 504, got.status, "nobody answers for the role")
	require.Equal(t, bodyTimeout, got.body)

	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	cfg.Role = ""
	got = start(t, cfg, invoke).ask(t, "GET", "/", "")
	require.Equal(t, 500, got.status, "there are none")
	require.Zero(t, b.last().asked)
}

func TestFailures(t *testing.T) {
	hung := make(chan struct{})
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/base/redirect":
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(307)
		case "/base/reset":
			panic(http.ErrAbortHandler)
		case "/base/stall":
			<-hung
		}
	}}
	cfg := dynamodb(t, &b)
	defer close(hung)
	g := start(t, cfg, func(s *Service, c *gw.Ctx) gw.Fault {
		out := c.Outbound("GET", 200*time.Millisecond)
		out.Literal("/")
		out.Path(c.Tail(0))
		r, f := s.Invoke(c, out)
		if f != gw.OK {
			return f
		}
		return c.Respond(r.Status()).Relay(r, gw.AsIs)
	})
	require.Equal(t, 307, g.ask(t, "GET", "/redirect", "").status, "a redirect to another region is an answer")
	got := g.ask(t, "GET", "/reset", "")
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyFailure, got.body)
	got = g.ask(t, "GET", "/stall", "")
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyTimeout, got.body)

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://"+ln.Addr().String())
	got = start(t, cfg, invoke).ask(t, "GET", "/", "")
	require.Equal(t, 504, got.status)
	require.Equal(t, bodyFailure, got.body)

	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "nonsense")
	require.Equal(t, 500, start(t, cfg, invoke).ask(t, "GET", "/", "").status)
}

func TestExpiredConnectionsAreSignedAgain(t *testing.T) {
	b := backend{answer: func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(rw, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_ = rw.Flush()
		_ = conn.Close()
	}}
	g := start(t, dynamodb(t, &b), invoke)
	for range 3 { // the backend closes each connection behind its answer, unsaid
		got := g.ask(t, "PUT", "/", "x")
		require.Equal(t, "ok", got.body)
		require.NoError(t, b.last().err)
	}
}

func TestExchangesStandInForServices(t *testing.T) {
	t.Setenv("AWS_PROFILE", "missing") // loading the chain would fail
	t.Setenv("AWS_ENDPOINT_URL", "http://elsewhere.invalid")
	var last atomic.Pointer[gw.Exchange]
	g := start(t, Config{Service: "s3", Region: "cn-north-1", Subdomain: "photos"}, open, gw.WithExchange(func(x *gw.Exchange) {
		x.Reply.Body = []byte("text")
		last.Store(x)
	}))
	require.Equal(t, "text", g.ask(t, "PUT", "/a%20b?acl", "data", "Content-Type", "application/octet-stream").body)
	seen := last.Load()
	require.Equal(t, []string{"aws", "photos.s3", "PUT", "https://photos.s3.cn-north-1.amazonaws.com.cn/a%20b?acl=", "data"},
		[]string{seen.Kind, seen.Target, seen.Method, seen.URI, string(seen.Body)})
	for _, f := range seen.Headers {
		require.NotEqual(t, "Authorization", f.Name)
	}
}

func TestPlaces(t *testing.T) {
	for _, test := range []struct {
		cfg                   Config
		host, region, signing string
		sdk                   string
	}{
		{Config{Service: "dynamodb", Region: "us-east-1"}, "dynamodb.us-east-1.amazonaws.com", "us-east-1", "dynamodb", "DynamoDB"},
		{Config{Service: "sqs", Region: "cn-north-1"}, "sqs.cn-north-1.amazonaws.com.cn", "cn-north-1", "sqs", "sqs"},
		{Config{Service: "states", Region: "us-gov-west-1"}, "states.us-gov-west-1.amazonaws.com", "us-gov-west-1", "states", "SFN"},
		{Config{Service: "events", Region: "eu-west-1"}, "events.eu-west-1.amazonaws.com", "eu-west-1", "events", "EventBridge"},
		{Config{Service: "email", Region: "eu-west-1"}, "email.eu-west-1.amazonaws.com", "eu-west-1", "ses", "SES"},
		{Config{Service: "monitoring", Region: "eu-west-1"}, "monitoring.eu-west-1.amazonaws.com", "eu-west-1", "monitoring", "CloudWatch"},
		{Config{Service: "s3", Subdomain: "a.b", Region: "eu-west-1"}, "a.b.s3.eu-west-1.amazonaws.com", "eu-west-1", "s3", "s3"},
		{Config{Service: "sagemaker", Subdomain: "runtime", Region: "eu-west-1"}, "runtime.sagemaker.eu-west-1.amazonaws.com", "eu-west-1", "sagemaker", "SageMaker Runtime"},
		{Config{Service: "iot", Subdomain: "data", Region: "eu-west-1"}, "data.iot.eu-west-1.amazonaws.com", "eu-west-1", "iotdata", "IoT Data Plane"},
		{Config{Service: "iam", Region: "eu-west-1"}, "iam.amazonaws.com", "us-east-1", "iam", "iam"},
		{Config{Service: "iam", Region: "cn-north-1"}, "iam.cn-north-1.amazonaws.com.cn", "cn-north-1", "iam", "iam"},
		{Config{Service: "iam", Region: "us-gov-east-1"}, "iam.us-gov.amazonaws.com", "us-gov-west-1", "iam", "iam"},
		{Config{Service: "sts", Region: "eu-west-1"}, "sts.eu-west-1.amazonaws.com", "eu-west-1", "sts", "sts"},
		{Config{Service: "route53", Region: "eu-west-1"}, "route53.amazonaws.com", "us-east-1", "route53", "Route 53"},
	} {
		require.Equal(t, place{test.host, test.region, test.signing}, locate(test.cfg))
		require.Equal(t, test.sdk, sdkName(test.cfg))
	}
	core := gw.NewCore(&gw.API{Title: "t"}, gw.WithExchange(func(*gw.Exchange) {}))
	New(core, Config{Service: "s3", Subdomain: "a/b", Region: "eu-west-1"})
	require.ErrorContains(t, core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }), "not names of a host")
}
