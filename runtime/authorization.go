package runtime

import "strings"

// Authorization is what an authorizer has found out about a caller. It does not change once it is made, so that many
// requests may share it.
type Authorization struct {
	// Principal is $context.authorizer.principalId.
	Principal string
	// Values are $context.authorizer.NAME, as text (rest.md, section 12.3).
	Values []AuthorizerValue
	// Claims are $context.authorizer.claims.NAME: those of a token (rest.md, section 12.4).
	Claims []AuthorizerValue
	// Event is requestContext.authorizer of events: a JSON object.
	Event string
	// Key is the API key that the authorizer names (usageIdentifierKey).
	Key string
}

// AuthorizerValue is one value of an authorizer's, or one claim.
type AuthorizerValue struct{ Name, Value string }

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
