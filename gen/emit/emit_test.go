package emit

import (
	"testing"

	"github.com/gatewright/gatewright/gen/plan"
)

func TestX(t *testing.T) {
	p := &plan.Program{Package: "x", Files: []plan.File{{Name: "a_gw.go", Source: "a.yaml#/x", Doc: "Package x.\nmore\n\n*/ foo", Decls: []plan.Decl{
		plan.Const{Specs: []plan.Spec{{Name: "a", Value: plan.Op{"+", plan.Name("iota"), plan.Int(1)}, Comment: "hey"}, {Name: "b"}}},
		plan.Var{Specs: []plan.Spec{{Name: "v", Value: plan.Composite{Type: plan.API, Lines: true, Fields: []plan.KeyValue{{"Title", plan.String("a`b\"")}, {"Stages", plan.List{Elem: plan.Stage, Items: []plan.Value{plan.Composite{Fields: []plan.KeyValue{{"Name", plan.String(`{"a":1}`)}}}}}}}}}}},
		plan.Struct{Name: "Gateway", Doc: "Gateway x.", Fields: []plan.Field{{Type: plan.Deref{plan.Core}}, {Name: "pets", Type: plan.Deref{plan.UpstreamType}, Comment: "u"}}},
		plan.Func{Name: "serve", Receiver: plan.Field{Name: "g", Type: plan.Deref{plan.Name("Gateway")}}, Params: []plan.Field{{Name: "c", Type: plan.Deref{plan.Ctx}}}, Results: []plan.Field{{Type: plan.Fault}},
			Body: []plan.Step{plan.Do{Call: plan.CtxEnter.Call(plan.Name("c"), plan.Address{plan.Name("v")})}, plan.Try{[]string{"reply"}, plan.CtxBodyText.Call(plan.Name("c"))}, plan.Try{[]string{"_"}, plan.CtxBodyText.Call(plan.Name("c"))}, plan.Gap{}, plan.Let{Names: []string{"out"}, Value: plan.CtxOutbound.Call(plan.Name("c"), plan.Duration(29e9))},
				plan.Choose{On: plan.Name("x"), Cases: []plan.Case{{Values: []plan.Value{plan.Int(1), plan.Int(2)}, Comment: "c", Body: []plan.Step{plan.Return{}}}}, Default: []plan.Step{plan.Return{}}}, plan.When{Init: plan.Let{Names: []string{"a"}, Value: plan.Int(3)}, Cond: plan.Name("a"), Then: []plan.Step{plan.Return{[]plan.Value{plan.OK}}}}}},
	}}}}
	f, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(f[0].Text))
}
