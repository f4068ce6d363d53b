package lower

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// upstreamField is an entry of x-gateway-upstreams.
type upstreamField struct {
	*model.Upstream
	asked hosts
}

// hosts are the names that an upstream's targets are asked for in TLS; the empty one is a target's own.
type hosts map[string]bool

// only is the one name that is asked for; empty when there are several.
func (h hosts) only() string {
	if len(h) == 1 {
		for host := range h {
			return host
		}
	}
	return ""
}

func (upstreamField) class() plan.Symbol     { return plan.UpstreamType }
func (upstreamField) suffix() string         { return "Upstream" }
func (u upstreamField) settings() plan.Value { return upstreamConfig(u.Upstream, u.asked.only()) }
func (upstreamField) construct(f *field) plan.Value {
	return plan.NewUpstream.Call(coreName, plan.Name(f.settings))
}

// upstream is the field of an entry of x-gateway-upstreams.
func (s *fields) upstream(u *model.Upstream) upstreamField {
	return s.upstreamAt(u).kind.(upstreamField)
}

func (s *fields) upstreamAt(u *model.Upstream) *field {
	return s.get(field{
		key: "1 " + u.Name.Value, wish: u.Name.Value, doc: "x-gateway-upstreams." + u.Name.Value, kind: upstreamField{u, hosts{}},
	})
}

// originField is a scheme, host and port that integrations name by their uri.
type originField struct {
	origin   string
	insecure bool
}

func (originField) class() plan.Symbol { return plan.UpstreamType }
func (o originField) construct(*field) plan.Value {
	target := plan.Composite{Fields: []plan.KeyValue{{Key: "URL", Value: plan.String(o.origin)}}}
	return plan.NewUpstream.Call(coreName, insecureConfig(o.insecure,
		plan.KeyValue{Key: "Name", Value: plan.String(o.origin)},
		plan.KeyValue{Key: "Targets", Value: plan.List{Elem: plan.UpstreamTarget, Items: []plan.Value{target}}}))
}

// dynamicField speaks to hosts that are known only at run time.
type dynamicField struct{ insecure bool }

func (dynamicField) class() plan.Symbol { return plan.DynamicType }
func (d dynamicField) construct(*field) plan.Value {
	return plan.NewDynamic.Call(coreName, insecureConfig(d.insecure))
}

func insecureConfig(insecure bool, fields ...plan.KeyValue) plan.Value {
	if insecure {
		tls := plan.Composite{Type: plan.UpstreamTLS, Fields: []plan.KeyValue{{Key: "InsecureSkipVerify", Value: plan.Bool(true)}}}
		fields = append(fields, plan.KeyValue{Key: "TLS", Value: tls})
	}
	return plan.Composite{Type: plan.UpstreamConfig, Fields: fields}
}

// Upstream is the field of an entry of x-gateway-upstreams.
func (w *routeWiring) Upstream(name, host string) plan.Value {
	for _, u := range w.api.Upstream {
		if u.Name.Value == name {
			w.fields.upstream(u).asked[host] = true
			return member(w.fields.upstreamAt(u))
		}
	}
	panic("no upstream is named " + strconv.Quote(name))
}

// Origin is the field of a scheme, host and port.
func (w *routeWiring) Origin(origin string, insecure bool) plan.Value {
	_, host, _ := strings.Cut(origin, "://")
	return member(w.fields.get(field{key: "2 " + origin, wish: host, doc: origin, kind: originField{origin, insecure}}.secured(insecure)))
}

// Dynamic is the field that speaks to hosts known only at run time.
func (w *routeWiring) Dynamic(insecure bool) plan.Value {
	f := field{key: "3 dynamic", wish: "dynamic", doc: "uris whose host is known only at run time", kind: dynamicField{insecure}}
	return member(w.fields.get(f.secured(insecure)))
}

// secured is f, told apart where it does not check who issued certificates.
func (f field) secured(insecure bool) field {
	if insecure {
		f.key += " insecure"
		f.wish += " insecure"
		f.doc += ", certificates' issuers not checked"
	}
	return f
}

// ChosenUpstream is the upstream that name names at run time.
func (w *routeWiring) ChosenUpstream(name plan.Value, host string) plan.Value {
	w.fields.choose = true
	w.fields.chosen[host] = true
	return plan.Call{Func: plan.Member{X: gateway, Name: chooseUpstream}, Args: []plan.Value{name}}
}

// chooseUpstream is the method that finds an upstream by name.
const chooseUpstream = "upstreamNamed"

// chooser is the method that finds an upstream by its name.
func (l *lowering) chooser() plan.Decl {
	name := plan.Name("name")
	choose := plan.Choose{On: name, Default: []plan.Step{plan.Return{Values: []plan.Value{plan.Nil{}}}}}
	for _, f := range l.fields.sorted() {
		if u, ok := f.kind.(upstreamField); ok {
			choose.Cases = append(choose.Cases, plan.Case{
				Values: []plan.Value{plan.String(u.Name.Value)},
				Body:   []plan.Step{plan.Return{Values: []plan.Value{member(f)}}},
			})
		}
	}
	return plan.Func{
		Name:     chooseUpstream,
		Doc:      chooseUpstream + " is the entry of x-gateway-upstreams that has the name; nil when there is none.",
		Receiver: plan.Field{Name: string(gateway), Type: plan.Deref{X: gatewayType}},
		Params:   []plan.Field{{Name: string(name), Type: plan.Name("string")}},
		Results:  []plan.Field{{Type: plan.Deref{X: plan.UpstreamType}}},
		Body:     []plan.Step{choose},
	}
}

