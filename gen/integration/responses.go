package integration

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dlclark/regexp2"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// selection says which response serves each status.
type selection struct {
	chosen   []choice // in the order of the document
	fallback *model.IntegrationResponse
}

// choice is a response with the statuses that select it, as ranges.
type choice struct {
	response *model.IntegrationResponse
	ranges   []statusRange
}

type statusRange struct{ from, to int }

// selectByStatus evaluates all patterns over all statuses: in definition order, the first that matches serves a status.
// problem is called for a pattern that is no regular expression.
func selectByStatus(responses []*model.IntegrationResponse, problem func(*model.IntegrationResponse, error)) selection {
	var s selection
	taken := map[int]bool{}
	for _, r := range responses {
		if isDefault(r) {
			if s.fallback == nil {
				s.fallback = r
			}
			continue
		}
		re, err := pattern(r.Pattern.Value)
		if err != nil {
			problem(r, err)
			continue
		}
		ranges, err := statuses(re, taken)
		if err != nil {
			problem(r, err)
			continue
		}
		s.chosen = append(s.chosen, choice{r, ranges})
	}
	return s
}

// statuses are those that re matches and that are not taken yet; it takes them.
func statuses(re *regexp2.Regexp, taken map[int]bool) ([]statusRange, error) {
	var ranges []statusRange
	for code := firstStatus; code <= lastStatus; code++ {
		if taken[code] {
			continue
		}
		matches, err := re.MatchString(strconv.Itoa(code))
		if err != nil {
			return nil, fmt.Errorf("it takes too long")
		}
		if !matches {
			continue
		}
		taken[code] = true
		if n := len(ranges); n > 0 && ranges[n-1].to == code-1 {
			ranges[n-1].to = code
		} else {
			ranges = append(ranges, statusRange{code, code})
		}
	}
	return ranges, nil
}

// checkResponses looks at an integration's responses, which statuses select.
func checkResponses(in *model.Integration) []diag.Diagnostic {
	found := checkEachResponse(in)
	selected := selectByStatus(in.Responses, func(r *model.IntegrationResponse, err error) {
		found = append(found, badPattern(r, err))
	})
	for _, c := range selected.chosen {
		if len(c.ranges) == 0 {
			found = append(found, diag.Diagnostic{Code: diag.IdlePattern, Severity: diag.Warning, Span: c.response.Pattern.Span,
				Message: fmt.Sprintf("no status selects the response %q", c.response.Pattern.Value),
				Cause:   "patterns are compared with the whole status, and the first that fits is taken"})
		}
	}
	return found
}

// checkEachResponse looks at an integration's responses, but not at what selects them.
func checkEachResponse(in *model.Integration) []diag.Diagnostic {
	var found []diag.Diagnostic
	if len(in.Responses) == 0 {
		found = append(found, diag.Diagnostic{Code: diag.NoResponses, Span: in.Type.Span,
			Message: fmt.Sprintf("the %s integration has no responses", strings.ToLower(in.Type.Value)),
			Cause:   "no response can be selected, so that every request gets 500",
			Help:    "write `responses: {default: {statusCode: \"200\"}}`"})
	}
	for _, r := range in.Responses {
		found = append(found, checkStatusCode(r)...)
		found = append(found, checkTemplates(r.Templates)...)
	}
	return found
}

func badPattern(r *model.IntegrationResponse, err error) diag.Diagnostic {
	return diag.Diagnostic{Code: diag.BadPattern, Span: r.Pattern.Span, Message: fmt.Sprintf("%q is no regular expression: %v", r.Pattern.Value, err)}
}

func checkStatusCode(r *model.IntegrationResponse) []diag.Diagnostic {
	switch _, ok := statusCode(r); {
	case ok:
		return nil
	case r.StatusCode == nil:
		return []diag.Diagnostic{{Code: diag.BadStatusCode, Span: r.Pattern.Span, Message: "response without statusCode"}}
	default:
		return []diag.Diagnostic{{Code: diag.BadStatusCode, Span: r.StatusCode.Span,
			Message: fmt.Sprintf("%q is no status", r.StatusCode.Value), Help: "write a number from 100 to 599"}}
	}
}

// statusCode is what the client gets.
func statusCode(r *model.IntegrationResponse) (int, bool) {
	if r.StatusCode == nil {
		return 0, false
	}
	code, err := strconv.Atoi(r.StatusCode.Value)
	return code, err == nil && firstStatus <= code && code <= lastStatus
}

// respond answers by the response that the status selects. Get is the status; each gives the steps of one response.
func (s selection) respond(get plan.Value, each func(*model.IntegrationResponse) []plan.Step) []plan.Step {
	var cases []plan.Case
	single := true
	for _, c := range s.chosen {
		if len(c.ranges) == 0 {
			continue
		}
		cases = append(cases, plan.Case{Comment: fmt.Sprintf("responses[%q]", c.response.Pattern.Value), Body: each(c.response)})
		for _, r := range c.ranges {
			single = single && r.from == r.to
		}
	}
	otherwise := ConfigurationError()
	if s.fallback != nil {
		otherwise = each(s.fallback)
	}
	if len(cases) == 0 {
		return otherwise
	}
	choose := plan.Choose{Cases: cases, Default: otherwise}
	steps := []plan.Step{plan.Let{Names: []string{string(status)}, Value: get}}
	if single {
		choose.On, steps = get, nil
	} else if get == status {
		steps = nil
	}
	i := 0
	for _, c := range s.chosen {
		if len(c.ranges) > 0 {
			choose.Cases[i].Values = conditions(c.ranges, single)
			i++
		}
	}
	return append(steps, choose)
}

