package lower

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// fields are what a gateway holds beside its core. Routes ask for them by key while they are lowered; they get their
// names in the order of the keys, so that the order of the document does not matter.
type fields struct {
	api    *model.API
	byKey  map[string]*field
	choose bool // an upstream is chosen by name at run time
	chosen hosts
}

// field is one of them.
type field struct {
	key  string
	wish string // the name that it gets if it is free
	name string
	doc  string
	kind fieldKind
	// settings is the name of the variable that holds what the document says of the field; empty: there is none.
	settings string
}

// fieldKind is what a field holds.
type fieldKind interface {
	// class is the type behind the field's pointer.
	class() plan.Symbol
	// construct makes the field's value.
	construct(f *field) plan.Value
}

// settled is a kind of field whose settings stand in a variable of their own.
type settled interface {
	fieldKind
	// suffix ends the variable's name.
	suffix() string
	settings() plan.Value
}

func newFields(api *model.API) *fields {
	return &fields{api: api, byKey: map[string]*field{}, chosen: hosts{}}
}

// get returns the field with f's key, adding it when there is none.
func (s *fields) get(f field) *field {
	if have, ok := s.byKey[f.key]; ok {
		return have
	}
	s.byKey[f.key] = &f
	return &f
}

// sorted are the fields in the order of their keys.
func (s *fields) sorted() []*field {
	return slices.SortedFunc(maps.Values(s.byKey), func(a, b *field) int { return cmp.Compare(a.key, b.key) })
}

// wire finds the fields that the routes need, by lowering the routes once for nothing, and names them.
func (l *lowering) wire() {
	l.rehearsal = true
	for _, r := range l.routes {
		l.steps(r)
		l.routeValue(r)
	}
	l.rehearsal = false
	l.addTruststores()
	l.takeCheckNames()
	if l.fields.choose {
		for _, u := range l.api.Upstream {
			maps.Copy(l.fields.upstream(u).asked, l.fields.chosen)
		}
	}
	l.listFunctions()
	taken := newNames()
	taken.taken["serve"], taken.taken[chooseUpstream] = true, true
	for _, r := range l.routes {
		taken.taken[r.handler()] = true
	}
	for _, f := range l.fields.sorted() {
		f.name = taken.unique(cmp.Or(lowerCamel(f.wish), "backend"))
		if s, ok := f.kind.(settled); ok {
			f.settings = l.names.unique(f.name + s.suffix())
		}
	}
}

// takeCheckNames takes the names of what validation declares.
func (l *lowering) takeCheckNames() {
	for _, decl := range l.checks.File().Decls {
		switch decl := decl.(type) {
		case plan.Func:
			l.names.taken[decl.Name] = true
		case plan.Var:
			for _, spec := range decl.Specs {
				l.names.taken[spec.Name] = true
			}
		}
	}
}

func member(f *field) plan.Value { return plan.Member{X: gateway, Name: f.name} }
