package lower

import (
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/plan"
)

// segment is one segment of a path template.
type segment struct {
	// literals are the texts before, between and behind the parameters, percent-decoded; one more than params.
	literals []string
	params   []string
	greedy   bool
}

// isLiteral reports whether the segment has no parameter.
func (s segment) isLiteral() bool { return len(s.params) == 0 }

// isWhole reports whether one parameter fills the segment.
func (s segment) isWhole() bool {
	return len(s.params) == 1 && s.literals[0] == "" && s.literals[1] == ""
}

// parsePath reads a template. What it cannot read is reported before anything is lowered.
func parsePath(path string) []segment {
	template, _ := mapping.ParsePath(path)
	var all []segment
	for _, from := range template.Segments {
		s := segment{literals: []string{""}}
		for _, part := range from.Parts {
			if part.Name == "" {
				s.literals[len(s.literals)-1] = part.Text
				continue
			}
			s.params = append(s.params, part.Name)
			s.literals = append(s.literals, "")
			s.greedy = part.Greedy
		}
		all = append(all, s)
	}
	return all
}

// pathParam is where a parameter stands in a path.
type pathParam struct {
	name  string
	index int // of the segment
	part  int // within the segment's parameters
	in    segment
}

// pathParams are the parameters of a path from left to right.
func pathParams(segments []segment) []pathParam {
	var all []pathParam
	for i, s := range segments {
		for part, name := range s.params {
			all = append(all, pathParam{name: name, index: i, part: part, in: s})
		}
	}
	return all
}

// value is the parameter's text in the request of c.
func (p pathParam) value() plan.Value {
	at := plan.Int(p.index)
	switch {
	case p.in.greedy:
		return plan.CtxTail.Call(ctx, at)
	case p.in.isWhole():
		return plan.CtxSegment.Call(ctx, at)
	case len(p.in.params) == 1:
		return plan.CtxSegmentInside.Call(ctx, at, plan.String(p.in.literals[0]), plan.String(p.in.literals[1]))
	default:
		args := append([]plan.Value{plan.CtxSegment.Call(ctx, at), plan.Int(p.part)}, texts(p.in.literals)...)
		return plan.SegmentPart.Call(args...)
	}
}

// describe is the entry of the parameter in the route's table.
func (p pathParam) describe() plan.Value {
	fields := []plan.KeyValue{{Key: "Name", Value: plan.String(p.name)}, {Key: "Segment", Value: plan.Int(p.index)}}
	switch {
	case p.in.greedy:
		fields = append(fields, plan.KeyValue{Key: "Greedy", Value: plan.Bool(true)})
	case p.in.isWhole():
	case len(p.in.params) == 1:
		fields = appendText(fields, "Prefix", p.in.literals[0])
		fields = appendText(fields, "Suffix", p.in.literals[1])
	default:
		fields = append(fields,
			plan.KeyValue{Key: "Literals", Value: plan.List{Elem: plan.Name("string"), Items: texts(p.in.literals)}},
			plan.KeyValue{Key: "Part", Value: plan.Int(p.part)})
	}
	return plan.Composite{Fields: fields}
}

// appendText adds a field unless its text is empty, which is what the field has anyway.
func appendText(fields []plan.KeyValue, key, text string) []plan.KeyValue {
	if text == "" {
		return fields
	}
	return append(fields, plan.KeyValue{Key: key, Value: plan.String(text)})
}

func texts(all []string) []plan.Value {
	values := make([]plan.Value, len(all))
	for i, text := range all {
		values[i] = plan.String(text)
	}
	return values
}

// compareAffixed orders segments with text around their parameters: the one with more text is the more specific one.
func compareAffixed(a, b segment) int {
	if c := len(strings.Join(b.literals, "")) - len(strings.Join(a.literals, "")); c != 0 {
		return c
	}
	return slices.Compare(a.literals, b.literals)
}
