// Package runtime is what generated gateways are written against: the gateway's core, its view of one request, and
// the answers it gives. Generated code imports it as gw.
//
// A request is served by one Ctx, which is a view over the server's own buffers. Every text that a Ctx, Reply or
// Values hands out is a slice of those buffers or of the Ctx: it is valid until the handler returns and must not be
// kept. A text that is missing is the empty text everywhere, because a missing and an empty value are treated alike
// by parameter mappings.
//
// The package must not know any backend, authorizer or limit: those are packages of their own below it. It must not
// import anything of the generator.
package runtime
