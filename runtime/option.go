package runtime

import (
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"

	"github.com/gatewright/gatewright/runtime/value"
)

// Option is a setting of a gateway that its document does not know.
type Option func(*settings)

type settings struct {
	stage     string
	variables []StageVariable
	upstreams map[string][]string
	functions map[string]string
	logger    *slog.Logger
	accessLog *slog.Logger
	trusted   []netip.Prefix
	now       func() time.Time
	since     func(time.Time) time.Duration
	limits    Limits
	awsLimits bool
	informs   bool // clients of limits
	describe  func(*x509.Certificate) *ClientCertificate
	observer  func(*Ctx, int, time.Duration)
	openStore StoreOpener // nil: there is none, or it was opened
	usageFile UsageFile
	hooks
}

func (s *settings) apply(options []Option) {
	s.logger, s.now, s.since = slog.Default(), time.Now, time.Since
	for _, option := range options {
		option(s)
	}
	if s.awsLimits && s.limits.Body == 0 {
		s.limits.Body = 10 * mebi
	}
	if s.limits.BufferedBody == 0 {
		s.limits.BufferedBody = 10 * mebi
	}
	if s.limits.ReplyBytes == 0 {
		s.limits.ReplyBytes = 10 * mebi
	}
	if s.limits.Depth <= 0 || s.limits.Depth > value.MaxDepth {
		s.limits.Depth = value.MaxDepth
	}
}

// WithStage serves stage name at the root. Without it, every named stage is mounted under its name.
func WithStage(name string) Option { return func(s *settings) { s.stage = name } }

// WithStageVariable sets a variable in every stage.
func WithStageVariable(name, value string) Option {
	return func(s *settings) { s.variables = append(s.variables, StageVariable{Name: name, Value: value}) }
}

// WithUpstream replaces the targets of an upstream of the document.
func WithUpstream(name string, urls ...string) Option {
	return func(s *settings) {
		if s.upstreams == nil {
			s.upstreams = make(map[string][]string)
		}
		s.upstreams[name] = urls
	}
}

// WithFunction has the function called name, a name or ARN of the document, run at target in place of where the document
// has it: an invoke URL, exec: with a command line, aws, or aws: with a region (extensions.md, Flags).
func WithFunction(name, target string) Option {
	return func(s *settings) {
		if s.functions == nil {
			s.functions = make(map[string]string)
		}
		s.functions[name] = target
	}
}

// WithLogger says where the gateway writes what an operator should know; default slog.Default.
func WithLogger(logger *slog.Logger) Option { return func(s *settings) { s.logger = logger } }

// WithAccessLog writes a line for each request to logger. Without it there is none, and no time is spent on it.
func WithAccessLog(logger *slog.Logger) Option { return func(s *settings) { s.accessLog = logger } }

// WithTrustedProxies names the proxies whose X-Forwarded-For, X-Amzn-Vpce-Id and the like are believed.
func WithTrustedProxies(prefixes []netip.Prefix) Option {
	return func(s *settings) { s.trusted = append(s.trusted, prefixes...) }
}

// WithClock replaces time.Now.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now, s.since = now, func(t time.Time) time.Duration { return now().Sub(t) } }
}

// WithLimits bounds what one request may cost.
func WithLimits(limits Limits) Option { return func(s *settings) { s.limits = limits } }

// WithAWSLimits imposes Amazon's own limits on requests: bodies of 10 MiB, targets and header fields of 10,240 bytes
// (rest.md, section 15).
func WithAWSLimits(on bool) Option { return func(s *settings) { s.awsLimits = on } }

// WithRateLimitHeaders has answers of operations with limits tell clients of them, in the header fields RateLimit-Policy and
// RateLimit, and refusals when to come again, in Retry-After. Amazon's answers have none of the three (rest.md, section 11).
func WithRateLimitHeaders(on bool) Option { return func(s *settings) { s.informs = on } }

// WithClientCertificates says that listeners ask every client for a certificate and verify it: describe is what requests see
// of one.
func WithClientCertificates(describe func(*x509.Certificate) *ClientCertificate) Option {
	return func(s *settings) { s.describe = describe }
}

// WithObserver has f called once for each request, when its answer is known but may still be on its way. The Ctx is
// valid during the call only.
func WithObserver(f func(c *Ctx, status int, elapsed time.Duration)) Option {
	return func(s *settings) { s.observer = f }
}
