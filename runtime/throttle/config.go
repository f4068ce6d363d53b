// Package throttle refuses requests that are more than a document allows: it takes from the limits of the request's
// operation in Amazon's order (rest.md, section 11), all or nothing. It must not know how a limit counts, nor who calls.
package throttle

import (
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Config is what a document limits, usage plans aside.
type Config struct {
	// Account is the limit of all operations together (x-gateway-account); nil: there is none.
	Account *limit.Rate
	// Stages are the throttles of stages.
	Stages []Stage
	// Places are the throttles that stand beside operations (x-gateway-throttle).
	Places []Place
	// Keyed are the operations that want an API key: what usage plans limit counts for them.
	Keyed []*gw.Route
	// OnFailure says what happens to these limits when a shared store cannot answer (x-gateway-store).
	OnFailure limit.Policy
}

// Stage is the throttles of a stage. Each operation has a bucket of its own (decisions.md, How much).
type Stage struct {
	Name string
	// Rate counts for operations that are not among Methods; nil: they have no limit.
	Rate    *limit.Rate
	Methods []Method
}

// Method is the throttle of one operation.
type Method struct {
	Route *gw.Route
	Rate  limit.Rate
}

// Place is an x-gateway-throttle. The operations that it counts for share what it allows, in all stages.
type Place struct {
	// Name is the operation or the path that it stands at; empty: the root.
	Name   string
	Routes []*gw.Route
	// Rate is what passes; nil: any.
	Rate *limit.Rate
	// Concurrent is how many requests may be under way; 0: any number.
	Concurrent int
	// Key tells clients apart, each of whom has what is allowed for itself. The zero Key does not: all share it.
	Key Key
}

// Key is what tells clients apart.
type Key struct {
	kind keyKind
	name string
}

type keyKind uint8

const (
	together keyKind = iota
	byAddress
	byAPIKey
	byHeader
	byClaim
)

// ClientAddress tells clients apart by their address.
func ClientAddress() Key { return Key{kind: byAddress} }

// APIKey tells clients apart by the API key that let them in.
func APIKey() Key { return Key{kind: byAPIKey} }

// Header tells clients apart by a header. Those without it count as one.
func Header(name string) Key { return Key{byHeader, name} }

// Claim tells clients apart by a claim of their token. Those without it count as one.
func Claim(name string) Key { return Key{byClaim, name} }

// of is the client of a request. It is valid as long as the request.
func (k Key) of(c *gw.Ctx) string {
	switch k.kind {
	case byAddress:
		return c.ClientAddr()
	case byAPIKey:
		_, id := c.APIKey()
		return id
	case byHeader:
		return c.HeaderFolded(k.name)
	case byClaim:
		return claim(c.Authorization(), k.name)
	default:
		return ""
	}
}

func claim(a *gw.Authorization, name string) string {
	if a == nil {
		return ""
	}
	for i := range a.Claims {
		if a.Claims[i].Name == name {
			return a.Claims[i].Value
		}
	}
	return ""
}

// String is the key as documents write it.
func (k Key) String() string {
	switch k.kind {
	case byAddress:
		return "client-ip"
	case byAPIKey:
		return "api-key"
	case byHeader:
		return "header:" + k.name
	case byClaim:
		return "claim:" + k.name
	default:
		return "none"
	}
}
