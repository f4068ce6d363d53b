package runtime

// This file is what events of functions are made from, beyond what parameter mappings read.

// ToEvent reports whether a function's event has f: all of the client's fields but those that belong to its connection
// (rest.md, section 4.2).
func (c *Ctx) ToEvent(f *Field) bool { return fieldRules[REST][f.kind]&hidden == 0 }

// QueryPairs are all pairs of the request's query, decoded, in their order.
func (c *Ctx) QueryPairs() QueryPairs { return QueryPairs{c: c, rest: c.query} }

// QueryPairs walks the pairs of a query.
type QueryPairs struct {
	c    *Ctx
	rest string
}

// Next is the next pair; ok is false when there is none. A pair without a name is passed over.
func (q *QueryPairs) Next() (name, value string, ok bool) {
	for q.rest != "" {
		name, value, q.rest = nextPair(q.rest)
		if name != "" {
			return q.c.unescapeQuery(name), q.c.unescapeQuery(value), true
		}
	}
	return "", "", false
}

// StageVariables are the variables of the request's stage. They are not to be changed, and may be kept.
func (c *Ctx) StageVariables() []StageVariable {
	if c.stage == nil {
		return nil
	}
	if c.variables == nil {
		c.variables = *c.stage.variables.Load()
	}
	return c.variables
}

// PeerAddr is the address at the other end of the connection: the client's, or that of the last proxy in front of us.
func (c *Ctx) PeerAddr() string {
	if len(c.core.settings.trusted) == 0 {
		return c.ClientAddr()
	}
	addr := c.peer()
	if !addr.IsValid() {
		return ""
	}
	mark := len(c.arena)
	c.arena = addr.AppendTo(c.arena)
	return c.arenaText(mark)
}

// SendsBinary reports whether the request's body is of a binary media type of the API (rest.md, section 5).
func (c *Ctx) SendsBinary() bool {
	return !c.core.binary.none() && c.core.binary.match(c.MediaType())
}

// AcceptsBinary reports whether the first media type that the client accepts is a binary one of the API (rest.md, section
// 5).
func (c *Ctx) AcceptsBinary() bool {
	return !c.core.binary.none() && c.core.binary.match(c.AcceptType())
}

// Asked notes that a backend was asked, so that the answer of a REST API carries the trace id (rest.md, section 4.5).
func (c *Ctx) Asked() { c.traced = true }
