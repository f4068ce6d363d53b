package policy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFlow is the developer guide's tables, row by row.
func TestFlow(t *testing.T) {
	const silent, deny = Neutral, ExplicitDeny
	for _, row := range []struct {
		other, resource Effect
		a, b            Decision // Table A, the same account; Table B, another
	}{
		{Allow, Allow, Allowed, Allowed},
		{Allow, silent, Allowed, ImplicitlyDenied},
		{Allow, deny, ExplicitlyDenied, ExplicitlyDenied},
		{silent, Allow, Allowed, ImplicitlyDenied},
		{silent, silent, ImplicitlyDenied, ImplicitlyDenied},
		{silent, deny, ExplicitlyDenied, ExplicitlyDenied},
		{deny, Allow, ExplicitlyDenied, ExplicitlyDenied},
		{deny, silent, ExplicitlyDenied, ExplicitlyDenied},
		{deny, deny, ExplicitlyDenied, ExplicitlyDenied},
	} {
		require.Equal(t, row.a, Flow(IAMAuthorization, row.resource, row.other, true), "%v", row)
		require.Equal(t, row.b, Flow(IAMAuthorization, row.resource, row.other, false), "%v", row)
		for _, sameAccount := range []bool{true, false} {
			require.Equal(t, row.a, Flow(LambdaAuthorizer, row.resource, row.other, sameAccount), "%v", row)
			alone := map[Effect]Decision{Allow: Allowed, silent: ImplicitlyDenied, deny: ExplicitlyDenied}[row.resource]
			require.Equal(t, alone, Flow(NoAuthorization, row.resource, row.other, sameAccount), "%v", row)
			require.Equal(t, alone, Flow(CognitoAuthorizer, row.resource, row.other, sameAccount), "%v", row)
		}
	}
}
