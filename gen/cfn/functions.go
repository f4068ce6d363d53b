package cfn

import (
	"encoding/base64"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// bad is the outcome of a function whose argument at is not what it takes; the place of an absent one is the function's.
func bad(at source.Node, format string, args ...any) outcome {
	var span source.Span
	switch text, ok := written(at); {
	case ok && text.Value != "":
		span = text.Span
	case !at.IsZero():
		span = at.Start()
	}
	return failed(problem(diag.BadFunction, span, "", format, args...))
}

// argument evaluates an argument that must be a text, number or truth value.
func (v *evaluation) argument(n source.Node, what string) (source.String, []diag.Diagnostic) {
	if n.IsZero() {
		return source.String{}, []diag.Diagnostic{problem(diag.BadFunction, source.Span{}, "", "%s is missing", what)}
	}
	out := v.value(n)
	if out.problems != nil {
		return source.String{}, out.problems
	}
	text, ok := out.node.Scalar()
	if out.gone || !ok {
		return source.String{}, bad(n, "%s must be a text, not %s", what, out.node.Kind()).problems
	}
	return text, nil
}

// list evaluates an argument that must be a list of texts. Items that are AWS::NoValue are left out.
func (v *evaluation) list(n source.Node, what string) ([]string, []diag.Diagnostic) {
	out := v.value(n)
	if out.problems != nil {
		return nil, out.problems
	}
	if out.gone || out.node.Kind() != source.List {
		return nil, bad(n, "%s must be a list, not %s", what, out.node.Kind()).problems
	}
	var texts []string
	var problems []diag.Diagnostic
	for _, item := range out.node.Items() {
		if below := v.problems[item.Identity()]; below != nil {
			problems = append(problems, below...)
			continue
		}
		text, wrong := v.argument(item, "an item of "+what)
		problems = append(problems, wrong...)
		texts = append(texts, text.Value)
	}
	return texts, problems
}

// items are the arguments of a function that takes a list of from to to of them.
func items(n source.Node, name string, from, to int) ([]source.Node, []diag.Diagnostic) {
	list := n.Items()
	if n.Kind() != source.List || n.Tag() != "" || len(list) < from || len(list) > to {
		count := strconv.Itoa(from)
		if to > from {
			count += " or " + strconv.Itoa(to)
		}
		return nil, bad(source.Node{}, "%s takes a list of %s values", name, count).problems
	}
	return list, nil
}

// ref evaluates Ref.
func (v *evaluation) ref(n source.Node, at source.Span) outcome {
	name, ok := written(n)
	if !ok || name.Value == "" {
		return bad(source.Node{}, "Ref takes the name of a parameter or resource")
	}
	if name.Value == "AWS::NoValue" {
		return outcome{gone: true}
	}
	value, problems := v.lookup(name.Value, at)
	if problems != nil {
		return failed(problems...)
	}
	if value.list {
		return v.texts(value.items, at)
	}
	return v.text(value.text(), at)
}

// texts makes the outcome of a computed list.
func (v *evaluation) texts(texts []string, at source.Span) outcome {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: at.Line, Column: at.Col}
	for _, text := range texts {
		out := v.text(text, at)
		if out.problems != nil {
			return out
		}
		list.Content = append(list.Content, out.node.YAML)
	}
	return outcome{node: source.Node{File: v.file, YAML: list}}
}

// getAtt evaluates Fn::GetAtt: [resource, attribute], or both joined by a dot.
func (v *evaluation) getAtt(n source.Node, at source.Span) outcome {
	name, ok := written(n)
	if !ok {
		list, problems := items(n, "Fn::GetAtt", 2, 8)
		if problems != nil {
			return failed(problems...)
		}
		var parts []string
		for _, item := range list {
			part, problems := v.argument(item, "an item of Fn::GetAtt")
			if problems != nil {
				return failed(problems...)
			}
			parts = append(parts, part.Value)
		}
		name.Value = strings.Join(parts, ".")
	}
	if !strings.Contains(name.Value, ".") {
		return bad(source.Node{}, "Fn::GetAtt takes a resource and one of its attributes")
	}
	value, problems := v.attribute(name.Value, at)
	if problems != nil {
		return failed(problems...)
	}
	return v.text(value.text(), at)
}

