package awsservice

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/httpproxy"
	"github.com/gatewright/gatewright/runtime/internal/sigv4"
)

// Config is a service as an integration's uri names it: arn:aws:apigateway:{region}:{[subdomain.]service}:….
type Config struct {
	// Service is its name in ARNs and hosts: dynamodb, states, s3.
	Service string
	// Region is where it is asked; empty: the API's.
	Region string
	// Subdomain stands before the service in its host: an S3 bucket.
	Subdomain string
	// HostPrefix stands before the whole host: `sync-` of Step Functions' StartSyncExecution.
	HostPrefix string
	// Role is the ARN of the role that signs (credentials); empty: the gateway's own credentials do.
	Role string
	// Caller has the caller's own key sign (arn:aws:iam::*:user/*); who has not signed is answered APIConfigurationError.
	Caller bool
}

// Key is a caller's own key, for integrations whose credentials are arn:aws:iam::*:user/*. An empty token is none.
type Key struct {
	AccessKeyID, Secret, SessionToken string
}

// connectTime bounds a connection with its handshake: regions may be far.
const connectTime = 3 * time.Second

// Service is an AWS service that is asked with one identity. It is safe for concurrent use.
type Service struct {
	core   *gw.Core
	cfg    Config
	at     place
	chain  *sigv4.Chain // nil: exchanges stand in for services, and nothing is signed
	signer *sigv4.Signer

	opening sync.Mutex
	way     atomic.Pointer[way]
	idle    sync.Pool // of *call
}

// way is how the service is reached.
type way struct {
	up     *httpproxy.Upstream
	prefix string // of each path: the bucket that no host says
}

// New makes a Service that ends with core. What is wrong with cfg is said by the core's Start. Credentials and an
// endpoint of the environment are looked for in the background; neither fails the start.
func New(core *gw.Core, cfg Config) *Service {
	if cfg.Region == "" {
		cfg.Region = core.Region()
	}
	s := &Service{core: core, cfg: cfg, at: locate(cfg)}
	s.idle.New = func() any { return new(call) }
	if !sigv4.ValidHost(cfg.Service) || !sigv4.ValidHost(cfg.Region) || cfg.Subdomain != "" && !sigv4.ValidHost(cfg.Subdomain) {
		core.Fail(fmt.Errorf("AWS service %q in region %q: not names of a host", dotted(cfg.Subdomain, cfg.Service), cfg.Region))
		return s
	}
	if cfg.Role != "" && !validRole(cfg.Role) {
		core.Fail(fmt.Errorf("AWS service %q: %q is not the ARN of a role", cfg.Service, cfg.Role))
		return s
	}
	s.signer = sigv4.NewSigner(s.at.signing, s.at.region, core.Now)
	if core.Exchanger() == nil {
		s.chain = sigv4.Of(core)
		s.chain.Warm()
	}
	return s
}

// Invoke sends out and reads the whole answer. Failures are as those of HTTP integrations (rest.md, section 8); without
// credentials, or without the role, the request ends in APIConfigurationError.
//
//go:noinline
func (s *Service) Invoke(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	return s.send(c, out, s.cfg.Role, nil, false)
}

// InvokeAs is Invoke with a role that is known at run time only. What is no role's ARN, such as the text of a variable
// that is not set, ends in APIConfigurationError: the gateway's own credentials never take its place.
//
//go:noinline
func (s *Service) InvokeAs(c *gw.Ctx, out *gw.Outbound, role string) (*gw.Reply, gw.Fault) {
	if !validRole(role) {
		return nil, gw.APIConfigurationError
	}
	return s.send(c, out, role, nil, false)
}

// InvokeWith is Invoke signed with a caller's key; without one the request ends in APIConfigurationError.
//
//go:noinline
func (s *Service) InvokeWith(c *gw.Ctx, out *gw.Outbound, key Key) (*gw.Reply, gw.Fault) {
	if key.AccessKeyID == "" || key.Secret == "" {
		return nil, gw.APIConfigurationError
	}
	return s.send(c, out, "", sigv4.Static(key.AccessKeyID, key.Secret, key.SessionToken), false)
}

// Open is Invoke that reads only the answer's head: Reply.Load reads the body for what needs it whole, Response.Relay
// sends it on as it comes. With Outbound.PassThrough the client's body goes up unread, and its hash is not signed.
//
//go:noinline
func (s *Service) Open(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault) {
	return s.send(c, out, s.cfg.Role, nil, true)
}

// OpenAs is Open with a role that is known at run time only, as InvokeAs.
//
//go:noinline
func (s *Service) OpenAs(c *gw.Ctx, out *gw.Outbound, role string) (*gw.Reply, gw.Fault) {
	if !validRole(role) {
		return nil, gw.APIConfigurationError
	}
	return s.send(c, out, role, nil, true)
}

// maxRole is the longest ARN that is taken for a role's.
const maxRole = 2048

// validRole takes arn:{partition}:iam::{account}:role/{name}.
func validRole(role string) bool {
	parts := strings.SplitN(role, ":", 6)
	return len(role) <= maxRole && len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && strings.HasPrefix(parts[5], "role/")
}

// call is the memory of one request.
type call struct {
	service *Service
	by      *sigv4.Credentials
	target  []byte
}

var _ httpproxy.Signer = (*call)(nil)

