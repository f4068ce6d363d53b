// Package apikey knows which API keys there are: it finds the key that a client presented (rest.md, section 11). It
// keeps hashes, never values. It must not know usage plans, throttles, or how a refusal is shown to the client.
package apikey
