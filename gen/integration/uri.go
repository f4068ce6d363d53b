package integration

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// checkURI looks for what makes a uri no address of an HTTP backend.
func checkURI(in *model.Integration) []diag.Diagnostic {
	if (in.URI == nil || in.URI.Value == "") && in.Incomplete {
		return nil
	}
	if in.URI == nil || in.URI.Value == "" {
		return []diag.Diagnostic{{Code: diag.BadEndpoint, Span: in.Type.Span, Message: "integration without uri",
			Help: "write the backend's URL: `uri: https://pets.example/pets`"}}
	}
	uri, problem := mapping.ParseURI(in.URI.Value)
	if problem != nil {
		return []diag.Diagnostic{{Code: problem.Code, Span: in.URI.Sub(problem.Offset, problem.Length),
			Message: problem.Message, Help: problem.Help}}
	}
	text := in.URI.Value
	if uri.Scheme != "http" && uri.Scheme != "https" {
		to := max(strings.Index(text, "://"), 0)
		if to == 0 {
			to = len(text)
		}
		return []diag.Diagnostic{{Code: diag.BadEndpoint, Span: in.URI.Sub(0, to),
			Message: "the uri of an HTTP integration begins with http:// or https://",
			Help:    "a stage variable can stand behind the scheme, not in its place"}}
	}
	authority := uri.Component(mapping.Authority)
	if len(authority) == 0 {
		return []diag.Diagnostic{{Code: diag.BadEndpoint, Span: in.URI.Span, Message: "the uri has no host"}}
	}
	if host, fixed := fixedText(authority); fixed {
		if err := checkAuthority(host); err != nil {
			first := authority[0]
			return []diag.Diagnostic{{Code: diag.BadEndpoint, Span: in.URI.Sub(first.Offset, len(host)),
				Message: fmt.Sprintf("%q is no host: %v", host, err)}}
		}
	}
	return nil
}

// checkAuthority says what is wrong with host or host:port.
func checkAuthority(text string) error {
	if strings.Contains(text, "@") {
		return fmt.Errorf("a user name has no place in it")
	}
	u, err := url.Parse("http://" + text)
	switch {
	case err != nil || u.Hostname() == "" || u.Host != text:
		return fmt.Errorf("it is malformed")
	case strings.HasSuffix(text, ":"):
		return fmt.Errorf("the port is missing")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("port %s is outside 1 to 65535", port)
		}
	}
	return nil
}

// fixedText joins parts that are text alone.
func fixedText(parts []mapping.URIPart) (string, bool) {
	var b strings.Builder
	for _, part := range parts {
		if part.Kind != mapping.PlainText {
			return "", false
		}
		b.WriteString(part.Text)
	}
	return b.String(), true
}

// Origin is scheme://host[:port] in one spelling: small letters, without the scheme's own port.
func Origin(scheme, authority string) string {
	authority = strings.ToLower(authority)
	if host, port, err := net.SplitHostPort(authority); err == nil {
		if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			authority = host
		}
	}
	return scheme + "://" + authority
}

// writeURI writes path and query of a uri to the outbound request; with whole set, scheme and host as well.
func (r *Route) writeURI(uri *mapping.URI, values map[string]plan.Value, whole bool) []plan.Step {
	w := uriWriter{values: values, overrides: r.mayOverride()}
	if whole {
		w.literal.WriteString(uri.Scheme + "://")
		w.parts(uri.Component(mapping.Authority))
	}
	path := uri.Component(mapping.URLPath)
	w.parts(path)
	if len(path) == 0 && !endsInVariable(uri, whole) {
		w.literal.WriteString("/")
	}
	if uri.HasQuery {
		w.literal.WriteString("?")
		w.parts(uri.Component(mapping.URLQuery))
	}
	w.flush()
	return w.steps
}

// mayOverride reports whether a request template may set $context.requestOverride.
func (r *Route) mayOverride() bool {
	for _, t := range r.Op.Integration.RequestTemplates {
		if strings.Contains(t.Text.Value, "requestOverride") || strings.Contains(t.Text.Value, "$context.") && strings.Contains(t.Text.Value, "put(") {
			return true
		}
	}
	return false
}

// endsInVariable reports whether what stands before an empty path may bring the path along, as in
// http://${stageVariables.url}.
func endsInVariable(uri *mapping.URI, whole bool) bool {
	authority := uri.Component(mapping.Authority)
	return whole && len(authority) > 0 && authority[len(authority)-1].Kind == mapping.StageVarValue
}

// uriWriter writes the parts of a uri, joining literal text.
type uriWriter struct {
	values map[string]plan.Value // of placeholders
	// overrides is set where a template may give placeholders of the path another value.
	overrides bool
	literal   strings.Builder
	steps     []plan.Step
}

func (w *uriWriter) flush() {
	if w.literal.Len() > 0 {
		w.steps = append(w.steps, plan.Do{Call: plan.OutboundLiteral.Call(outbound, plan.String(w.literal.String()))})
		w.literal.Reset()
	}
}

func (w *uriWriter) parts(parts []mapping.URIPart) {
	for _, part := range parts {
		switch part.Kind {
		case mapping.PlainText:
			w.literal.WriteString(escaped(part.Text))
		case mapping.StageVarValue:
			w.flush()
			value := plan.CtxStageVariable.Call(Ctx, plan.String(part.Text))
			w.steps = append(w.steps, plan.Do{Call: plan.OutboundRaw.Call(outbound, value)})
		case mapping.Placeholder:
			w.placeholder(part)
		}
	}
}

// placeholder writes {name}: its mapped value, or itself when nothing fills it.
func (w *uriWriter) placeholder(part mapping.URIPart) {
	value, mapped := w.values[part.Text]
	if w.overrides && part.In != mapping.URLQuery {
		if value == nil {
			value = plan.String("")
		}
		w.flush()
		w.steps = append(w.steps, plan.Do{Call: plan.OutboundPathParam.Call(outbound, plan.String(part.Text), value, plan.Bool(mapped))})
		return
	}
	if !mapped {
		w.literal.WriteString(escaped("{" + part.Text + "}"))
		return
	}
	if value == nil {
		return // a value that is always missing
	}
	w.flush()
	write := plan.OutboundPath
	if part.In == mapping.URLQuery {
		write = plan.OutboundQueryPart
	}
	w.steps = append(w.steps, plan.Do{Call: write.Call(outbound, value)})
}

// escaped is text of a uri with what cannot stand in one percent-encoded.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}#", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
