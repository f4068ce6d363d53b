package jwt

// Result is what became of a verification. The zero value is not Valid, so that a forgotten one refuses.
type Result uint8

// The results. All but Valid come with a nil token.
const (
	// Invalid is a token that is refused for a reason that has no name of its own here.
	Invalid Result = iota
	// Valid is a good token that has one of the scopes, if any were asked for.
	Valid
	// Missing is an empty text where a token should be.
	Missing
	// Malformed is a text that is no JWT in compact form.
	Malformed
	// UnknownKey is a token whose key id names no key of its issuer that fits its algorithm.
	UnknownKey
	// BadSignature is a token that its key did not sign.
	BadSignature
	// WrongIssuer is a token of an issuer that is not the verifier's.
	WrongIssuer
	// WrongAudience is a token for someone else.
	WrongAudience
	// WrongUse is an access token where an ID token is asked for, or the other way round (rest.md 12.4).
	WrongUse
	// Expired is a good token whose time is over (rest.md 12.4 has a text for it).
	Expired
	// NotYetValid is a token whose nbf or iat is to come.
	NotYetValid
	// InsufficientScope is a good token that has none of the scopes: 403 in an HTTP API, 401 in a REST API.
	InsufficientScope
	// Unavailable is a token that cannot be judged, as its issuer's keys cannot be had (decisions.md, Who may call).
	Unavailable

	resultCount
)

// descriptions are the texts of error_description (http-api.md 6.1). Those of Malformed, WrongIssuer, WrongAudience and
// Unavailable are Amazon's.
var descriptions = [resultCount]string{
	Invalid:           "the token is invalid",
	Missing:           "token not provided",
	Malformed:         "token contains an invalid number of segments",
	UnknownKey:        "the token was signed with an unknown key",
	BadSignature:      "signature is invalid",
	WrongIssuer:       "issuer does not match",
	WrongAudience:     "the token does not have a valid audience",
	WrongUse:          "the token is not meant for this use",
	Expired:           "the token has expired",
	NotYetValid:       "the token is not valid yet",
	InsufficientScope: "expected scopes",
	Unavailable:       "JWKS communication error",
}

// String is r as error_description has it, without the list of scopes; empty for Valid.
func (r Result) String() string {
	if r >= resultCount {
		return descriptions[Invalid]
	}
	return descriptions[r]
}
