// Package httpproxy asks backends over HTTP/1.1: the integrations HTTP and HTTP_PROXY of Amazon's gateway (rest.md,
// sections 4 and 8), and plain forwarding for documents without Amazon extension.
//
// An Upstream is a set of targets with its balancing, health, retries and connections (x-gateway-upstreams); a Dynamic
// has an upstream for each origin that it meets at run time. Proxy and Forward pass bodies on as they arrive, in
// constant memory; Invoke reads the whole answer for what is mapped from it. The package must not know templates,
// parameter mappings or how a failure is shown to the client: it takes an Outbound that is ready to be sent, and
// returns a Fault.
//
// The methods that generated code calls are kept from being inlined: it calls one in each route, and compiling their
// insides there over and over costs much and gains nothing.
package httpproxy
