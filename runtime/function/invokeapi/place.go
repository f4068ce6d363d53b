package invokeapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/internal/sigv4"
)

// Config is the Invoke API of a region (x-gateway-functions, aws).
type Config struct {
	// Region is where functions are; empty: what the function's ARN says, else the API's.
	Region string
	// Role is the ARN of the role that invokes (credentials); empty: the gateway's own credentials do.
	Role string
	// Caller has the key invoke that has signed the client's request (arn:aws:iam::*:user/*); without one there is no call.
	Caller bool
}

var (
	_ function.Place  = Config{}
	_ function.Target = (*target)(nil)
)

// InRegion is the place in another region.
func (c Config) InRegion(region string) function.Place {
	return Config{Region: region, Role: c.Role, Caller: c.Caller}
}

// Open implements function.Place. Credentials and an endpoint of the environment are looked for in the background.
func (c Config) Open(core *gw.Core, f function.Function) (function.Target, error) {
	n, err := parseName(firstOf(f.ARN, f.Name))
	if err != nil {
		return nil, err
	}
	region := firstOf(c.Region, n.region, core.Region())
	if !sigv4.ValidHost(region) {
		return nil, fmt.Errorf("function %s: %q is not a region", f.Name, region)
	}
	chain := sigv4.Of(core)
	if core.Exchanger() == nil {
		chain.Warm()
	}
	t := &target{core: core, region: region, role: c.Role, caller: c.Caller, chain: chain, signer: sigv4.NewSigner("lambda", region, core.Now), retryer: newRetryer()}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	core.OnClose(t.close)
	return t, nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// newRetryer is the SDK's standard one: three attempts, growing pauses, and a bucket that empties when many fail. Lambda's
// 429 is tried again too.
func newRetryer() *retry.Standard {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
		o.Throttles = append(o.Throttles, retry.IsErrorThrottleFunc(func(err error) aws.Ternary {
			if errors.Is(err, function.ErrThrottled) {
				return aws.TrueTernary
			}
			return aws.UnknownTernary
		}))
	})
}

// target is the API of one region, as one function calls it.
type target struct {
	core    *gw.Core
	region  string
	role    string
	caller  bool
	chain   *sigv4.Chain
	signer  *sigv4.Signer
	retryer *retry.Standard
	ctx     context.Context // ends with the gateway
	cancel  context.CancelFunc

	opening sync.Mutex
	api     atomic.Pointer[api]
}

// api is where and how the API is asked.
type api struct {
	url       url.URL // its path ends without a slash
	transport *http.Transport
}

func (t *target) close() {
	t.cancel()
	t.opening.Lock()
	defer t.opening.Unlock()
	if a := t.api.Load(); a != nil {
		a.transport.CloseIdleConnections()
	}
}

// Bounds of a target's connections.
const (
	connections = 512
	idleTime    = time.Minute
)

var errEndpoint = errors.New("the endpoint of Lambda is not http(s)://host[:port][/path]")

// reach is the API. The first call finds out where it is.
func (t *target) reach(deadline time.Time) (*api, error) {
	if a := t.api.Load(); a != nil {
		return a, nil
	}
	endpoint, err := t.chain.Endpoint("Lambda", deadline)
	if err != nil {
		return nil, late(err)
	}
	at, err := url.Parse(firstOf(endpoint, "https://lambda."+t.region+"."+sigv4.Domain(t.region)))
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.RawQuery != "" || at.Opaque != "" {
		return nil, errEndpoint
	}
	at.Path, at.RawPath = strings.TrimRight(at.Path, "/"), ""
	transport, err := t.chain.Transport(deadline)
	if err != nil {
		return nil, late(err)
	}
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = 0, connections, connections
	transport.IdleConnTimeout = idleTime
	transport.DisableCompression = true
	t.opening.Lock()
	defer t.opening.Unlock()
	if a := t.api.Load(); a != nil {
		return a, nil
	}
	a := &api{url: *at, transport: transport}
	t.api.Store(a)
	return a, nil
}

// late is err as one of package function, where it is one.
func late(err error) error {
	if errors.Is(err, sigv4.ErrLate) {
		return fmt.Errorf("%w: %w", function.ErrTimeout, err)
	}
	return err
}
