package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Facts are what is known of the API that a policy is for. What is empty is not known.
type Facts struct {
	API, Account, Region string
	// AWSLimits makes an error of what Amazon would not take for its length.
	AWSLimits bool
}

// maxLength is how many characters a policy may have on Amazon, white space aside (rest.md 12.6).
const maxLength = 8192

// Check returns what is odd about a policy for an API: what could never apply to its requests, and a length that Amazon
// would not take.
func Check(p *Policy, f Facts) []diag.Diagnostic {
	r := &reader{policy: p}
	if left := maxLength - length(p.node, maxLength); left < 0 {
		severity := diag.Warning
		if f.AWSLimits {
			severity = diag.Error
		}
		span := p.node.Start()
		if key := p.node.Key(); key.Span.Valid() {
			span = key.Span
		}
		r.found = append(r.found, diag.Diagnostic{Code: diag.PolicyTooLong, Severity: severity, Span: span, Message: fmt.Sprintf("the policy has more than %d characters", maxLength)})
	}
	for i := range p.statements {
		r.checkStatement(&p.statements[i], f)
	}
	return r.found
}

func (r *reader) checkStatement(s *statement, f Facts) {
	for i := range s.resources {
		r.checkResource(&s.resources[i], f)
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.key.Standing() == language.Missing && !c.whenMissing() {
			r.warn(diag.PolicyNeverApplies, c.keyName.Span, fmt.Sprintf("no request has a value of %s, so that the statement never applies", c.key), "")
		}
	}
	if s.principals.except {
		r.checkExceptions(s)
	}
}

// checkExceptions warns of principals that NotPrincipal does not except: their account must be listed too.
func (r *reader) checkExceptions(s *statement) {
	accounts := map[string]bool{}
	for _, name := range s.principals.names {
		accounts[name.Value] = language.IsAccount(name.Value)
	}
	for _, name := range s.principals.names {
		if id, ok := language.ParseIdentity(name.Value); ok && !accounts[id.Account] {
			r.warn(diag.PolicyNeverApplies, name.Span, "NotPrincipal does not except a principal whose account it does not name", "add arn:"+id.Partition+":iam::"+id.Account+":root")
		}
	}
}

// checkResource warns of resources that are no method of this API.
func (r *reader) checkResource(res *resource, f Facts) {
	text, what := res.text, ""
	if !res.own {
		parts := strings.SplitN(res.text, ":", 6)
		for i, known := range []string{2: "execute-api", 3: f.Region, 4: f.Account} {
			if what == "" && known != "" && i < len(parts) && !language.Match(parts[i], known) {
				what = fmt.Sprintf("%q is not %s", parts[i], known)
			}
		}
		if len(parts) < 6 {
			text = "*"
		} else {
			api, rest, _ := strings.Cut(parts[5], "/")
			if text = rest; strings.ContainsAny(api, "*?$") {
				text = "*"
			} else if what == "" && f.API != "" && api != f.API {
				what = fmt.Sprintf("%q is not %s", api, f.API)
			}
		}
	}
	if what == "" && !strings.ContainsAny(text, "*?$") && strings.Count(text, "/") < 2 {
		what = "it ends before stage, METHOD and path"
	}
	if what == "" {
		what = noMethod(text)
	}
	if what != "" {
		r.warn(diag.PolicyNeverApplies, res.entry.Span, "the resource is no method of this API: "+what, "write execute-api:/* for all of this API")
	}
}

// length is how many characters n has as JSON without white space; beyond limit, some number above it.
func length(n source.Node, limit int) int {
	switch n.Kind() {
	case source.Map:
		total := len("{}")
		for _, p := range n.Pairs() {
			if total += utf8.RuneCountInString(p.Key.Value) + len(`"":,`); total > limit {
				return total
			}
			total += length(p.Value, limit-total)
		}
		return total
	case source.List:
		total := len("[]")
		for _, item := range n.Items() {
			if total++; total > limit {
				return total
			}
			total += length(item, limit-total)
		}
		return total
	}
	text, _ := n.Scalar()
	return utf8.RuneCountInString(text.Value) + len(`""`)
}

// noMethod says why stage/METHOD/path names no method; empty where it may. Behind a wildcard a method may begin anywhere.
func noMethod(text string) string {
	parts := strings.SplitN(text, "/", 3)
	switch {
	case len(parts) < 3 || strings.ContainsAny(parts[0]+parts[1], "*?$") || isMethod(parts[1]):
		return ""
	case isMethod(strings.ToUpper(parts[1])):
		return fmt.Sprintf("%q is not in capitals", parts[1])
	default:
		return fmt.Sprintf("%q is no method", parts[1])
	}
}

func isMethod(name string) bool {
	switch name {
	case "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE":
		return true
	default:
		return false
	}
}