// Sign implements httpproxy.Signer.
func (k *call) Sign(head, body []byte, stream bool) ([]byte, error) {
	return k.service.signer.Sign(head, body, stream, k.by)
}

// Adds implements httpproxy.Signer.
func (k *call) Adds(name string) bool { return sigv4.Signed(name) }

// keptTarget bounds what a pooled call keeps.
const keptTarget = 16 << 10

func (s *Service) put(k *call) {
	k.service, k.by, k.target = nil, nil, k.target[:0]
	if cap(k.target) <= keptTarget {
		s.idle.Put(k)
	}
}

func (s *Service) send(c *gw.Ctx, out *gw.Outbound, role string, by *sigv4.Credentials, open bool) (*gw.Reply, gw.Fault) {
	if f := out.ServiceFault(); f != gw.OK {
		return nil, f
	}
	var deadline time.Time
	if limit := out.Timeout(); limit > 0 {
		deadline = time.Now().Add(limit)
	}
	w, f := s.reach(deadline)
	if f != gw.OK {
		return nil, f
	}
	k := s.idle.Get().(*call)
	defer s.put(k)
	k.service, k.by = s, by
	if s.cfg.Caller {
		if k.by = callersOf(c); k.by == nil {
			return nil, gw.APIConfigurationError
		}
	} else if by == nil && s.chain != nil {
		var err error
		if k.by, err = s.chain.Credentials(role, deadline); err != nil {
			return nil, faultOf(err)
		}
	}
	if k.target, f = s.appendTarget(k.target, w.prefix, out); f != gw.OK {
		return nil, f
	}
	request := httpproxy.ServiceRequest{Target: text(k.target), Deadline: deadline}
	if s.chain != nil {
		request.Signer = k
	}
	if open {
		return w.up.OpenService(c, out, request)
	}
	return w.up.InvokeService(c, out, request)
}

// callersOf are the credentials that signed the request; nil: none did.
func callersOf(c *gw.Ctx) *sigv4.Credentials {
	who := c.Identity()
	if who == nil || who.Signing == nil {
		return nil
	}
	secret, token := who.Signing()
	return sigv4.Static(who.AccessKey, secret, token)
}

// faultOf is how missing credentials are told to the client. The log has the reason.
func faultOf(err error) gw.Fault {
	if errors.Is(err, sigv4.ErrLate) {
		return gw.IntegrationTimeout
	}
	return gw.APIConfigurationError
}

// appendTarget appends the path and query that are sent.
func (s *Service) appendTarget(b []byte, prefix string, out *gw.Outbound) ([]byte, gw.Fault) {
	path, query, _ := bytes.Cut(out.Target(), []byte{'?'})
	if len(path) > 0 && path[0] != '/' || bytes.IndexByte(path, '#') >= 0 {
		return b, gw.APIConfigurationError
	}
	if len(path) == 0 && prefix == "" {
		path = []byte{'/'}
	}
	b = sigv4.AppendPath(append(b, prefix...), text(path), s.cfg.Service == "s3")
	start := len(b)
	b = sigv4.AppendQuery(append(b, '?'), text(query))
	if added := out.AddedQuery(); len(added) > 0 {
		if len(b) > start+1 {
			b = append(b, '&')
		}
		b = sigv4.AppendQuery(b, text(added))
	}
	if len(b) == start+1 {
		b = b[:start]
	}
	return b, gw.OK
}

// reach is how the service is reached. The first request finds it out.
func (s *Service) reach(deadline time.Time) (*way, gw.Fault) {
	if w := s.way.Load(); w != nil {
		return w.fault()
	}
	var endpoint string
	if s.chain != nil {
		var err error
		if endpoint, err = s.chain.Endpoint(sdkName(s.cfg), deadline); err != nil {
			return nil, faultOf(err)
		}
	}
	s.opening.Lock()
	defer s.opening.Unlock()
	w := s.way.Load()
	if w == nil {
		var err error
		if w, err = s.open(endpoint); err != nil { // it stays so, and is said once
			s.core.Logger().Error("AWS service not usable", "service", s.cfg.Service, "error", err)
		}
		s.way.Store(w)
	}
	return w.fault()
}

// fault is w, or why it is no way.
func (w *way) fault() (*way, gw.Fault) {
	if w.up == nil {
		return nil, gw.APIConfigurationError
	}
	return w, gw.OK
}

// open makes the connections, to endpoint unless it is empty. An endpoint of the environment has no subdomains: a
// bucket becomes the first segment of the path (decisions.md).
func (s *Service) open(endpoint string) (*way, error) {
	w := &way{}
	cfg := httpproxy.Config{Name: dotted(s.cfg.Subdomain, s.cfg.Service), Kind: "aws", ConnectTimeout: connectTime}
	if endpoint == "" {
		endpoint = "https://" + s.at.host
	} else if s.cfg.Service == "s3" && s.cfg.Subdomain != "" {
		w.prefix = "/" + s.cfg.Subdomain
	}
	if s.chain != nil && strings.HasPrefix(endpoint, "https:") {
		cfg.TLS.CAFile = os.Getenv("AWS_CA_BUNDLE") // as the SDK does
	}
	cfg.Targets = []httpproxy.Target{{URL: endpoint, Weight: 1}}
	var err error
	w.up, err = httpproxy.Late(s.core, cfg)
	return w, err
}

// text is b without a copy, for as long as b stays as it is.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