// conditions are the values of a case for ranges: statuses, or comparisons.
func conditions(ranges []statusRange, single bool) []plan.Value {
	values := make([]plan.Value, len(ranges))
	for i, r := range ranges {
		switch {
		case single:
			values[i] = plan.Int(r.from)
		case r.from == r.to:
			values[i] = plan.Op{Op: "==", X: status, Y: plan.Int(r.from)}
		default:
			values[i] = plan.Op{Op: "&&",
				X: plan.Op{Op: "<=", X: plan.Int(r.from), Y: status},
				Y: plan.Op{Op: "<=", X: status, Y: plan.Int(r.to)}}
		}
	}
	return values
}

// answer sends one response: its headers, then its body, or what otherwise gives where no template has one.
func (r *Route) answer(from *model.IntegrationResponse, hasReply bool) []plan.Step {
	code, ok := statusCode(from)
	all, parsed := responseTemplates(from)
	if !ok || !parsed {
		return ConfigurationError()
	}
	respond := plan.CtxRespond.Call(Ctx, plan.Int(code))
	headers := r.responseHeaders(from, hasReply)
	target, steps := plan.Value(respond), []plan.Step(nil)
	if len(headers) > 0 || len(all) > 1 {
		steps = append([]plan.Step{plan.Let{Names: []string{string(response)}, Value: respond}}, headers...)
		target = response
	}
	body := func(t template) []plan.Step {
		text := t.text
		switch {
		case !t.static():
			return []plan.Step{returns(plan.ResponseRender.Call(target, r.compiled(t, r.responsePurpose(from)), replyOf(hasReply), conversion(from.ContentHandling)))}
		case text != "" && hasReply && r.mayBeBytes(from.ContentHandling):
			return []plan.Step{returns(plan.ResponseTextFor.Call(target, reply, conversion(from.ContentHandling), plan.String(text)))}
		case text != "":
			return []plan.Step{returns(plan.ResponseText.Call(target, plan.String(text)))}
		case hasReply:
			return []plan.Step{returns(plan.ResponseRelay.Call(target, reply, conversion(from.ContentHandling)))}
		default:
			return []plan.Step{returns(plan.ResponseEmpty.Call(target))}
		}
	}
	return append(steps, chooseByAccept(all, body)...)
}

// replyOf is the backend's reply, nil for a mock.
func replyOf(hasReply bool) plan.Value {
	if hasReply {
		return reply
	}
	return plan.Nil{}
}

// responsePurpose names a response's template after its pattern, where there are several responses.
func (r *Route) responsePurpose(from *model.IntegrationResponse) string {
	if len(r.Op.Integration.Responses) < 2 || isDefault(from) {
		return "response"
	}
	return "response " + strings.NewReplacer(`\d`, "x", `{2}`, "x", ".", " ").Replace(from.Pattern.Value)
}

// chooseByAccept goes by the client's Accept, then takes the JSON template, then $default, then the first (rest.md
// section 5).
func chooseByAccept(all []template, body func(template) []plan.Step) []plan.Step {
	if len(all) == 0 {
		return body(template{})
	}
	otherwise := all[0]
	for _, mediaType := range []string{fallbackType, "application/json"} {
		for _, t := range all {
			if t.mediaType == mediaType {
				otherwise = t
			}
		}
	}
	choose := plan.Choose{On: plan.CtxAcceptType.Call(Ctx), Default: body(otherwise)}
	for _, t := range all {
		if t.mediaType != otherwise.mediaType && t.mediaType != fallbackType {
			choose.Cases = append(choose.Cases, plan.Case{Values: []plan.Value{plan.String(t.mediaType)}, Body: body(t)})
		}
	}
	if len(choose.Cases) == 0 {
		return choose.Default
	}
	return []plan.Step{choose}
}

// responseHeaders maps headers of the response. Without a backend's reply only literals, context and stage variables
// have a value.
func (r *Route) responseHeaders(from *model.IntegrationResponse, hasReply bool) []plan.Step {
	var steps []plan.Step
	for _, m := range from.Parameters {
		target, badTarget := mapping.ParseResponseTarget(m.Target.Value)
		parsed, badSource := mapping.ParseResponse(m.Source.Value)
		if m.NotString || badTarget != nil || badSource != nil {
			continue
		}
		value, before := r.responseValue(parsed, target.Name, hasReply)
		if value == nil {
			continue
		}
		steps = append(steps, before...)
		steps = append(steps, plan.Do{Call: plan.ResponseHeader.Call(response, plan.String(target.Name), value)})
	}
	return steps
}

// responseValue is a source of a response mapping and the steps that get it; nil when it never has a value.
func (r *Route) responseValue(from mapping.Source, target string, hasReply bool) (plan.Value, []plan.Step) {
	switch from := from.(type) {
	case mapping.ResponseHeader:
		if !hasReply {
			return nil, nil
		}
		get := plan.ReplyHeader
		if from.Multi {
			get = plan.ReplyHeaderValues
		}
		return get.Call(reply, plan.String(from.Name)), nil
	case mapping.ResponseBody:
		if !hasReply {
			return nil, nil
		}
		if inError, ok := strings.CutPrefix(string(from.Path), "$.errorMessage."); ok && isFunction(r.Op.Integration) {
			// A function's error is a text, which may be JSON of its own (rest.md 4.1).
			name := r.Local(target)
			at := plan.LambdaErrorAt.Call(reply, r.JSONPath("$."+inError))
			return plan.Name(name), []plan.Step{plan.Try{Names: []string{name}, Call: at}}
		}
		return r.bodyValue(from.Path, target, reply, plan.ReplyBodyText, plan.ReplyBodyAt)
	default:
		return sharedValue(from), nil
	}
}
