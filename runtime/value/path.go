package value

import "regexp"

// Path is a compiled JSONPath in Jayway's dialect (mapping-templates.md 6.1). It is immutable.
type Path struct {
	steps    []step
	definite bool
}

// stepKind is what a step of a path does.
type stepKind uint8

const (
	stepName     stepKind = iota // .name
	stepNames                    // ['a','b']: a map of those
	stepIndex                    // [0]
	stepIndexes                  // [0,1]
	stepSlice                    // [a:b]
	stepWildcard                 // *
	stepScan                     // ..: the next step at every depth
	stepFilter                   // [?(…)]
)

// step is one step of a path.
type step struct {
	kind     stepKind
	name     string
	names    []string
	indexes  []int
	from, to int
	hasFrom  bool
	hasTo    bool
	filter   *filter
}

// filter is one node of a filter's expression.
type filter struct {
	op          string // && || ! exists == != < <= > >= =~
	left, right *filter
	path        *Path // of exists and comparisons
	literal     Value
	pattern     *regexp.Regexp
}

// Found says how an evaluation ended.
type Found uint8

// The ways in which an evaluation ends. Broken is where Jayway throws.
const (
	Missing Found = iota
	OK
	Broken
)

// maxVisits bounds the work of one evaluation: deep scans inside each other multiply.
const maxVisits = 1 << 20

// Eval walks the path from root. An indefinite path gives a list, empty when nothing matches.
func (p *Path) Eval(root Value) (Value, Found) {
	if p.definite {
		return evalDefinite(p.steps, root)
	}
	e := evaluation{}
	if !e.walk(p.steps, root, root) {
		return Null, Broken
	}
	return ListOf(&List{Elements: e.matches, JSON: true}), OK
}

// evalDefinite walks steps that give one value at most.
func evalDefinite(steps []step, v Value) (Value, Found) {
	for i := range steps {
		s := &steps[i]
		switch s.kind {
		case stepName:
			m, ok := v.AsMap()
			if !ok {
				return Null, Missing
			}
			if v, ok = m.GetString(s.name); !ok {
				return Null, Missing
			}
		case stepIndex:
			l, ok := v.AsList()
			if !ok {
				return Null, Broken
			}
			n := s.indexes[0]
			if n < 0 {
				n += len(l.Elements)
			}
			if n < 0 || n >= len(l.Elements) {
				return Null, Missing
			}
			v = l.Elements[n]
		case stepNames:
			m, ok := v.AsMap()
			if !ok {
				return Null, Missing
			}
			v = pick(m, s.names)
		}
	}
	return v, OK
}

// pick makes a map of the named keys that m has.
func pick(m *Map, names []string) Value {
	picked := &Map{}
	for _, name := range names {
		if v, ok := m.GetString(name); ok {
			picked.Put(String(name), v)
		}
	}
	return MapOf(picked)
}

// evaluation collects what an indefinite path matches.
type evaluation struct {
	matches []Value
	visits  int
}

// walk applies steps to v; false where Jayway throws or the work has no end.
func (e *evaluation) walk(steps []step, v, root Value) bool {
	if e.visits++; e.visits > maxVisits {
		return false
	}
	if len(steps) == 0 {
		e.matches = append(e.matches, v)
		return true
	}
	s, rest := &steps[0], steps[1:]
	switch s.kind {
	case stepName:
		if m, ok := v.AsMap(); ok {
			if x, ok := m.GetString(s.name); ok {
				return e.walk(rest, x, root)
			}
		}
		return true
	case stepNames:
		if m, ok := v.AsMap(); ok {
			return e.walk(rest, pick(m, s.names), root)
		}
		return true
	case stepIndex, stepIndexes, stepSlice:
		return e.walkIndexes(s, rest, v, root)
	case stepWildcard:
		return e.walkChildren(rest, v, root)
	case stepScan:
		return e.scan(rest, v, root)
	}
	return e.walkFilter(s, rest, v, root)
}

// walkIndexes applies a step that picks elements of a list.
func (e *evaluation) walkIndexes(s *step, rest []step, v, root Value) bool {
	l, ok := v.AsList()
	if !ok {
		return true
	}
	if s.kind == stepSlice {
		from, to := s.bounds(len(l.Elements))
		for i := from; i < to; i++ {
			if !e.walk(rest, l.Elements[i], root) {
				return false
			}
		}
		return true
	}
	for _, n := range s.indexes {
		if n < 0 {
			n += len(l.Elements)
		}
		if n < 0 || n >= len(l.Elements) {
			continue
		}
		if !e.walk(rest, l.Elements[n], root) {
			return false
		}
	}
	return true
}

