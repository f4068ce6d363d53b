package cfn

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// maxPlaceholders is how many placeholders of one text are reported.
const maxPlaceholders = 16

// sub evaluates Fn::Sub: a text, or [text, variables].
func (v *evaluation) sub(n source.Node, at source.Span) outcome {
	template, variables := n, source.Node{}
	if n.Kind() == source.List && n.Tag() == "" {
		list, problems := items(n, "Fn::Sub", 1, 2)
		if problems != nil {
			return failed(problems...)
		}
		template = list[0]
		if len(list) == 2 {
			variables = list[1]
		}
		if variables.Kind() != source.Map && variables.Kind() != source.Missing {
			return bad(variables, "the variables of Fn::Sub must be a map, not %s", variables.Kind())
		}
	}
	text, ok := written(template)
	if !ok {
		return bad(template, "Fn::Sub takes a text, not %s", template.Kind())
	}
	var parts []source.Part
	var problems []diag.Diagnostic
	for p := range placeholders(text.Value) {
		value, wrong, replaced := v.subVariable(text, p, variables)
		if len(problems) < maxPlaceholders {
			problems = append(problems, wrong...)
		}
		if replaced {
			parts = append(parts, source.Part{At: p.at, Length: p.length, With: value})
		}
	}
	if problems != nil {
		return failed(problems...)
	}
	return v.string(text.Edit(parts...))
}

// subVariable returns what a placeholder of Fn::Sub is replaced by, if it is.
func (v *evaluation) subVariable(text source.String, p placeholder, variables source.Node) (value string, problems []diag.Diagnostic, replaced bool) {
	if literal, ok := strings.CutPrefix(p.name, "!"); ok {
		return "${" + literal + "}", nil, true
	}
	if IsStageVariable(p.name) { // resolved when a request is served
		return "", nil, false
	}
	name := strings.TrimSpace(p.name)
	if own := variables.Get(name); !own.IsZero() {
		s, problems := v.argument(own, "the variable "+name+" of Fn::Sub")
		return s.Value, problems, true
	}
	at := text.Sub(p.at, p.length)
	find := v.lookup
	if strings.Contains(name, ".") {
		find = v.attribute
	}
	found, problems := find(name, at)
	if problems != nil {
		if !isName(name) {
			problems = []diag.Diagnostic{problem(diag.Unresolved, at, "to keep it as it is, write ${!"+p.name+"}", "Fn::Sub finds nothing named %q", name)}
		}
		return "", problems, true
	}
	return found.text(), nil, true
}

// isName reports whether a placeholder could name a parameter, resource or attribute.
func isName(name string) bool {
	for _, r := range name {
		if r != '_' && r != '.' && r != ':' && r != '-' && (r < '0' || '9' < r) && (r < 'a' || 'z' < r) && (r < 'A' || 'Z' < r) {
			return false
		}
	}
	return name != ""
}

// placeholder is a ${name} of a text.
type placeholder struct {
	at, length int
	name       string
}

// placeholders yields the placeholders of a text in their order.
func placeholders(text string) func(yield func(placeholder) bool) {
	return func(yield func(placeholder) bool) {
		for at := 0; ; {
			open := strings.Index(text[at:], "${")
			if open < 0 {
				return
			}
			at += open
			length := strings.IndexByte(text[at:], '}') + 1
			if length == 0 || !yield(placeholder{at: at, length: length, name: text[at+2 : at+length-1]}) {
				return
			}
			at += length
		}
	}
}

// IsStageVariable reports whether the inside of ${…} is a stage variable's name, in either of its forms.
func IsStageVariable(name string) bool {
	return strings.HasPrefix(name, "stageVariables.") || strings.HasPrefix(name, "stageVariables[")
}

// dynamic is how a reference to a secret or to Parameter Store begins, which CloudFormation resolves when it deploys.
const dynamic = "{{resolve:"

