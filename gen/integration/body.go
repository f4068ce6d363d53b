package integration

import (
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// The key of templates that are taken when nothing else fits.
const fallbackType = "$default"

// unmatched is what happens to a request for whose media type there is no template (rest.md section 5).
type unmatched uint8

const (
	passThrough unmatched = iota
	refuse
)

// passthrough is the table of rest.md section 5.
func passthrough(in *model.Integration) unmatched {
	behavior := "when_no_match"
	if in.PassthroughBehavior != nil {
		behavior = strings.ToLower(in.PassthroughBehavior.Value)
	}
	if behavior == "never" || behavior == "when_no_templates" && len(in.RequestTemplates) > 0 {
		return refuse
	}
	return passThrough
}

// chooseTemplate goes by the request's media type: each template has its steps, and what no template is for has others.
func chooseTemplate(all []template, each func(template) []plan.Step, otherwise []plan.Step) []plan.Step {
	var named []template
	for _, t := range all {
		if t.mediaType == fallbackType {
			otherwise = each(t)
			continue
		}
		named = append(named, t)
	}
	mediaType := plan.CtxMediaType.Call(Ctx)
	switch {
	case len(named) == 0:
		return otherwise
	case len(named) == 1 && leaves(otherwise):
		// What does not go on is dealt with first.
		is := plan.Op{Op: "!=", X: mediaType, Y: plan.String(named[0].mediaType)}
		return append([]plan.Step{plan.When{Cond: is, Then: otherwise}}, each(named[0])...)
	}
	choose := plan.Choose{On: mediaType, Default: otherwise}
	for _, t := range named {
		choose.Cases = append(choose.Cases, plan.Case{Values: []plan.Value{plan.String(t.mediaType)}, Body: each(t)})
	}
	return []plan.Step{choose}
}

// leaves reports whether steps end the handler.
func leaves(steps []plan.Step) bool {
	if len(steps) == 0 {
		return false
	}
	_, ok := steps[len(steps)-1].(plan.Return)
	return ok
}

// requestBody decides what the backend gets as a body: a template's text, or the client's own body.
func (r *Route) requestBody(in *model.Integration, sendsBody bool) []plan.Step {
	all, ok := requestTemplates(in)
	if !ok {
		return ConfigurationError()
	}
	var otherwise []plan.Step
	switch {
	case passthrough(in) == refuse:
		otherwise = []plan.Step{returns(plan.UnsupportedMediaType)}
	case sendsBody:
		otherwise = []plan.Step{plan.Guard{Call: plan.OutboundPassBody.Call(outbound, Ctx, conversion(in.ContentHandling))}}
	}
	each := func(t template) []plan.Step {
		if !t.static() {
			return []plan.Step{plan.Guard{Call: plan.OutboundRender.Call(outbound, r.compiled(t, "request"), conversion(in.ContentHandling))}}
		}
		if !sendsBody {
			return nil
		}
		if r.mayBeBytes(in.ContentHandling) {
			return []plan.Step{plan.Guard{Call: plan.OutboundTextFor.Call(outbound, Ctx, conversion(in.ContentHandling), plan.String(t.text))}}
		}
		return []plan.Step{plan.Do{Call: plan.OutboundText.Call(outbound, plan.String(t.text))}}
	}
	if !sendsBody && len(otherwise) == 0 && allStatic(all) {
		return nil
	}
	return chooseTemplate(all, each, otherwise)
}

// mayBeBytes reports whether a body can be other than text once it is converted, in which case no template can read it
// (rest.md section 5).
func (r *Route) mayBeBytes(handling *source.String) bool {
	return len(r.API.BinaryMediaTypes) > 0 || conversion(handling) == plan.ToBinary
}

// conversion is what contentHandling asks for.
func conversion(handling *source.String) plan.Value {
	switch {
	case handling == nil:
		return plan.AsIs
	case strings.EqualFold(handling.Value, "CONVERT_TO_BINARY"):
		return plan.ToBinary
	case strings.EqualFold(handling.Value, "CONVERT_TO_TEXT"):
		return plan.ToText
	default:
		return plan.AsIs
	}
}
