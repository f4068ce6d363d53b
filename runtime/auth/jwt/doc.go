// Package jwt verifies bearer tokens: signed JWTs of Cognito user pools and of any OpenID Connect provider
// (rest.md 12.4, http-api.md 6.1).
//
// Its one job is to say whether a token is good, and what it claims. It keeps the issuers' keys fresh, and remembers
// tokens that it verified. It must not read requests, answer them, or choose between faults: callers map a Result to
// what their kind of API answers. Whatever is in doubt is refused.
package jwt