// bounds gives a slice's range in a list of n elements.
func (s *step) bounds(n int) (from, to int) {
	to = n
	if s.hasFrom {
		from = s.from
		if from < 0 {
			from += n
		}
	}
	if s.hasTo {
		to = s.to
		if to < 0 {
			to += n
		}
	}
	return max(from, 0), min(to, n)
}

// walkChildren applies steps to every element or value of v.
func (e *evaluation) walkChildren(rest []step, v, root Value) bool {
	if l, ok := v.AsList(); ok {
		for _, x := range l.Elements {
			if !e.walk(rest, x, root) {
				return false
			}
		}
	}
	if m, ok := v.AsMap(); ok {
		for i := range m.Entries {
			if !e.walk(rest, m.Entries[i].Value, root) {
				return false
			}
		}
	}
	return true
}

// scan applies steps at v and at every depth below it.
func (e *evaluation) scan(rest []step, v, root Value) bool {
	if e.visits++; e.visits > maxVisits {
		return false
	}
	list, isList := v.AsList()
	object, isMap := v.AsMap()
	if !isList && !isMap {
		return true
	}
	if e.scanMatches(&rest[0], v) && !e.walk(rest, v, root) {
		return false
	}
	if isList {
		for _, x := range list.Elements {
			if !e.scan(rest, x, root) {
				return false
			}
		}
	}
	if isMap {
		for i := range object.Entries {
			if !e.scan(rest, object.Entries[i].Value, root) {
				return false
			}
		}
	}
	return true
}

// scanMatches reports whether a deep scan stops at v for its next step.
func (e *evaluation) scanMatches(next *step, v Value) bool {
	switch next.kind {
	case stepName:
		m, ok := v.AsMap()
		if !ok {
			return false
		}
		_, ok = m.GetString(next.name)
		return ok
	case stepNames:
		m, ok := v.AsMap()
		if !ok {
			return false
		}
		for _, name := range next.names {
			if _, ok := m.GetString(name); !ok {
				return false
			}
		}
		return true
	case stepIndex, stepIndexes, stepSlice, stepFilter:
		_, ok := v.AsList()
		return ok
	}
	return true
}

// walkFilter applies a filter to a list's elements, or to an object itself.
func (e *evaluation) walkFilter(s *step, rest []step, v, root Value) bool {
	if l, ok := v.AsList(); ok {
		for _, x := range l.Elements {
			if e.visits++; e.visits > maxVisits {
				return false
			}
			if s.filter.accepts(x, root) && !e.walk(rest, x, root) {
				return false
			}
		}
		return true
	}
	if _, ok := v.AsMap(); ok && s.filter.accepts(v, root) {
		return e.walk(rest, v, root)
	}
	return true
}

// accepts evaluates a filter for one value.
func (f *filter) accepts(v, root Value) bool {
	switch f.op {
	case "&&":
		return f.left.accepts(v, root) && f.right.accepts(v, root)
	case "||":
		return f.left.accepts(v, root) || f.right.accepts(v, root)
	case "!":
		return !f.left.accepts(v, root)
	}
	x, found := f.path.Eval(v)
	if f.op == "exists" {
		return found == OK
	}
	if found != OK {
		return f.op == "!=" && !f.literal.IsNull()
	}
	switch f.op {
	case "==":
		return filterEqual(x, f.literal)
	case "!=":
		return !filterEqual(x, f.literal)
	case "=~":
		s, ok := x.AsString()
		return ok && f.pattern.MatchString(s)
	}
	order, ok := filterOrder(x, f.literal)
	if !ok {
		return false
	}
	switch f.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// filterEqual compares as a filter's == does.
func filterEqual(x, y Value) bool {
	if x.IsNumber() && y.IsNumber() {
		order, ok := CompareNumbers(x, y)
		return ok && order == 0
	}
	return Same(x, y)
}

// filterOrder compares numbers with numbers and texts with texts.
func filterOrder(x, y Value) (int, bool) {
	if a, ok := x.AsString(); ok {
		if b, ok := y.AsString(); ok {
			switch {
			case a < b:
				return -1, true
			case a > b:
				return 1, true
			}
			return 0, true
		}
	}
	return CompareNumbers(x, y)
}
