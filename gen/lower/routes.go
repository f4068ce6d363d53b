package lower

import "github.com/gatewright/gatewright/gen/plan"

// routesFile holds the router.
func (l *lowering) routesFile() plan.File {
	constants := plan.Const{Doc: "The routes, by the numbers that match gives them."}
	choose := plan.Choose{
		On:      plan.Call{Func: plan.Name("match"), Args: []plan.Value{plan.CtxPath.Call(ctx), plan.CtxMethod.Call(ctx)}},
		Default: []plan.Step{plan.Return{Values: []plan.Value{plan.CtxNoRoute.Call(ctx, plan.Name("match"))}}},
	}
	var endpoints []endpoint
	for i, r := range l.routes {
		spec := plan.Spec{Name: r.constant()}
		if i == 0 {
			spec.Value = plan.Op{Op: "+", X: plan.Name("iota"), Y: plan.Int(1)}
		}
		constants.Specs = append(constants.Specs, spec)
		endpoints = append(endpoints, endpoint{method: r.op.Method, path: r.item.Path.Value, constant: r.constant()})
		handle := plan.Call{Func: plan.Member{X: gateway, Name: r.handler()}, Args: []plan.Value{ctx}}
		choose.Cases = append(choose.Cases, plan.Case{
			Values: []plan.Value{plan.Name(r.constant())},
			Body:   []plan.Step{plan.Return{Values: []plan.Value{handle}}},
		})
	}
	serve := plan.Func{
		Name:     "serve",
		Doc:      "serve finds the route of c and serves it.",
		Receiver: plan.Field{Name: string(gateway), Type: plan.Deref{X: gatewayType}},
		Params:   []plan.Field{{Name: string(ctx), Type: plan.Deref{X: plan.Ctx}}},
		Results:  []plan.Field{{Type: plan.Fault}},
		Body:     []plan.Step{choose},
	}
	var decls []plan.Decl
	if len(constants.Specs) > 0 {
		decls = append(decls, constants)
	}
	for _, f := range l.router(endpoints) {
		decls = append(decls, f)
	}
	return plan.File{Name: routesFile, Source: l.file + "#/paths", Decls: append(decls, serve)}
}

// router is the decision tree as functions.
func (l *lowering) router(endpoints []endpoint) []plan.Func {
	tree := newTree(endpoints)
	tree.split(func(path string) string {
		return l.names.unique(prefixed("match")(lowerCamel(pathWords(path))))
	})
	return tree.functions("match", "match returns the route that serves method m on p; 0 when there is none.")
}
