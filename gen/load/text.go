package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// partition returns the partition that a region belongs to.
func partition(region string) string {
	for _, p := range []struct{ name, value string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-iso-", "aws-iso"},
	} {
		if strings.HasPrefix(region, p.name) {
			return p.value
		}
	}
	return "aws"
}

// urlSuffix returns the domain that services of a region are in.
func urlSuffix(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// resolve fills placeholders in and reports those that have no value, stage variables aside.
func (l *loader) resolve(text source.String) source.String { return l.files.env.Placeholders(text) }

// filledIn is a text without placeholders: one that is a number or truth value then counts as one.
func (l *loader) filledIn(n source.Node) source.Node {
	text, ok := n.Text()
	if !ok || n.Tag() != "" || n.Computed() || !strings.Contains(text.Value, "${") {
		return n
	}
	return n.File.Compute(l.resolve(text))
}

// isStandIn reports whether n is a text that stands in for a value of another kind, of which a warning tells.
func isStandIn(n source.Node) bool {
	text, ok := n.Text()
	return ok && n.Computed() && strings.HasPrefix(text.Value, cfn.StandInPrefix)
}

// intrinsic reports whether n is a function of CloudFormation that could not be evaluated, and reports why.
func (l *loader) intrinsic(n source.Node) bool {
	name, argument := cfn.Function(n)
	if name == "" {
		return false
	}
	if problems := l.files.env.Problems(n); problems != nil {
		l.errors += len(problems)
		l.found.Add(problems...)
		return true
	}
	if name == "Condition" && n.Tag() == "" { // a map with such a key
		return false
	}
	at := n.Start()
	if n.Tag() == "" {
		at = argument.Key().Span
	}
	l.error(diag.Unresolved, at, "write the value itself", "the function %s cannot stand here", name)
	return true
}
