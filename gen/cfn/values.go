package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// value is what a name stands for.
type value struct {
	items []string
	list  bool
}

// text is the value as a text; a list is joined by commas, as CloudFormation does.
func (v value) text() string { return strings.Join(v.items, ",") }

// given is a value that the user gave.
type given struct {
	value
	byName bool // by --param, rather than in a file of values for many documents
	used   bool
}

// Give gives a parameter, attribute or placeholder its value.
func (e *Env) Give(name, text string) {
	e.given[name] = &given{value: value{items: []string{text}}, byName: true}
}

// maxGiven is how many values a file may give.
const maxGiven = 10_000

// GiveAll reads a file of values: a map, whose maps inside give dotted names (a: {b: 1} is a.b); CloudFormation's list of
// ParameterKey and ParameterValue; or a map of Parameters, as CodePipeline writes it.
func (e *Env) GiveAll(root source.Node) {
	if parameters := root.Get("Parameters"); parameters.Kind() == source.Map {
		root = parameters
	}
	switch root.Kind() {
	case source.Map:
		e.giveMap("", root)
	case source.List:
		for _, item := range root.Items() {
			key, hasKey := item.Get("ParameterKey").Text()
			if !hasKey {
				e.badFile(item, "an item of a list of parameters is a map of ParameterKey and ParameterValue")
				return
			}
			e.giveNode(key.Value, item.Get("ParameterValue"))
		}
	default:
		e.badFile(root, fmt.Sprintf("a file of parameters is a map of names and values, not %s", root.Kind()))
	}
}

func (e *Env) giveMap(prefix string, n source.Node) {
	for _, p := range n.Pairs() {
		if p.Value.Kind() == source.Map && p.Value.Tag() == "" {
			e.giveMap(prefix+p.Key.Value+".", p.Value)
			continue
		}
		e.giveNode(prefix+p.Key.Value, p.Value)
	}
}

// giveNode gives a value of a file. What --param gave stays.
func (e *Env) giveNode(name string, n source.Node) {
	if before := e.given[name]; before != nil && before.byName {
		return
	}
	if len(e.given) >= maxGiven {
		e.badFile(n, fmt.Sprintf("the files give more than %d values", maxGiven))
		return
	}
	items, list := []source.Node{n}, n.Kind() == source.List
	if list {
		items = n.Items()
	}
	v := value{list: list}
	for _, item := range items {
		text, ok := item.Scalar()
		if !ok || item.Tag() != "" {
			e.badFile(item, fmt.Sprintf("the value of %s must be a text or a list of texts, not %s", name, item.Kind()))
			return
		}
		v.items = append(v.items, text.Value)
	}
	e.given[name] = &given{value: v}
}

func (e *Env) badFile(n source.Node, message string) {
	e.found.Add(diag.Diagnostic{Code: diag.BadParameterFile, Span: n.Start(), Message: message})
}

// use returns a value that the user gave.
func (e *Env) use(name string) (value, bool) {
	if g := e.given[name]; g != nil {
		g.used = true
		return g.value, true
	}
	return value{}, false
}

// named returns the value of a parameter, pseudo parameter or attribute that has one.
func (e *Env) named(name string) (value, bool) {
	parameter := e.section("Parameters", name)
	if v, ok := e.use(name); ok {
		if !parameter.IsZero() {
			v = e.typed(parameter, v)
			e.allowed(name, parameter, v)
		}
		return v, true
	}
	if text, ok := e.pseudo[name]; ok {
		return value{items: []string{text}}, true
	}
	fallback := parameter.Get("Default")
	kind, _ := parameter.Get("Type").Scalar()
	if text, ok := fallback.Scalar(); ok && !strings.HasPrefix(kind.Value, "AWS::SSM::") { // there Default names the value
		return e.typed(parameter, value{items: []string{text.Value}}), true
	}
	return value{}, false
}

