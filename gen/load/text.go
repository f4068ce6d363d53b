package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// replacement is a pseudo-variable and its value.
type replacement struct{ name, value string }

// pseudoVariables settles what ${AWS::…} stands for (rest.md 1.2).
func (l *loader) pseudoVariables(api *model.API) {
	region, account := "us-east-1", "123456789012"
	if api.Region != nil && api.Region.Value != "" {
		region = api.Region.Value
	}
	if api.Account != nil && api.Account.Value != "" {
		account = api.Account.Value
	}
	if l.options.Region != "" {
		region = l.options.Region
	}
	if l.options.Account != "" {
		account = l.options.Account
	}
	l.pseudo = []replacement{
		{"${AWS::AccountId}", account},
		{"${AWS::Region}", region},
		{"${AWS::Partition}", partition(region)},
	}
}

// partition returns the partition that a region belongs to.
func partition(region string) string {
	for _, p := range []replacement{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-iso-", "aws-iso"},
	} {
		if strings.HasPrefix(region, p.name) {
			return p.value
		}
	}
	return "aws"
}

// replaced fills the pseudo-variables in.
func (l *loader) replaced(text source.String) source.String {
	for _, p := range l.pseudo {
		text = text.Replace(p.name, p.value)
	}
	return text
}

// maxPlaceholders is how many placeholders of one text are reported.
const maxPlaceholders = 16

// resolve fills the pseudo-variables in and reports placeholders that are left, stage variables aside.
func (l *loader) resolve(text source.String) source.String {
	if !strings.Contains(text.Value, "${") {
		return text
	}
	text = l.replaced(text)
	for at, reported := 0, 0; reported < maxPlaceholders; {
		open := strings.Index(text.Value[at:], "${")
		if open < 0 {
			return text
		}
		at += open
		length := strings.IndexByte(text.Value[at:], '}') + 1
		if length == 0 {
			return text
		}
		if name := text.Value[at+2 : at+length-1]; !isStageVariable(name) {
			l.error(diag.ParametersNotYet, text.Sub(at, length), placeholderHelp(name), "the placeholder ${%s} is not resolved", name)
			reported++
		}
		at += length
	}
	return text
}

// isStageVariable reports whether the inside of ${…} is a stage variable's name, in either of its forms.
func isStageVariable(name string) bool {
	return strings.HasPrefix(name, "stageVariables.") || strings.HasPrefix(name, "stageVariables[")
}

func placeholderHelp(name string) string {
	if strings.HasPrefix(name, "AWS::") {
		return "only ${AWS::AccountId}, ${AWS::Region} and ${AWS::Partition} are known"
	}
	return "write the value itself, or a stage variable: ${stageVariables." + strings.Map(letters, name) + "}"
}

// letters drops what a stage variable's name may not have.
func letters(r rune) rune {
	if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return -1
}

// intrinsic reports whether n is a function of CloudFormation, and reports it: such a value is not there yet.
func (l *loader) intrinsic(n source.Node) bool {
	name, at := intrinsicName(n)
	if name == "" {
		return false
	}
	l.error(diag.ParametersNotYet, at, "write the value itself", "the CloudFormation function %s is not resolved", name)
	return true
}

// intrinsicName returns the name of the CloudFormation function that n is, in its long or its tag form.
func intrinsicName(n source.Node) (string, source.Span) {
	if tag := n.Tag(); len(tag) > 1 && tag[0] == '!' {
		return tag, n.Start()
	}
	if n.Kind() != source.Map {
		return "", source.Span{}
	}
	count, name, at := 0, "", source.Node{}
	for key, value := range n.Entries() {
		count++
		if strings.HasPrefix(key, "Fn::") {
			return key, value.Key().Span
		}
		if key == "Ref" || key == "Condition" {
			name, at = key, value
		}
	}
	if count == 1 && name != "" {
		return name, at.Key().Span
	}
	return "", source.Span{}
}
