package lower

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
)

// configName is the variable that holds the upstream's settings.
func (f *field) configName() string { return f.name + "Upstream" }

// gatewayStruct is the Gateway.
func (l *lowering) gatewayStruct() plan.Decl {
	s := plan.Struct{
		Name:   string(gatewayType),
		Doc:    fmt.Sprintf("Gateway serves the API %q. All state of a running gateway is in it.", cut(l.api.Title.Value, longestSummary)),
		Fields: []plan.Field{{Type: plan.Deref{X: plan.Core}}},
	}
	for _, f := range l.fields.sorted() {
		s.Fields = append(s.Fields, plan.Field{Name: f.name, Type: plan.Deref{X: f.class()}, Comment: f.doc})
	}
	return s
}

// class is the field's type behind its pointer.
func (f *field) class() plan.Symbol {
	if f.upstream == nil && f.origin == "" {
		return plan.DynamicType
	}
	return plan.UpstreamType
}

// construct makes the field's value.
func (f *field) construct() plan.Value {
	switch {
	case f.upstream != nil:
		return plan.NewUpstream.Call(coreName, plan.Name(f.configName()))
	case f.origin != "":
		target := plan.Composite{Fields: []plan.KeyValue{{Key: "URL", Value: plan.String(f.origin)}}}
		return plan.NewUpstream.Call(coreName, f.config(
			plan.KeyValue{Key: "Name", Value: plan.String(f.origin)},
			plan.KeyValue{Key: "Targets", Value: plan.List{Elem: plan.UpstreamTarget, Items: []plan.Value{target}}}))
	default:
		return plan.NewDynamic.Call(coreName, f.config())
	}
}

func (f *field) config(fields ...plan.KeyValue) plan.Value {
	if f.insecure {
		tls := plan.Composite{Type: plan.UpstreamTLS, Fields: []plan.KeyValue{{Key: "InsecureSkipVerify", Value: plan.Bool(true)}}}
		fields = append(fields, plan.KeyValue{Key: "TLS", Value: tls})
	}
	return plan.Composite{Type: plan.UpstreamConfig, Fields: fields}
}

// constructor is New.
func (l *lowering) constructor() plan.Decl {
	self := []plan.KeyValue{{Key: "Core", Value: coreName}}
	for _, f := range l.fields.sorted() {
		self = append(self, plan.KeyValue{Key: f.name, Value: f.construct()})
	}
	err := plan.Name("err")
	start := plan.CoreStart.Call(coreName, plan.Member{X: gateway, Name: "serve"})
	return plan.Func{
		Name:    "New",
		Doc:     "New returns a gateway that is ready to serve, or says which setting is wrong. Close it when done.",
		Params:  []plan.Field{{Name: string(optionsName), Type: plan.Variadic{Elem: plan.Option}}},
		Results: []plan.Field{{Type: plan.Deref{X: gatewayType}}, {Type: plan.Name("error")}},
		Body: []plan.Step{
			plan.Let{Names: []string{string(coreName)}, Value: plan.NewCore.Call(plan.Address{X: apiName}, plan.Spread{X: optionsName})},
			plan.Let{Names: []string{string(gateway)}, Value: plan.Address{X: plan.Composite{Type: gatewayType, Fields: self, Lines: len(self) > 1}}},
			plan.When{
				Init: plan.Let{Names: []string{string(err)}, Value: start},
				Cond: plan.Op{Op: "!=", X: err, Y: plan.Nil{}},
				Then: []plan.Step{plan.Return{Values: []plan.Value{plan.Nil{}, err}}},
			},
			plan.Return{Values: []plan.Value{gateway, plan.Nil{}}},
		},
	}
}

// chooser is the method that finds an upstream by its name.
func (l *lowering) chooser() plan.Decl {
	name := plan.Name("name")
	choose := plan.Choose{On: name, Default: []plan.Step{plan.Return{Values: []plan.Value{plan.Nil{}}}}}
	for _, f := range l.fields.sorted() {
		if f.upstream != nil {
			choose.Cases = append(choose.Cases, plan.Case{
				Values: []plan.Value{plan.String(f.upstream.Name.Value)},
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
