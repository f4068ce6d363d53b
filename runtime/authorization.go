package runtime

import (
	"strconv"
	"strings"
	"time"
)

// Authorization is what an authorizer has found out about a caller. It does not change once it is made, so that many
// requests may share it.
type Authorization struct {
	// Principal is $context.authorizer.principalId.
	Principal string
	// Values are $context.authorizer.NAME, as text (rest.md, section 12.3).
	Values []AuthorizerValue
	// Claims are $context.authorizer.claims.NAME: those of a token (rest.md, section 12.4).
	Claims []AuthorizerValue
	// Latency is how long the authorizer's function took; negative where none was asked.
	Latency time.Duration
	// Key is the API key that the authorizer names (usageIdentifierKey).
	Key string
}

// AuthorizerValue is one value of an authorizer's, or one claim.
type AuthorizerValue struct{ Name, Value string }

// AppendEvent appends requestContext.authorizer of events, a JSON object (rest.md, section 7.1).
func (a *Authorization) AppendEvent(dst []byte) []byte {
	dst = append(dst, '{')
	if len(a.Claims) > 0 {
		dst = append(dst, `"claims":{`...)
		for i := range a.Claims {
			dst = appendPair(dst, &a.Claims[i], i > 0)
		}
		return append(dst, "}}"...)
	}
	for i := range a.Values {
		if name := a.Values[i].Name; name != "principalId" && name != "integrationLatency" { // those are the gateway's own
			dst = append(appendPair(dst, &a.Values[i], false), ',')
		}
	}
	dst = appendJSONString(append(dst, `"principalId":`...), a.Principal)
	if a.Latency >= 0 {
		dst = strconv.AppendInt(append(dst, `,"integrationLatency":`...), a.Latency.Milliseconds(), 10)
	}
	return append(dst, '}')
}

func appendPair(dst []byte, v *AuthorizerValue, comma bool) []byte {
	if comma {
		dst = append(dst, ',')
	}
	return appendJSONString(append(appendJSONString(dst, v.Name), ':'), v.Value)
}

// Identity is who has signed a request: $context.identity.… of methods with IAM authorization. It does not change once it
// is made, so that many requests may share it.
type Identity struct {
	AccountID string // accountId
	Caller    string // caller
	User      string // user
	UserARN   string // userArn
	AccessKey string // accessKey

	// Signing is what the caller signs with now: for integrations that call as the caller does, never for logs. It may be nil.
	Signing func() (secret, sessionToken string)
}

// Identify notes who has signed the request. The signature has done its work then: neither backends nor functions nor
// mappings see it, as whoever has it could send the request once more (rest.md, section 4.5).
func (c *Ctx) Identify(who *Identity) {
	c.identity = who
	for i := range c.fields {
		if c.fields[i].kind == fieldAuthorization {
			c.fields[i].kind = fieldSpent
		}
	}
}

// Identity is who has signed the request; nil when nobody has.
func (c *Ctx) Identity() *Identity { return c.identity }

// UseAPIKey notes the API key that the request is let in by, and its id.
func (c *Ctx) UseAPIKey(value, id string) { c.apiKey, c.apiKeyID = value, id }

// APIKey is the API key that the request is let in by and its id; both are empty where none was asked for.
func (c *Ctx) APIKey() (value, id string) { return c.apiKey, c.apiKeyID }

// UsePlan notes the usage plan that the request counts for, and the number of its API key.
func (c *Ctx) UsePlan(plan, key int) { c.plan, c.planKey, c.planned = plan, key, true }

// Plan is the usage plan that the request counts for, and the number of its API key; false: it counts for none.
func (c *Ctx) Plan() (plan, key int, ok bool) { return c.plan, c.planKey, c.planned }

// identityVar is a variable below $context.identity that only signed requests have.
func (c *Ctx) identityVar(v Variable) string {
	who := c.identity
	if who == nil {
		return ""
	}
	switch v {
	case IdentityAccountID:
		return who.AccountID
	case IdentityCaller:
		return who.Caller
	case IdentityUser:
		return who.User
	case IdentityUserARN:
		return who.UserARN
	default:
		return who.AccessKey
	}
}

// Authorize notes what an authorizer says of the caller.
func (c *Ctx) Authorize(a *Authorization) { c.authorization = a }

// Authorization is what an authorizer says of the caller; nil when none has run.
func (c *Ctx) Authorization() *Authorization { return c.authorization }

// AuthorizerVar is $context.authorizer.key; empty where no authorizer has said it.
func (c *Ctx) AuthorizerVar(key string) string {
	a := c.authorization
	if a == nil {
		return ""
	}
	if key == "principalId" {
		return a.Principal
	}
	if claim, ok := strings.CutPrefix(key, "claims."); ok {
		return valueNamed(a.Claims, claim)
	}
	return valueNamed(a.Values, key)
}

func valueNamed(values []AuthorizerValue, name string) string {
	for i := range values {
		if values[i].Name == name {
			return values[i].Value
		}
	}
	return ""
}
