package lower

import (
	"slices"

	"github.com/gatewright/gatewright/gen/plan"
)

// part is something that a gateway has only when it is generated with it.
type part struct {
	name string
	kind plan.Symbol // of gw.Part
}

// parts are all of them, sorted by name.
func parts() []part {
	return []part{
		{"redis", plan.RedisPart},
	}
}

// Parts are the names that Options.With may hold, sorted.
func Parts() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// partsOf is the method that names the parts with these names, in whose order they have no say; ok is false where there
// is no name.
func partsOf(names []string) (method plan.Func, ok bool) {
	list := plan.List{Elem: plan.Part}
	for _, p := range parts() {
		if slices.Contains(names, p.name) {
			list.Items = append(list.Items, plan.Composite{Type: p.kind})
		}
	}
	return plan.Func{
		Name:     "Parts",
		Doc:      "Parts are what the gateway was generated with beside what its document asks for.",
		Receiver: plan.Field{Type: plan.Deref{X: gatewayType}},
		Results:  []plan.Field{{Type: plan.List{Elem: plan.Part, Type: true}}},
		Body:     []plan.Step{plan.Return{Values: []plan.Value{list}}},
	}, len(list.Items) > 0
}
