package guard

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"
)

// policies plays Amazon's tables of what an identity and a resource policy say together, by callers who sign, callers of a
// function, callers with a token, and anyone (Amazon's guide, "How API Gateway resource policies affect authorization workflow").
// The resource policy allows all that ends with /allowed, denies all that ends with /denied, and says nothing of the rest.
func (w *world) policies(t *testing.T, g *gateway) {
	client := clientOf(t, 1)
	const yes, implicit, explicit = "200", "implicit", "explicit"
	signed := func(by aws.Credentials, method string) func(string) *http.Request {
		return func(id string) *http.Request { return sign(t, g.request(method, "/signed/"+id, ""), by, good()) }
	}
	function := func(says string) func(string) *http.Request {
		return func(id string) *http.Request {
			return g.request("GET", "/functions/"+id, "", "Authorization", says+" "+unguessable())
		}
	}
	for name, test := range map[string]struct {
		ask                      func(id string) *http.Request
		allowed, nothing, denied string
	}{
		// Table A: a policy of the same account, or of a function.
		"own, allow":       {signed(w.alice(), "GET"), yes, yes, explicit},
		"own, deny":        {signed(w.alice(), "DELETE"), explicit, explicit, explicit},
		"own, nothing":     {signed(w.carol(), "GET"), yes, implicit, explicit},
		"function, allow":  {function("Allow"), yes, yes, explicit},
		"function, deny":   {function("Deny"), explicit, explicit, explicit},
		"function, silent": {function("Neutral"), yes, implicit, explicit},
		// Table B: of another account, both must allow.
		"another's, allow": {signed(w.bob(), "GET"), yes, implicit, explicit},
		// Table C: a token allows nothing by itself.
		"token": {func(id string) *http.Request {
			return g.request("GET", "/tokens/"+id, "", "Authorization", w.issuer.token(t, "k0"))
		}, yes, implicit, explicit},
		// Without an authorizer, and with an API key, which is none.
		"anyone": {func(id string) *http.Request { return g.request("GET", "/anyone/"+id, "") }, yes, implicit, explicit},
		"a key": {func(id string) *http.Request {
			return g.request("GET", "/keyed/"+id, "", "X-Api-Key", w.secrets["ALICE_KEY"])
		}, yes, implicit, explicit},
	} {
		for id, want := range map[string]string{"allowed": test.allowed, "nothing": test.nothing, "denied": test.denied} {
			got := w.do(t, client, test.ask(id))
			if want == yes {
				require.Equal(t, 200, got.status, "%s, %s: %s", name, id, got.body)
				continue
			}
			require.Equal(t, "403 AccessDeniedException", fmt.Sprint(got.status, " ", got.kind), "%s, %s: %s", name, id, got.body)
			if want == explicit {
				require.Contains(t, got.body, "with an explicit deny", "%s, %s", name, id)
			} else {
				require.NotContains(t, got.body, "explicit", "%s, %s", name, id)
			}
		}
	}
}
