package load

import (
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// functions reads x-gateway-functions.
func (l *loader) functions(n source.Node) []*model.Function {
	if !l.isMap(n, "x-gateway-functions") {
		return nil
	}
	var list []*model.Function
	for _, p := range n.Pairs() {
		f := &model.Function{Name: p.Key}
		way := func(read func(source.Node)) func(source.Node) {
			return func(n source.Node) {
				f.Ways = append(f.Ways, n.Key())
				read(n)
			}
		}
		ok := l.settings(p.Value, "a function",
			field{"go", way(l.intoText(&f.Go, "go"))},
			field{"url", way(l.intoText(&f.URL, "url"))},
			field{"exec", way(func(n source.Node) { f.Exec = l.exec(n) })},
			field{"aws", way(func(n source.Node) { f.AWS = l.functionAWS(n) })},
		)
		if ok || p.Value.Kind() == source.Null {
			list = append(list, f)
		}
	}
	return list
}

// exec reads how the gateway runs a function itself.
func (l *loader) exec(n source.Node) *model.Exec {
	before := l.errors
	e := &model.Exec{}
	ok := l.settings(n, "exec",
		field{"command", l.intoList(&e.Command, "command")},
		field{"dir", l.intoText(&e.Dir, "dir")},
		field{"env", func(n source.Node) { e.Env = l.variables(n, "env", "a variable of the environment") }},
		field{"concurrency", l.intoNumber(&e.Concurrency, "concurrency")},
		field{"memoryMiB", l.intoNumber(&e.MemoryMiB, "memoryMiB")},
		field{"timeoutSeconds", l.intoNumber(&e.Timeout, "timeoutSeconds")},
		field{"idleSeconds", l.intoNumber(&e.Idle, "idleSeconds")},
	)
	if !ok {
		return nil
	}
	e.Incomplete = l.errors > before
	return e
}

// functionAWS reads where Amazon runs a function.
func (l *loader) functionAWS(n source.Node) *model.FunctionAWS {
	a := &model.FunctionAWS{}
	if n.Kind() == source.Null || l.settings(n, "aws", field{"region", l.intoText(&a.Region, "region")}) {
		return a
	}
	return nil
}
