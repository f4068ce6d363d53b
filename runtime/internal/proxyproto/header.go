// Package proxyproto reads the header of the PROXY protocol, by which a balancer that passes connections on says who made
// them, in its versions 1 and 2. It must not decide whom to believe, nor read a byte behind the header.
package proxyproto

import (
	"errors"
	"net"
)

// Header is what a balancer says of a connection. It does not change once it is read.
type Header struct {
	// Client is the address that the connection comes from; nil where the balancer does not say.
	Client *net.TCPAddr
	// Own reports that the connection is the balancer's own, such as a health check: nobody stands behind it.
	Own bool
	// VPCEndpoint is the id of the VPC endpoint that the connection came through, such as vpce-1a2b3c4d; empty where
	// there is none.
	VPCEndpoint string
}

// Anonymous reports that somebody stands behind the balancer of whom nothing is known: nothing that comes over the
// connection is the balancer's word.
func (h *Header) Anonymous() bool { return h.Client == nil && !h.Own }

// ErrMalformed is what all errors about a header's form wrap.
var ErrMalformed = errors.New("malformed PROXY protocol header")

// MaxSize is the size in bytes of the longest header that is taken: what the specification has a sender stay below, so
// that the header fits the first packet.
const MaxSize = 536

// Conn is a connection that may have begun with a header.
type Conn interface {
	// ProxyHeader is the header; nil where none was asked for.
	ProxyHeader() *Header
}

// Of is the header that nc, or the connection below it, has begun with; nil where there is none.
func Of(nc net.Conn) *Header {
	for nc != nil {
		if c, ok := nc.(Conn); ok {
			return c.ProxyHeader()
		}
		over, ok := nc.(interface{ NetConn() net.Conn }) // TLS
		if !ok {
			return nil
		}
		nc = over.NetConn()
	}
	return nil
}

// Key is what a request's context has the header of its connection under, where the request came through net/http.
type Key struct{}
