// Package http1 reads what backends send over HTTP/1.1: response heads and chunked bodies.
// Backends are not trusted. Whatever could be read in two ways (two lengths, a length beside a transfer coding, folded
// lines, bare line feeds, control bytes) is an error, so that nothing behind it is ever taken for another answer. The
// package must not know connections, requests, or what a gateway does with an answer.
package http1
