package value

// Path is a compiled JSONPath in Jayway's dialect (mapping-templates.md 6.1). It is immutable.
type Path struct {
	steps    []step
	definite bool
	fromRoot bool // starts with $, which in a filter is the document
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
	// skips is set on a name that may be absent: the path goes on elsewhere. Other absent names end the evaluation.
	skips bool
}

// definite reports whether a step gives one value at most.
func (s *step) definite() bool {
	return s.kind == stepName || s.kind == stepIndex || s.kind == stepNames
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
const maxVisits = 1 << 23

// Eval walks the path from root as Jayway 2.0 does. An indefinite path gives a list, empty when nothing matches; but what
// a definite step misses there, other than below [*] of a list, makes the whole path miss.
func (p *Path) Eval(root Value) (Value, Found) { return p.eval(root, root) }

// eval walks the path from v in the document root.
func (p *Path) eval(v, root Value) (Value, Found) {
	if p.definite {
		return evalDefinite(p.steps, v)
	}
	e := evaluation{root: root}
	if found := e.walk(p.steps, v); found != OK {
		return Null, found
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
			var found Found
			if v, found = element(v, s.indexes[0]); found != OK {
				return Null, found
			}
		case stepNames:
			m, ok := v.AsMap()
			if !ok {
				return Null, Missing
			}
			if i+1 < len(steps) {
				return Null, Broken
			}
			v = pick(m, s.names)
		}
	}
	return v, OK
}

// element is the n-th element of v, from the end when n is negative.
func element(v Value, n int) (Value, Found) {
	l, ok := v.AsList()
	if !ok {
		return Null, notList(v)
	}
	if n < 0 {
		n += len(l.Elements)
	}
	if n < 0 || n >= len(l.Elements) {
		return Null, Missing
	}
	return l.Elements[n], OK
}

// notList is how an evaluation ends that looks for elements where there is no list.
func notList(v Value) Found {
	if v.IsNull() {
		return Missing
	}
	return Broken
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
	root    Value
	matches []Value
	visits  int
}

// walk applies steps to v.
func (e *evaluation) walk(steps []step, v Value) Found {
	if e.visits++; e.visits > maxVisits {
		return Broken
	}
	if len(steps) == 0 {
		e.matches = append(e.matches, v)
		return OK
	}
	s, rest := &steps[0], steps[1:]
	switch s.kind {
	case stepName, stepNames:
		return e.walkNames(s, rest, v)
	case stepIndex, stepIndexes, stepSlice:
		return e.walkIndexes(s, rest, v)
	case stepWildcard:
		return e.walkChildren(rest, v)
	case stepScan:
		return e.scan(rest, v)
	}
	return e.walkFilter(s, rest, v)
}

// walkNames applies a step that picks members of an object.
func (e *evaluation) walkNames(s *step, rest []step, v Value) Found {
	m, ok := v.AsMap()
	switch {
	case !ok:
		return Missing
	case s.kind == stepNames && len(rest) > 0:
		return Broken
	case s.kind == stepNames:
		return e.walk(rest, pick(m, s.names))
	}
	x, ok := m.GetString(s.name)
	if ok {
		return e.walk(rest, x)
	}
	if s.skips {
		return OK
	}
	return Missing
}

// walkIndexes applies a step that picks elements of a list.
func (e *evaluation) walkIndexes(s *step, rest []step, v Value) Found {
	l, ok := v.AsList()
	if !ok {
		return notList(v)
	}
	if s.kind == stepSlice {
		from, to := s.bounds(len(l.Elements))
		if from < 0 && from < to { // Jayway counts from the end only where one bound is open
			return Missing
		}
		for i := from; i < to; i++ {
			if found := e.walk(rest, l.Elements[i]); found != OK {
				return found
			}
		}
		return OK
	}
	for _, n := range s.indexes {
		x, found := element(v, n)
		if found == OK {
			found = e.walk(rest, x)
		}
		if found != OK {
			return found
		}
	}
	return OK
}

// bounds gives a slice's range in a list of n elements.
func (s *step) bounds(n int) (from, to int) {
	switch {
	case !s.hasTo:
		from = s.from
		if from < 0 {
			from += n
		}
		return max(from, 0), n
	case !s.hasFrom:
		to = s.to
		if to < 0 {
			to += n
		}
		return 0, min(n, to)
	}
	if n == 0 {
		return 0, 0
	}
	return s.from, min(n, s.to)
}

// walkChildren applies steps to every element or value of v. What misses below an element of a list is left out.
func (e *evaluation) walkChildren(rest []step, v Value) Found {
	if l, ok := v.AsList(); ok {
		for _, x := range l.Elements {
			if e.walk(rest, x) == Broken {
				return Broken
			}
		}
	}
	if m, ok := v.AsMap(); ok {
		for i := range m.Entries {
			if found := e.walk(rest, m.Entries[i].Value); found != OK {
				return found
			}
		}
	}
	return OK
}

// scan applies steps at v and at every depth below it.
func (e *evaluation) scan(rest []step, v Value) Found {
	if e.visits++; e.visits > maxVisits {
		return Broken
	}
	if l, ok := v.AsList(); ok {
		if found := e.scanList(rest, v, l); found != OK {
			return found
		}
		for _, x := range l.Elements {
			if found := e.scan(rest, x); found != OK {
				return found
			}
		}
		return OK
	}
	m, ok := v.AsMap()
	if !ok {
		return OK
	}
	here, found := e.scanMatches(&rest[0], v)
	if here && found == OK {
		found = e.walk(rest, v)
	}
	for i := 0; i < len(m.Entries) && found == OK; i++ {
		found = e.scan(rest, m.Entries[i].Value)
	}
	return found
}

// scanList applies steps at a list: Jayway 2.0 leaves the first one out there when others follow.
func (e *evaluation) scanList(rest []step, v Value, l *List) Found {
	here, found := e.scanMatches(&rest[0], v)
	if !here || found != OK {
		return found
	}
	if len(rest) == 1 {
		return e.walk(rest, v)
	}
	for _, x := range l.Elements {
		if found := e.walk(rest[1:], x); found != OK {
			return found
		}
	}
	return OK
}

// scanMatches reports whether a deep scan stops at v for its next step.
func (e *evaluation) scanMatches(next *step, v Value) (bool, Found) {
	m, isMap := v.AsMap()
	switch next.kind {
	case stepName:
		if !isMap {
			return false, OK
		}
		_, ok := m.GetString(next.name)
		return ok, OK
	case stepNames:
		for _, name := range next.names {
			if !isMap {
				return false, OK
			}
			if _, ok := m.GetString(name); !ok {
				return false, OK
			}
		}
		return true, OK
	case stepIndex, stepIndexes, stepSlice:
		return !isMap, OK
	case stepFilter:
		return next.filter.accepts(v, e.root)
	}
	return true, OK
}

// walkFilter applies a filter to a list's elements, or to an object itself.
func (e *evaluation) walkFilter(s *step, rest []step, v Value) Found {
	if _, ok := v.AsMap(); ok {
		accepted, found := s.filter.accepts(v, e.root)
		if accepted && found == OK {
			return e.walk(rest, v)
		}
		return found
	}
	l, ok := v.AsList()
	if !ok {
		return Broken
	}
	for _, x := range l.Elements {
		if e.visits++; e.visits > maxVisits {
			return Broken
		}
		accepted, found := s.filter.accepts(x, e.root)
		if accepted && found == OK {
			found = e.walk(rest, x)
		}
		if found != OK {
			return found
		}
	}
	return OK
}
