package integration

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// mockKind answers by itself: the request template gives a status, which selects the response (rest.md section 6).
type mockKind struct{}

var _ Kind = mockKind{}

// Name is mock.
func (mockKind) Name() string { return "mock" }

// Match reports whether the type is mock.
func (k mockKind) Match(in *model.Integration) bool { return is(in, k.Name()) }

// Check looks at the templates, which must give a status, and at the responses.
func (mockKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	found := checkTemplates(in.RequestTemplates)
	all, _ := requestTemplates(in)
	for _, t := range all {
		if !t.static() {
			continue
		}
		if _, err := mockStatus(t.text); err != nil {
			found = append(found, diag.Diagnostic{Code: diag.NoMockStatus, Span: t.source.MediaType.Span,
				Message: fmt.Sprintf("the template of a mock gives no status: %v", err),
				Cause:   "the template must be a JSON object with an integer statusCode, else every request gets 500",
				Help:    `write {"statusCode": 200}`})
		}
	}
	found = append(found, checkRequestHeaders(in)...)
	return append(found, checkResponses(in)...)
}

// Backend is the type's name.
func (k mockKind) Backend(*model.Integration) string { return k.Name() }

// Lower decides as much as the document tells: where every request gets the same response, no status is looked at.
func (mockKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	all, ok := requestTemplates(in)
	if !ok || hasForbidden(in) {
		return ConfigurationError()
	}
	selected := selectByStatus(in.Responses, func(*model.IntegrationResponse, error) {})
	each := func(from *model.IntegrationResponse) []plan.Step { return r.answer(from, false) }
	if !allStatic(all) {
		return append(r.mockRendered(all, passthrough(in), selected.looks()), selected.respond(status, each)...)
	}
	codes, ok := mockStatuses(all)
	if !ok {
		return ConfigurationError()
	}
	only, same := selected.same(codes, passthrough(in) == passThrough)
	if !same {
		steps := mockStatusSteps(all, codes, passthrough(in))
		if len(all) == 0 && passthrough(in) == refuse {
			return steps
		}
		return append(steps, selected.respond(status, each)...)
	}
	steps := mockGuard(all, passthrough(in))
	if len(steps) > 0 && leaves(steps) {
		return steps
	}
	if only == nil {
		return append(steps, ConfigurationError()...)
	}
	return append(steps, each(only)...)
}

// looks reports whether the status decides anything.
func (s selection) looks() bool {
	for _, c := range s.chosen {
		if len(c.ranges) > 0 {
			return true
		}
	}
	return false
}

// mockRendered finds the status by rendering the template for the request's media type.
func (r *Route) mockRendered(all []template, other unmatched, looked bool) []plan.Step {
	name := "_"
	if looked {
		name = string(status)
	}
	found := []string{name, string(faultName)}
	otherwise := []plan.Step{returns(plan.UnsupportedMediaType)}
	if other == passThrough {
		otherwise = []plan.Step{plan.Let{Names: found, Value: plan.MockStatus.Call(Ctx), Assign: true}}
	}
	each := func(t template) []plan.Step {
		if t.static() {
			code, err := mockStatus(t.text)
			if err != nil {
				return ConfigurationError()
			}
			if !looked {
				return nil
			}
			return []plan.Step{plan.Let{Names: []string{name}, Value: plan.Int(code), Assign: true}}
		}
		call := plan.MockRender.Call(Ctx, r.compiled(t, "request"))
		return []plan.Step{plan.Let{Names: found, Value: call, Assign: true}}
	}
	steps := []plan.Step{plan.Let{Names: found[1:], Value: plan.OK}}
	if looked {
		steps = []plan.Step{plan.LetAll{Names: found, Values: []plan.Value{plan.Int(0), plan.OK}}}
	}
	steps = append(steps, chooseTemplate(all, each, otherwise)...)
	failed := plan.Op{Op: "!=", X: faultName, Y: plan.OK}
	return append(steps, plan.When{Cond: failed, Then: []plan.Step{returns(faultName)}})
}

// mockStatuses are the statuses that the templates give, by media type.
func mockStatuses(all []template) (map[string]int, bool) {
	codes := map[string]int{}
	for _, t := range all {
		code, err := mockStatus(t.text)
		if err != nil {
			return nil, false
		}
		codes[t.mediaType] = code
	}
	return codes, true
}