// join evaluates Fn::Join: [delimiter, list].
func (v *evaluation) join(n source.Node, at source.Span) outcome {
	list, problems := items(n, "Fn::Join", 2, 2)
	if problems != nil {
		return failed(problems...)
	}
	delimiter, problems := v.argument(list[0], "the delimiter of Fn::Join")
	texts, more := v.list(list[1], "Fn::Join")
	if problems = append(problems, more...); problems != nil {
		return failed(problems...)
	}
	return v.text(strings.Join(texts, delimiter.Value), at)
}

// split evaluates Fn::Split: [delimiter, text].
func (v *evaluation) split(n source.Node, at source.Span) outcome {
	list, problems := items(n, "Fn::Split", 2, 2)
	if problems != nil {
		return failed(problems...)
	}
	delimiter, problems := v.argument(list[0], "the delimiter of Fn::Split")
	text, more := v.argument(list[1], "the text of Fn::Split")
	if problems = append(problems, more...); problems != nil {
		return failed(problems...)
	}
	if delimiter.Value == "" {
		return bad(source.Node{}, "the delimiter of Fn::Split is empty")
	}
	return v.texts(strings.Split(text.Value, delimiter.Value), at)
}

// pick evaluates Fn::Select: [index, list].
func (v *evaluation) pick(n source.Node, at source.Span) outcome {
	list, problems := items(n, "Fn::Select", 2, 2)
	if problems != nil {
		return failed(problems...)
	}
	index, problems := v.argument(list[0], "the index of Fn::Select")
	texts, more := v.list(list[1], "Fn::Select")
	if problems = append(problems, more...); problems != nil {
		return failed(problems...)
	}
	i, err := strconv.Atoi(index.Value)
	if err != nil || i < 0 || i >= len(texts) {
		return bad(source.Node{}, "Fn::Select takes item %s of a list of %d; items count from 0", index.Value, len(texts))
	}
	return v.text(texts[i], at)
}

// length evaluates Fn::Length.
func (v *evaluation) length(n source.Node, at source.Span) outcome {
	texts, problems := v.list(n, "Fn::Length")
	if problems != nil {
		return failed(problems...)
	}
	return v.text(strconv.Itoa(len(texts)), at)
}

// base64 evaluates Fn::Base64.
func (v *evaluation) base64(n source.Node, at source.Span) outcome {
	text, problems := v.argument(n, "the text of Fn::Base64")
	if problems != nil {
		return failed(problems...)
	}
	return v.text(base64.StdEncoding.EncodeToString([]byte(text.Value)), at)
}

// importValue evaluates Fn::ImportValue: the user gives the value under the name of the export.
func (v *evaluation) importValue(n source.Node, at source.Span) outcome {
	name, problems := v.argument(n, "the name of Fn::ImportValue")
	if problems != nil {
		return failed(problems...)
	}
	if value, ok := v.use(name.Value); ok {
		return v.text(value.text(), at)
	}
	missing := problem(diag.Unresolved, at, giveParam(name.Value), "the export %q of another stack has no value here", name.Value)
	if v.standIns {
		return v.text(v.standInFor(name.Value, missing), at)
	}
	return failed(missing)
}

// findInMap evaluates Fn::FindInMap: [map, key, key], and optionally {DefaultValue: …}.
func (v *evaluation) findInMap(n source.Node, at source.Span) outcome {
	list, problems := items(n, "Fn::FindInMap", 3, 4)
	if problems != nil {
		return failed(problems...)
	}
	var keys []string
	for _, item := range list[:3] {
		key, problems := v.argument(item, "a key of Fn::FindInMap")
		if problems != nil {
			return failed(problems...)
		}
		keys = append(keys, key.Value)
	}
	found := v.section("Mappings", keys[0]).Get(keys[1]).Get(keys[2])
	if found.IsZero() && len(list) == 4 {
		if fallback := list[3].Get("DefaultValue"); !fallback.IsZero() {
			return v.value(fallback)
		}
	}
	switch text, isText := found.Scalar(); {
	case isText:
		return v.text(text.Value, at)
	case found.Kind() == source.List:
		var texts []string
		for _, item := range found.Items() {
			text, _ := item.Scalar()
			texts = append(texts, text.Value)
		}
		return v.texts(texts, at)
	}
	name := strings.Join(keys, ".")
	if value, ok := v.use(name); ok {
		return v.text(value.text(), at)
	}
	missing := problem(diag.Unresolved, at, giveParam(name), "the mapping %s has no value %s of %s", keys[0], keys[2], keys[1])
	if v.standIns {
		return v.text(v.standInFor(name, missing), at)
	}
	return failed(missing)
}