// Placeholders fills the ${…} placeholders of a text in, as Terraform's templatefile does and Amazon's import does with
// ${AWS::…}. Stage variables stay. What has no value is reported.
func (e *Env) Placeholders(text source.String) source.String {
	return e.placeholders(text, IsStageVariable)
}

// PolicyPlaceholders is Placeholders for a text of an IAM policy, where policy variables such as ${aws:username} stay.
func (e *Env) PolicyPlaceholders(text source.String) source.String {
	return e.placeholders(text, IsPolicyVariable)
}

// IsPolicyVariable reports whether the inside of ${…} is IAM's: a condition key, with a default or without, or a character
// that would be a wildcard. Amazon's pseudo parameters have two colons.
func IsPolicyVariable(name string) bool {
	service, key, colon := strings.Cut(name, ":")
	return name == "*" || name == "?" || name == "$" || colon && service != "" && !strings.HasPrefix(key, ":")
}

// LeftOpen reports whether a value of an IAM policy is one that could not be filled in, of which whoever loaded the document
// has said why.
func LeftOpen(n source.Node) bool {
	if name, _ := Function(n); name != "" {
		return true
	}
	text, _ := n.Text()
	for p := range placeholders(text.Value) {
		if !IsPolicyVariable(p.name) {
			return !n.Computed()
		}
	}
	return false
}

// placeholders fills placeholders in but for those that are kept.
func (e *Env) placeholders(text source.String, kept func(name string) bool) source.String {
	if at := strings.Index(text.Value, dynamic); at >= 0 {
		e.found.Add(problem(diag.Unresolved, text.Sub(at, len(dynamic)), "write the value itself, or a parameter", "dynamic references to other services are not resolved"))
	}
	if text.Computed() || !strings.Contains(text.Value, "${") {
		return text
	}
	var parts []source.Part
	var problems []diag.Diagnostic
	for p := range placeholders(text.Value) {
		if kept(p.name) {
			continue
		}
		at := text.Sub(p.at, p.length)
		found, ok := e.placeholder(strings.TrimSpace(p.name), at)
		if ok {
			parts = append(parts, source.Part{At: p.at, Length: p.length, With: found})
		} else if len(problems) < maxPlaceholders {
			problems = append(problems, problem(diag.Unresolved, at, placeholderHelp(p.name), "the placeholder ${%s} has no value", p.name))
		}
	}
	e.found.Add(problems...)
	return text.Edit(parts...)
}

// Pseudo fills the ${AWS::…} placeholders of a text in and leaves others alone: there they belong to another language.
func (e *Env) Pseudo(text source.String) source.String {
	if text.Computed() || !strings.Contains(text.Value, "${AWS::") {
		return text
	}
	var parts []source.Part
	for p := range placeholders(text.Value) {
		if strings.HasPrefix(p.name, "AWS::") {
			if found, ok := e.named(p.name); ok {
				parts = append(parts, source.Part{At: p.at, Length: p.length, With: found.text()})
			}
		}
	}
	return text.Edit(parts...)
}

// placeholder returns the value of a placeholder outside Fn::Sub, or its stand-in.
func (e *Env) placeholder(name string, at source.Span) (string, bool) {
	if found, ok := e.named(name); ok {
		return found.text(), true
	}
	if variable, ok := strings.CutPrefix(name, "var."); ok { // Terraform's own way to name a variable
		if found, ok := e.use(variable); ok {
			return found.text(), true
		}
	}
	if !e.standIns {
		return "", false
	}
	return e.standInFor(name, problem(diag.Unresolved, at, placeholderHelp(name), "the placeholder ${%s} has no value", name)), true
}

func placeholderHelp(name string) string {
	if !isName(name) {
		return "write the value itself: expressions are not evaluated"
	}
	if strings.ContainsAny(name, ".:-") {
		return giveParam(name)
	}
	return giveParam(name) + ", or write a stage variable: ${stageVariables." + name + "}"
}