// upstreamConfig is what the document says of an upstream; the runtime knows the defaults of the rest. Where the document
// has no name for TLS, it is the host that all uris of links to the upstream have (rest.md section 8).
func upstreamConfig(u *model.Upstream, host string) plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(u.Name.Value))
	targets := plan.List{Elem: plan.UpstreamTarget, Lines: len(u.Targets) > 1}
	for _, t := range u.Targets {
		item := fieldList{}
		item.add("URL", plan.String(t.URL.Value))
		item.count("Weight", t.Weight)
		targets.Items = append(targets.Items, plan.Composite{Fields: item})
	}
	c.add("Targets", targets)
	if u.Balance != nil {
		c.add("Balance", balance(u.Balance.Value))
	}
	if u.HashOn != nil {
		c.add("HashOn", plan.String(u.HashOn.Value))
	}
	c.health(u.Health)
	c.passive(u.Passive)
	c.retries(u.Retries)
	c.duration("ConnectTimeout", u.ConnectTimeout, time.Millisecond)
	c.duration("IdleTimeout", u.IdleTimeout, time.Second)
	c.count("MaxConnections", u.MaxConnections)
	c.count("MaxConcurrent", u.MaxConcurrent)
	if u.TLS != nil || slices.ContainsFunc(u.Targets, isSecure) {
		c.tls(u.TLS, host)
	}
	return plan.Composite{Type: plan.UpstreamConfig, Fields: c, Lines: true}
}

func isSecure(t model.Target) bool {
	return len(t.URL.Value) > 8 && strings.EqualFold(t.URL.Value[:8], "https://")
}

// balance is the runtime's constant for a way to balance.
func balance(name string) plan.Value {
	switch name {
	case "round_robin":
		return plan.RoundRobin
	case "least_connections":
		return plan.LeastConnections
	case "hash":
		return plan.HashBalance
	default:
		return plan.P2C
	}
}

// fieldList gathers the fields that a document sets.
type fieldList []plan.KeyValue

func (l *fieldList) add(key string, value plan.Value) {
	*l = append(*l, plan.KeyValue{Key: key, Value: value})
}

func (l *fieldList) text(key string, value *source.String) {
	if value != nil && value.Value != "" {
		l.add(key, plan.String(value.Value))
	}
}

// count adds a number. Where 0 means something, it means what the runtime takes silence for.
func (l *fieldList) count(key string, value *source.Int) {
	if value != nil && value.Value != 0 {
		l.add(key, plan.Int(value.Value))
	}
}

func (l *fieldList) duration(key string, value *source.Int, unit time.Duration) {
	if value != nil {
		l.add(key, plan.Duration(time.Duration(value.Value)*unit))
	}
}

func (l *fieldList) health(h *model.Health) {
	if h == nil {
		return
	}
	fields := fieldList{}
	fields.text("Path", h.Path)
	fields.duration("Interval", h.Interval, time.Second)
	fields.duration("Timeout", h.Timeout, time.Millisecond)
	fields.count("HealthyAfter", h.HealthyAfter)
	fields.count("UnhealthyAfter", h.UnhealthyAfter)
	l.add("Health", plan.Composite{Type: plan.UpstreamHealth, Fields: fields, Lines: len(fields) > 2})
}

func (l *fieldList) passive(p *model.Passive) {
	if p == nil {
		return
	}
	fields := fieldList{}
	fields.count("ConsecutiveFailures", p.ConsecutiveFailures)
	fields.duration("Eject", p.Eject, time.Second)
	l.add("Passive", plan.Composite{Type: plan.UpstreamPassive, Fields: fields})
}

func (l *fieldList) retries(r *model.Retries) {
	if r == nil {
		return
	}
	attempts := int64(retryAttempts)
	if r.Attempts != nil {
		attempts = r.Attempts.Value
	}
	fields := fieldList{}
	fields.add("Attempts", plan.Int(attempts))
	causes := retryCauses()
	if r.On != nil {
		causes = nil
		for _, cause := range r.On {
			causes = append(causes, cause.Value)
		}
	}
	var statuses []plan.Value
	for _, cause := range causes {
		if code, err := strconv.Atoi(cause); err == nil {
			statuses = append(statuses, plan.Int(code))
		} else {
			fields.add("Connect", plan.Bool(true))
		}
	}
	if len(statuses) > 0 {
		fields.add("Statuses", plan.List{Elem: plan.Name("int"), Items: statuses})
	}
	if r.Budget != nil {
		if share, err := strconv.ParseFloat(r.Budget.Value, 64); err == nil {
			fields.add("Budget", plan.Float(share))
		}
	}
	l.add("Retries", plan.Composite{Type: plan.UpstreamRetries, Fields: fields})
}

func (l *fieldList) tls(t *model.UpstreamTLS, host string) {
	if t == nil {
		t = &model.UpstreamTLS{}
	}
	fields := fieldList{}
	fields.text("CAFile", t.CAFile)
	fields.text("CertFile", t.CertFile)
	fields.text("KeyFile", t.KeyFile)
	if t.ServerName != nil && t.ServerName.Value != "" {
		host = t.ServerName.Value
	}
	if host != "" {
		fields.add("ServerName", plan.String(host))
	}
	if t.InsecureSkipVerify != nil && t.InsecureSkipVerify.Value {
		fields.add("InsecureSkipVerify", plan.Bool(true))
	}
	if len(fields) > 0 {
		l.add("TLS", plan.Composite{Type: plan.UpstreamTLS, Fields: fields})
	}
}
