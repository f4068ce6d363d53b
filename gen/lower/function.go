package lower

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// functionField is a Lambda function that routes name.
type functionField struct {
	name  string // as lambda.Config has it
	arn   string // empty where the region is known only at run time
	place plan.Value
}

func (functionField) class() plan.Symbol { return plan.LambdaFunction }
func (functionField) suffix() string     { return "Function" }

func (functionField) construct(f *field) plan.Value {
	return plan.NewFunction.Call(coreName, plan.Name(f.settings))
}

func (f functionField) settings() plan.Value {
	c := fieldList{}
	c.add("Name", plan.String(f.name))
	if f.arn != "" {
		c.add("ARN", plan.String(f.arn))
	}
	c.add("At", f.place)
	return plan.Composite{Type: plan.LambdaConfig, Fields: c, Lines: true}
}

// functionsField are the functions whose names are known only at run time.
type functionsField struct {
	fallback plan.Value // where what is not listed runs
	listed   *[]*field
}

func (functionsField) class() plan.Symbol { return plan.LambdaFunctions }

func (s functionsField) uses() []*field { return *s.listed }

func (s functionsField) construct(*field) plan.Value {
	args := []plan.Value{coreName, s.fallback}
	for _, f := range *s.listed {
		args = append(args, plan.Name(f.name))
	}
	return plan.NewFunctions.Call(args...)
}

// functionAt is the field of a function, by its name or ARN.
func (l *lowering) functionAt(name, region, role string) *field {
	f := functionField{name: shortName(name), arn: l.functionARN(name, region)}
	entry := l.functionEntry(name, f.arn)
	doc := name
	if entry != nil {
		doc = "x-gateway-functions." + entry.Name.Value
	}
	if entry == nil || entry.AWS != nil {
		doc += at(role)
		f.place = invokeAPI(entry, role)
	} else {
		role = "" // nobody but Amazon knows it
		f.place = l.place(entry)
	}
	wish := strings.ReplaceAll(f.name, ":", " ")
	return l.fields.get(field{key: "4 " + name + " " + region + " " + role, wish: wish, doc: doc, kind: f})
}

// at tells in what role a call is made.
func at(role string) string {
	switch role {
	case "":
		return ""
	case mapping.CallerCredentials:
		return ", signed by the caller"
	}
	return ", in the role " + role
}

// shortName is a function's name without what stands before it in an ARN, but with its qualifier.
func shortName(name string) string {
	_, short, isARN := strings.Cut(name, ":function:")
	if !isARN {
		return name
	}
	return short
}

// functionARN is the function's ARN; empty where its region is known only at run time.
func (l *lowering) functionARN(name, region string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	if region == "" {
		region = textOr(l.api.Region, "")
	}
	if region == "" {
		return ""
	}
	return "arn:aws:lambda:" + region + ":" + textOr(l.api.Account, defaultAccount) + ":function:" + name
}

// functionEntry is the entry of x-gateway-functions that is about the function; nil when there is none.
func (l *lowering) functionEntry(name, arn string) *model.Function {
	var best *model.Function
	closest := 0
	for _, f := range l.api.Function {
		for _, known := range []string{name, arn} {
			if how := mapping.SameFunction(f.Name.Value, known); how > closest {
				best, closest = f, how
			}
		}
	}
	return best
}

// invokeAPI has Amazon run a function.
func invokeAPI(entry *model.Function, role string) plan.Value {
	c := fieldList{}
	if entry != nil {
		c.text("Region", entry.AWS.Region)
	}
	c.signer(role)
	return plan.Composite{Type: plan.InvokeAPIConfig, Fields: c}
}

// signer adds who signs.
func (c *fieldList) signer(role string) {
	switch role {
	case "":
	case mapping.CallerCredentials:
		c.add("Caller", plan.Bool(true))
	default:
		c.add("Role", plan.String(role))
	}
}

// place is where the function of an entry runs.
func (l *lowering) place(f *model.Function) plan.Value {
	switch {
	case f.Linked != nil:
		return plan.InProcFunc.Call(plan.Symbol{Package: f.Linked.ImportPath, Name: f.Linked.Name})
	case f.URL != nil:
		return plan.EmulatorURL.Call(plan.String(f.URL.Value))
	default:
		return process(f.Exec)
	}
}

