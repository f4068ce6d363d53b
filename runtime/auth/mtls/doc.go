// Package mtls decides whether a client's certificate lets it in (rest.md, section 15: mutual TLS).
//
// The handshake asks for a certificate and only makes sure that the client has its key. Who issued it is checked for
// each request, so that a client without a good one gets Amazon's 403 Forbidden and not a broken connection, and so that
// a truststore or revocation list that changes counts for connections that are open already. What was found for a
// chain of certificates is remembered until one of them expires or a file changes.
//
// The package must not know listeners, domains' mappings or how a refusal is shown to the client.
package mtls
