package model

import "github.com/gatewright/gatewright/gen/source"

// GatewaySettings are the x-gateway-* keys of the root (extensions.md). What nothing lowers yet stays a node, so that
// check can name it.
type GatewaySettings struct {
	Gateway  RouteSettings // the root's own defaults for every route
	APIType  *source.String
	APIID    *source.String
	Account  *source.String
	Region   *source.String
	Stages   []*Stage
	Upstream []*Upstream
	Function []*Function

	Principals []*Principal
	Issuers    []*Issuer
	APIKeys    []*APIKey
	UsagePlans []*UsagePlan
	Domains    []*Domain

	AccountThrottle *Throttle
	WebSocket       *source.Node
	Portal          *source.Node
	CORS            *source.Node
	// StoreFailure is x-gateway-store's onFailure: local, closed, open.
	StoreFailure *source.String
}

// Stage is one entry of x-gateway-stages.
type Stage struct {
	Name        source.String
	Description string
	Variables   []Variable
	Throttle    *Throttle        // of every method
	Methods     []MethodThrottle // of single methods
	Certificate *KeyPair         // clientCertificate: shown to backends
	// Other are the settings that are read but not lowered yet, by key.
	Other []Setting
}

// KeyPair names the files of a certificate and its key.
type KeyPair struct {
	Span     source.Span
	CertFile *source.String
	KeyFile  *source.String
}

// Variable is a stage variable.
type Variable struct {
	Name  source.String
	Value source.String
}

// Setting is a key and its value as they stand.
type Setting struct {
	Key   source.String
	Value source.Node
}

// Upstream is one entry of x-gateway-upstreams. Numbers are in the unit that the document's key names.
type Upstream struct {
	Name           source.String
	Targets        []Target
	Balance        *source.String // p2c, round_robin, least_connections, hash
	HashOn         *source.String
	Health         *Health
	Passive        *Passive
	Retries        *Retries
	ConnectTimeout *source.Int // milliseconds
	IdleTimeout    *source.Int // seconds
	MaxConnections *source.Int
	MaxConcurrent  *source.Int
	TLS            *UpstreamTLS
}

// Target is one address of an upstream.
type Target struct {
	URL    source.String
	Weight *source.Int
}

// Health is an upstream's active health check.
type Health struct {
	Span           source.Span
	Path           *source.String
	Interval       *source.Int // seconds
	Timeout        *source.Int // milliseconds
	HealthyAfter   *source.Int
	UnhealthyAfter *source.Int
}

// Passive is an upstream's passive health check.
type Passive struct {
	Span                source.Span
	ConsecutiveFailures *source.Int
	Eject               *source.Int // seconds
}

// Retries is when an upstream's requests are sent again.
type Retries struct {
	Span     source.Span
	Attempts *source.Int
	On       []source.String // connect, or a status
	Budget   *source.String  // a fraction such as 0.2
}

// UpstreamTLS is how an upstream is spoken to over TLS.
type UpstreamTLS struct {
	Span               source.Span
	CAFile             *source.String
	CertFile           *source.String
	KeyFile            *source.String
	ServerName         *source.String
	InsecureSkipVerify *source.Bool
}
