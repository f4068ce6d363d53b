package jwt

import (
	"math"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/value"
)

// Claim is a claim as $context.authorizer.claims and events show it.
type Claim = gw.AuthorizerValue

// Token is a token that was verified. Requests share it: it must not be changed.
type Token struct {
	// Claims are all claims in the order in which the token has them. In a REST API (Config.Cognito) the elements of
	// arrays are joined by commas, and exp, iat and nbf read as Fri Jul 29 18:52:53 UTC 2016; in an HTTP API arrays read
	// as [a b] (http-api.md 4).
	Claims []Claim

	authorization gw.Authorization

	subject string
	scopes  []string
	use     string // token_use
	from    int64  // Unix nanoseconds; the token is good from then on, the skew allowed for
	until   int64  // and ends here
}

// Authorization is what the token says of its bearer. All requests with the token share it, so that none allocates one.
func (t *Token) Authorization() *gw.Authorization { return &t.authorization }

// Subject is the claim sub, empty when there is none.
func (t *Token) Subject() string { return t.subject }

// Claim is the claim called name as it is shown; ok is false when the token has none.
func (t *Token) Claim(name string) (text string, ok bool) {
	for i := range t.Claims {
		if t.Claims[i].Name == name {
			return t.Claims[i].Value, true
		}
	}
	return "", false
}

// Has reports whether scope or scp has that scope.
func (t *Token) Has(scope string) bool {
	for _, s := range t.scopes {
		if s == scope {
			return true
		}
	}
	return false
}

// claims is what is judged of a token. The values alias what was parsed.
type claims struct {
	all *value.Map

	issuer, subject, audience, clientID, use value.Value
	expires, notBefore, issuedAt             value.Value
	scope, scp                               value.Value
}

// readClaims finds the claims that count, in one walk.
func readClaims(m *value.Map) claims {
	c := claims{all: m}
	for i := range m.Entries {
		e := &m.Entries[i]
		name, _ := e.Key.AsString()
		if at := c.place(name); at != nil {
			*at = e.Value
		}
	}
	return c
}

// place is where the claim called name belongs, nil when it does not count.
func (c *claims) place(name string) *value.Value {
	switch name {
	case "iss":
		return &c.issuer
	case "sub":
		return &c.subject
	case "aud":
		return &c.audience
	case "client_id":
		return &c.clientID
	case "token_use":
		return &c.use
	case "exp":
		return &c.expires
	case "nbf":
		return &c.notBefore
	case "iat":
		return &c.issuedAt
	case "scope":
		return &c.scope
	case "scp":
		return &c.scp
	default:
		return nil
	}
}

// times reads exp, nbf and iat. A token without exp would be good for ever (decisions.md, Who may call).
func (c *claims) times(skew time.Duration) (from, until int64, ok bool) {
	expires, ok := numericDate(c.expires)
	if !ok {
		return 0, 0, false
	}
	from = math.MinInt64
	for _, v := range [...]value.Value{c.notBefore, c.issuedAt} {
		if v.IsNull() {
			continue
		}
		at, ok := numericDate(v)
		if !ok {
			return 0, 0, false
		}
		from = max(from, at-int64(skew))
	}
	return from, expires + int64(skew), true
}

// lastDate is the latest time that a date may name, in seconds: the year 2200, which nanoseconds can count to.
const lastDate = 7_258_118_400

// numericDate is a date in Unix nanoseconds (RFC 7519 2); ok is false for what is none.
func numericDate(v value.Value) (at int64, ok bool) {
	if n, ok := v.AsInt(); ok {
		return n * int64(time.Second), 0 <= n && n <= lastDate
	}
	f, ok := v.AsDouble()
	if !ok || !(0 <= f && f <= lastDate) {
		return 0, false
	}
	return int64(f * float64(time.Second)), true
}

// isFor reports whether the token is for one of audience: by aud, or by client_id where there is no aud
// (http-api.md 6.1).
func (c *claims) isFor(audience []string) bool {
	if !c.audience.IsNull() {
		return anyText(c.audience, audience)
	}
	text, ok := c.clientID.AsString()
	return ok && contains(audience, text)
}

// anyText reports whether v is one of texts, or an array of texts with one of them.
func anyText(v value.Value, texts []string) bool {
	if text, ok := v.AsString(); ok {
		return contains(texts, text)
	}
	list, ok := v.AsList()
	if !ok {
		return false
	}
	found := false
	for _, e := range list.Elements {
		text, ok := e.AsString()
		if !ok {
			return false
		}
		found = found || contains(texts, text)
	}
	return found
}

func contains(texts []string, text string) bool {
	for _, t := range texts {
		if t == text {
			return true
		}
	}
	return false
}

// token makes the token that requests share. Nothing of it aliases what was parsed.
func (c *claims) token(show style, scratch *[]byte) *Token {
	t := &Token{Claims: show.claims(scratch, c.all)}
	t.authorization = gw.Authorization{Claims: t.Claims, Latency: -1}
	if text, ok := c.subject.AsString(); ok {
		t.subject = strings.Clone(text)
	}
	if text, ok := c.use.AsString(); ok {
		t.use = strings.Clone(text)
	}
	t.scopes = appendScopes(appendScopes(nil, c.scope), c.scp)
	return t
}

// appendScopes appends the scopes of a claim: a text with spaces between (RFC 8693 4.2), or an array.
func appendScopes(scopes []string, v value.Value) []string {
	if text, ok := v.AsString(); ok {
		return append(scopes, strings.Fields(strings.Clone(text))...)
	}
	if list, ok := v.AsList(); ok {
		for _, e := range list.Elements {
			if text, ok := e.AsString(); ok {
				scopes = append(scopes, strings.Clone(text))
			}
		}
	}
	return scopes
}
