package integration

import (
	"fmt"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// lambdaKind invokes a Lambda function with what templates make of the request, and maps what it returns (rest.md 7.3).
type lambdaKind struct{}

var _ Kind = lambdaKind{}

// Name is aws.
func (lambdaKind) Name() string { return "aws" }

// Match reports whether the type is aws and the uri a function's.
func (k lambdaKind) Match(in *model.Integration) bool { return is(in, k.Name()) && isFunction(in) }

// Check looks at the function, the mappings, the templates and the responses.
func (lambdaKind) Check(_ *model.API, op *model.Operation) []diag.Diagnostic {
	in := op.Integration
	found := append(checkFunction(in), checkRequestHeaders(in)...)
	found = append(found, checkTemplates(in.RequestTemplates)...)
	found = append(found, checkEachResponse(in)...)
	for _, response := range in.Responses {
		if _, err := pattern(response.Pattern.Value); err != nil && !isDefault(response) {
			found = append(found, badPattern(response, err))
		}
	}
	return found
}

// Backend names the function.
func (k lambdaKind) Backend(in *model.Integration) string { return describe(k.Name(), in) }

// Lower sends what the templates make of the body, and answers by the response that the function's error selects.
func (lambdaKind) Lower(r *Route) []plan.Step {
	in := r.Op.Integration
	function := r.function(in)
	if function == nil {
		return ConfigurationError()
	}
	body := r.requestBody(in, true)
	if _, isReturn := lastOf(body).(plan.Return); isReturn {
		return body
	}
	steps := []plan.Step{plan.Let{Names: []string{string(outbound)}, Value: plan.CtxOutbound.Call(Ctx, plan.String("POST"), r.Timeout)}}
	steps = append(append(steps, body...), r.addParameters(requestMappings(in))...)
	answers := r.respondByError(in)
	name := string(reply)
	if !plan.Mentions(answers, reply) {
		name = "_"
	}
	steps = append(steps, plan.Try{Names: []string{name}, Call: plan.FunctionInvoke.Call(function, Ctx, outbound)})
	return append(steps, answers...)
}

// respondByError answers by the first response whose pattern the error's message fits, as a whole; without an error the
// message is empty (rest.md section 6).
func (r *Route) respondByError(in *model.Integration) []plan.Step {
	var fallback *model.IntegrationResponse
	var cases []plan.Case
	for _, response := range in.Responses {
		if isDefault(response) {
			if fallback == nil {
				fallback = response
			}
			continue
		}
		selector := r.Shared("is "+response.Pattern.Value, plan.LambdaMustPattern.Call(plan.String(response.Pattern.Value)))
		cases = append(cases, plan.Case{
			Comment: fmt.Sprintf("responses[%q]", response.Pattern.Value),
			Values:  []plan.Value{plan.PatternMatch.Call(selector, message)},
			Body:    r.answer(response, true),
		})
	}
	otherwise := ConfigurationError()
	if fallback != nil {
		otherwise = r.answer(fallback, true)
	}
	if len(cases) == 0 {
		return otherwise
	}
	return []plan.Step{
		plan.Let{Names: []string{string(message)}, Value: plan.LambdaErrorMessage.Call(reply)},
		plan.Choose{Cases: cases, Default: otherwise},
	}
}

// message is the errorMessage of a function that failed.
const message = plan.Name("message")