// process is how the gateway runs a function itself; the runtime knows the defaults of the rest.
func process(e *model.Exec) plan.Value {
	c := fieldList{}
	command := plan.List{Elem: plan.Name("string")}
	for _, word := range e.Command {
		command.Items = append(command.Items, plan.String(word.Value))
	}
	c.add("Command", command)
	c.text("Dir", e.Dir)
	env := plan.List{Elem: plan.Name("string"), Lines: len(e.Env) > 2}
	for _, v := range e.Env {
		env.Items = append(env.Items, plan.String(v.Name.Value+"="+v.Value.Value))
	}
	if len(env.Items) > 0 {
		c.add("Env", env)
	}
	c.count("Concurrency", e.Concurrency)
	c.count("MemoryMiB", e.MemoryMiB)
	c.duration("Timeout", e.Timeout, time.Second)
	c.duration("Idle", e.Idle, time.Second)
	return plan.Composite{Type: plan.ProcessConfig, Fields: c, Lines: true}
}

// Function is the field of a function.
func (w *routeWiring) Function(name, region, role string) plan.Value {
	return member(w.functionAt(name, region, role))
}

// NamedFunction is the function that name names at run time.
func (w *routeWiring) NamedFunction(name plan.Value, region, role string) plan.Value {
	return plan.FunctionNamed.Call(member(w.functionsAt(region, role)), name)
}

// functionsAt is the field of functions whose names are known only at run time.
func (w *routeWiring) functionsAt(region, role string) *field {
	c := fieldList{}
	if region != "" {
		c.add("Region", plan.String(region))
	}
	c.signer(role)
	return w.fields.get(field{
		key: "5 functions " + region + " " + role, wish: "functions",
		doc:  "functions whose name is known only at run time" + at(role),
		kind: functionsField{fallback: plan.Composite{Type: plan.InvokeAPIConfig, Fields: c}, listed: new([]*field)},
	})
}

// listFunctions gives the fields of functions that are chosen at run time all those that the document lists.
func (l *lowering) listFunctions() {
	for _, f := range l.fields.sorted() {
		choice, ok := f.kind.(functionsField)
		if !ok {
			continue
		}
		for _, entry := range l.api.Function {
			*choice.listed = append(*choice.listed, l.functionAt(entry.Name.Value, "", ""))
		}
		slices.SortFunc(*choice.listed, func(a, b *field) int { return cmp.Compare(a.key, b.key) })
	}
}

// linkedPackages are the packages of the functions that the gateway links, with the names that generated code calls
// them by.
func (l *lowering) linkedPackages() []plan.Import {
	var all []plan.Import
	byPath := map[string]bool{}
	for _, f := range l.api.Function {
		if f.Linked != nil && !byPath[f.Linked.ImportPath] {
			byPath[f.Linked.ImportPath] = true
			all = append(all, plan.Import{Path: f.Linked.ImportPath, Package: f.Linked.Package})
		}
	}
	slices.SortFunc(all, func(a, b plan.Import) int { return cmp.Compare(a.Path, b.Path) })
	for i := range all {
		all[i].Alias = l.names.unique(all[i].Package)
	}
	return all
}

// serviceField is a service of Amazon's.
type serviceField struct{ to integration.ServiceTarget }

func (serviceField) class() plan.Symbol { return plan.ServiceType }

func (s serviceField) construct(*field) plan.Value {
	c := fieldList{}
	c.add("Service", plan.String(s.to.Service))
	for _, text := range []struct{ key, value string }{
		{"Region", s.to.Region}, {"Subdomain", s.to.Subdomain}, {"HostPrefix", s.to.Prefix},
	} {
		if text.value != "" {
			c.add(text.key, plan.String(text.value))
		}
	}
	c.signer(s.to.Role)
	return plan.NewService.Call(coreName, plan.Composite{Type: plan.ServiceConfig, Fields: c})
}

// Service is the field of a service.
func (w *routeWiring) Service(to integration.ServiceTarget) plan.Value {
	wish := strings.ReplaceAll(to.Subdomain, ".", " ") + " " + to.Service
	doc := strings.TrimPrefix(to.Subdomain+"."+to.Service, ".") + " in " + to.Region + at(to.Role)
	key := strings.Join([]string{"6", to.Service, to.Region, to.Subdomain, to.Prefix, to.Role}, " ")
	return member(w.fields.get(field{key: key, wish: wish, doc: doc, kind: serviceField{to}}))
}