// of is the response that a status selects; nil for none.
func (s selection) of(code int) *model.IntegrationResponse {
	for _, c := range s.chosen {
		for _, r := range c.ranges {
			if r.from <= code && code <= r.to {
				return c.response
			}
		}
	}
	return s.fallback
}

// same is the response of every request, if they all get the same one: those with a status of codes, and with open
// those whose status only they themselves know.
func (s selection) same(codes map[string]int, open bool) (*model.IntegrationResponse, bool) {
	responses := map[*model.IntegrationResponse]bool{}
	for _, code := range codes {
		responses[s.of(code)] = true
	}
	if open {
		responses[s.fallback] = true
		for _, c := range s.chosen {
			if len(c.ranges) > 0 {
				responses[c.response] = true
			}
		}
	}
	if len(responses) > 1 {
		return nil, false
	}
	for only := range responses {
		return only, true
	}
	return nil, true
}

// mockGuard refuses the requests that have no status, where the status itself does not matter.
func mockGuard(all []template, other unmatched) []plan.Step {
	otherwise := []plan.Step{returns(plan.UnsupportedMediaType)}
	if other == passThrough {
		otherwise = []plan.Step{plan.Try{Names: []string{"_"}, Call: plan.MockStatus.Call(Ctx)}}
	}
	var values []plan.Value
	for _, t := range all {
		if t.mediaType == fallbackType {
			return nil
		}
		values = append(values, plan.String(t.mediaType))
	}
	mediaType := plan.CtxMediaType.Call(Ctx)
	switch len(values) {
	case 0:
		return otherwise
	case 1:
		return []plan.Step{plan.When{Cond: plan.Op{Op: "!=", X: mediaType, Y: values[0]}, Then: otherwise}}
	default:
		return []plan.Step{plan.Choose{On: mediaType, Cases: []plan.Case{{Values: values}}, Default: otherwise}}
	}
}

// mockStatusSteps find the status of a request.
func mockStatusSteps(all []template, codes map[string]int, other unmatched) []plan.Step {
	if len(all) == 0 {
		if other == refuse {
			return []plan.Step{returns(plan.UnsupportedMediaType)}
		}
		return []plan.Step{plan.Try{Names: []string{string(status)}, Call: plan.MockStatus.Call(Ctx)}}
	}
	assign := func(name plan.Name, v plan.Value) plan.Step {
		return plan.Let{Names: []string{string(name)}, Value: v, Assign: true}
	}
	first := codes[all[0].mediaType]
	fault := faultName
	ask := plan.Let{Names: []string{string(status), string(fault)}, Value: plan.MockStatus.Call(Ctx), Assign: true}
	asks := other == passThrough
	for _, t := range all {
		asks = asks && t.mediaType != fallbackType
	}
	var steps []plan.Step
	otherwise := []plan.Step{returns(plan.UnsupportedMediaType)}
	if asks {
		otherwise = []plan.Step{ask}
		steps = append(steps, plan.LetAll{Names: []string{string(status), string(fault)}, Values: []plan.Value{plan.Int(first), plan.OK}})
	} else {
		steps = append(steps, plan.Let{Names: []string{string(status)}, Value: plan.Int(first)})
	}
	each := func(t template) []plan.Step {
		if codes[t.mediaType] == first {
			return nil
		}
		return []plan.Step{assign(status, plan.Int(codes[t.mediaType]))}
	}
	steps = append(steps, mockChoose(all, each, otherwise)...)
	if asks {
		failed := plan.Op{Op: "!=", X: fault, Y: plan.OK}
		steps = append(steps, plan.When{Cond: failed, Then: []plan.Step{returns(fault)}})
	}
	return steps
}

// mockChoose is chooseTemplate for statuses: one template that changes nothing needs no switch.
func mockChoose(all []template, each func(template) []plan.Step, otherwise []plan.Step) []plan.Step {
	if len(all) == 1 && all[0].mediaType != fallbackType && len(each(all[0])) == 0 {
		is := plan.Op{Op: "!=", X: plan.CtxMediaType.Call(Ctx), Y: plan.String(all[0].mediaType)}
		return []plan.Step{plan.When{Cond: is, Then: otherwise}}
	}
	return chooseTemplate(all, each, otherwise)
}
