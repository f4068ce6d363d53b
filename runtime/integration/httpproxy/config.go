package httpproxy

import (
	"fmt"
	"strings"
	"time"
)

// Config is an upstream as x-gateway-upstreams describes it (extensions.md). Zero values stand for the defaults.
type Config struct {
	// Name is the upstream's name in the document, or its origin where the document has none for it.
	Name string
	// Kind is what exchanges that stand in for the upstream are called (gw.Exchange); default http.
	Kind string
	// Targets are where requests go.
	Targets []Target
	// Balance says which target a request goes to.
	Balance Balance
	// HashOn is what Hash keeps together: `header:NAME`, `client-ip` or `path`.
	HashOn string
	// Health is the active health check; without a path there is none.
	Health Health
	// Passive ejects a target after failures of requests.
	Passive Passive
	// Retries says which requests are sent again.
	Retries Retries
	// ConnectTimeout bounds dialing and the TLS handshake; default one second.
	ConnectTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept; default a minute.
	IdleTimeout time.Duration
	// MaxConnections bounds the connections to each target; default 512, negative: no bound. Requests wait for one. Where
	// stages show targets different certificates, it holds for each certificate.
	MaxConnections int
	// MaxConcurrent bounds the requests under way to the upstream; what is beyond gets 503 at once. 0 is no bound.
	MaxConcurrent int
	// TLS is how targets with the scheme https are spoken to.
	TLS TLS
}

// Target is one address of an upstream: `http://host:port/base` or with https. Weight 0 counts as 1.
type Target struct {
	URL    string
	Weight int
}

// Balance chooses a target.
type Balance uint8

// The ways to choose a target.
const (
	// P2C takes the less busy one of two random targets.
	P2C Balance = iota
	// RoundRobin takes one after the other.
	RoundRobin
	// LeastConnections takes the least busy one.
	LeastConnections
	// Hash keeps requests together that agree in HashOn.
	Hash
)

// Health is an active health check: GET Path, healthy with a status of 200…399.
type Health struct {
	Path           string
	Interval       time.Duration // default 5 s
	Timeout        time.Duration // default 1 s
	HealthyAfter   int           // successes in a row; default 2
	UnhealthyAfter int           // failures in a row; default 3
}

// Passive ejects a target for a time after failures in a row: no connection, no answer in time, a broken one, or a
// status of 502, 503 or 504. When all targets are out, all are used.
type Passive struct {
	ConsecutiveFailures int           // default 5, negative: never
	Eject               time.Duration // default 10 s
}

// Retries says when a request is sent again. Only what may be sent twice is: methods that are idempotent (RFC 9110
// section 9.2.2) with a body that is at hand, and any request of which nothing was sent.
type Retries struct {
	// Attempts is how often a request is sent again at most; 0 is never.
	Attempts int
	// Connect retries where no connection could be made or it broke without an answer.
	Connect bool
	// Statuses are the statuses after which to retry.
	Statuses []int
	// Budget bounds retries to this share of the requests; default 0.2, negative: no bound.
	Budget float64
}

// TLS is how https targets are spoken to. Files are PEM, and read again when they have changed.
type TLS struct {
	CAFile             string // default: the system's
	CertFile, KeyFile  string // our certificate; default: that of the request's stage
	ServerName         string // default: the target's host
	InsecureSkipVerify bool   // the issuer is not checked; name and dates still are (rest.md, section 1.4, tlsConfig)
}

// httpKind is the Kind of upstreams that are no services.
const httpKind = "http"

// withDefaults fills in what is zero.
func (c Config) withDefaults() Config {
	or := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	count := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	if c.Kind == "" {
		c.Kind = httpKind
	}
	or(&c.ConnectTimeout, time.Second)
	or(&c.IdleTimeout, time.Minute)
	count(&c.MaxConnections, 512)
	or(&c.Health.Interval, 5*time.Second)
	or(&c.Health.Timeout, time.Second)
	count(&c.Health.HealthyAfter, 2)
	count(&c.Health.UnhealthyAfter, 3)
	count(&c.Passive.ConsecutiveFailures, 5)
	or(&c.Passive.Eject, 10*time.Second)
	if c.Retries.Budget == 0 {
		c.Retries.Budget = 0.2
	}
	return c
}

// check says what is wrong with c apart from its targets.
func (c *Config) check() error {
	switch {
	case c.Balance > Hash:
		return fmt.Errorf("unknown balance %d", c.Balance)
	case c.Balance == Hash && c.HashOn != "client-ip" && c.HashOn != "path" && !isHeaderSource(c.HashOn):
		return fmt.Errorf("hashOn %q is not header:NAME, client-ip or path", c.HashOn)
	case c.Health.Path != "" && (c.Health.Path[0] != '/' || !validTarget(c.Health.Path)):
		return fmt.Errorf("health path %q does not start with a slash or is not a path", c.Health.Path)
	}
	return nil
}

func isHeaderSource(source string) bool {
	name, ok := strings.CutPrefix(source, "header:")
	return ok && name != ""
}