// typed makes a list of a value where the parameter is one.
func (e *Env) typed(parameter source.Node, v value) value {
	kind, _ := parameter.Get("Type").Scalar()
	if v.list || kind.Value != "CommaDelimitedList" && !strings.HasPrefix(kind.Value, "List<") {
		return v
	}
	v.list, v.items = true, strings.Split(v.text(), ",")
	for i := range v.items {
		v.items[i] = strings.TrimSpace(v.items[i])
	}
	return v
}

// allowed reports a value that its parameter does not allow.
func (e *Env) allowed(name string, parameter source.Node, v value) {
	var values []string
	for _, item := range parameter.Get("AllowedValues").Items() {
		text, _ := item.Scalar()
		values = append(values, text.Value)
	}
	for _, item := range v.items {
		if values != nil && !slices.Contains(values, item) {
			e.found.Add(problem(diag.BadParameterValue, parameter.Get("AllowedValues").Key().Span, "allowed are "+strings.Join(values, ", "),
				"the parameter %s may not be %q", name, item))
		}
	}
}

// lookup returns what Ref means by a name, or why there is nothing.
func (e *Env) lookup(name string, at source.Span) (value, []diag.Diagnostic) {
	if v, ok := e.named(name); ok {
		return v, nil
	}
	var missing diag.Diagnostic
	switch parameter, resource := e.section("Parameters", name), e.section("Resources", name); {
	case !parameter.IsZero():
		missing = problem(diag.Unresolved, at, giveParam(name), "the parameter %s has no value", name)
		missing.Related = []diag.Related{{Span: parameter.Key().Span, Message: "it has no default here"}}
	case !resource.IsZero():
		missing = problem(diag.Unresolved, at, giveParam(name), "the value of the resource %s is not known before it is deployed", name)
	case strings.HasPrefix(name, "AWS::"):
		missing = problem(diag.Unresolved, at, giveParam(name), "the pseudo parameter %s has no value here", name)
	default:
		missing = problem(diag.Unresolved, at, giveParam(name), "no value is given for %s", name)
		if near := e.near(name); near != "" {
			missing.Help = fmt.Sprintf("did you mean %s? Otherwise %s", near, giveParam(name))
		}
	}
	return e.orStandIn(name, missing)
}

// attribute returns what Fn::GetAtt means by a name, or why there is nothing.
func (e *Env) attribute(name string, at source.Span) (value, []diag.Diagnostic) {
	if v, ok := e.named(name); ok {
		return v, nil
	}
	resource, attribute, _ := strings.Cut(name, ".")
	return e.orStandIn(name, problem(diag.Unresolved, at, giveParam(name),
		"the attribute %s of the resource %s is not known before it is deployed", attribute, resource))
}

// giveParam is the help that names the flag to give.
func giveParam(name string) string {
	if strings.ContainsAny(name, " \t\"'$\\*?&;()<>|`") {
		return "give one: --param '" + name + "=…'"
	}
	return "give one: --param " + name + "=…"
}

// near returns the parameter or resource that was most likely meant.
func (e *Env) near(name string) string {
	var known []string
	for _, t := range e.templates {
		for _, section := range []string{"Parameters", "Resources"} {
			for key := range t.Get(section).Entries() {
				known = append(known, key)
			}
		}
	}
	return diag.Nearest(name, known)
}

// Unused reports values of --param that nothing asked for.
func (e *Env) Unused(at source.Span) {
	var asked []string
	for _, t := range e.templates {
		for key := range t.Get("Parameters").Entries() {
			asked = append(asked, key)
		}
	}
	for name, g := range e.given {
		if !g.byName || g.used || slices.Contains(asked, name) {
			continue
		}
		d := problem(diag.UnusedParameter, at, "", "nothing in the document asks for the parameter %s", name)
		d.Severity = diag.Warning
		if near := diag.Nearest(name, append(asked, e.missing()...)); near != "" {
			d.Help = fmt.Sprintf("did you mean %s?", near)
		}
		e.found.Add(d)
	}
}
