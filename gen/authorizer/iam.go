package authorizer

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// iam wants requests to be signed (rest.md 12.5).
type iam struct{}

func (iam) is(s *model.SecurityScheme) bool { return isAuthType(s, "awssigv4") }

func (iam) check(Guard) []diag.Diagnostic { return nil }

func (iam) lower(_ Guard, w Wiring) plan.Value {
	return plan.PrincipalsAuthorize.Call(w.Principals(), plan.Name("c"))
}

func (iam) claims() bool { return false }

func (iam) fact(Guard) string { return "IAM authorization" }

// NobodySigns reports whether an operation's integration is to call as the caller does, though callers do not sign.
func (g Guard) NobodySigns(op *model.Operation) bool {
	in := op.Integration
	if in == nil || in.Credentials == nil || in.Credentials.Value != mapping.CallerCredentials || !strings.HasPrefix(strings.ToLower(in.Type.Value), "aws") {
		return false
	}
	_, signed := g.asked.(iam)
	return !signed
}

var (
	accessKeyID  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	principalARN = regexp.MustCompile(`^arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(user|role|group)/.+)|sts::[0-9]{12}:(assumed-role/[^/]+/[^/]+|federated-user/.+))$`)
)

// checkPrincipals returns what is wrong with x-gateway-principals, policies aside.
func checkPrincipals(api *model.API) []diag.Diagnostic {
	var found []diag.Diagnostic
	for _, p := range api.Principals {
		bad := func(d diag.Diagnostic) {
			d.Code = diag.BadPrincipal
			found = append(found, d)
		}
		if !accessKeyID.MatchString(p.AccessKeyID.Value) {
			bad(diag.Diagnostic{Span: p.AccessKeyID.Span, Message: fmt.Sprintf("%q is no access key id", p.AccessKeyID.Value),
				Help: "an access key id has 1 to 128 letters, digits, - and _"})
		}
		switch {
		case p.ARN == nil || p.ARN.Value == "":
			bad(diag.Diagnostic{Span: p.AccessKeyID.Span, Message: "a principal without arn", Help: "say who it is, such as arn:aws:iam::123456789012:user/alice"})
		case !principalARN.MatchString(p.ARN.Value):
			bad(diag.Diagnostic{Span: p.ARN.Span, Message: fmt.Sprintf("%q is no ARN of a principal", p.ARN.Value),
				Help: "write one such as arn:aws:iam::123456789012:user/alice or arn:aws:sts::123456789012:assumed-role/reader/session"})
		}
		if p.Secret == nil || p.Secret.Value == "" {
			bad(diag.Diagnostic{Span: p.AccessKeyID.Span, Message: "a principal without secret", Help: "write where it is: env:NAME or file:PATH"})
		} else {
			found = append(found, checkSecret(*p.Secret, false)...)
		}
		if p.SessionToken != nil {
			found = append(found, checkSecret(*p.SessionToken, false)...)
		}
	}
	return found
}
