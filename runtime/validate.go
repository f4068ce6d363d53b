package runtime

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/schema"
	"github.com/gatewright/gatewright/runtime/value"
)

// Validator reports whether a value is what a schema says, and writes into the report what is not. With a nil report it
// ends at the first violation.
type Validator = func(value.Value, *schema.Report) bool

// Required are the parameters that a route of a REST API cannot do without, each list sorted by name.
type Required struct {
	Headers, Path, Query []string
}

// checkState is what checks of one request hold.
type checkState struct {
	used     bool
	report   schema.Report
	java     string // $context.error.validationErrorString
	problems []byte // the entries of a problem document's errors
	count    int    // of problems

	reader paramReader
	plain  []byte // a body of a plain document, decompressed to be checked
}

func (s *checkState) reset() {
	if !s.used {
		return
	}
	s.used = false
	s.report.Reset()
	s.java, s.count = "", 0
	s.problems = kept(s.problems, keptText)
	s.plain = kept(s.plain, keptBuffer)
	s.reader.reset()
}

// notJSON is what Amazon says of a body that is no JSON (rest.md, section 10).
const notJSON = "[Unknown error parsing request body]"

// RequireParams checks that the request has all parameters of r, and that none is blank (rest.md, section 10). Header
// names are compared with their case.
func (c *Ctx) RequireParams(r *Required) Fault {
	if c.hasAll(r) {
		return OK
	}
	mark := len(c.arena)
	const start = "Missing required request parameters: ["
	missing := func(name string) {
		if len(c.arena) == mark {
			c.arena = append(c.arena, start...)
		} else {
			c.arena = append(c.arena, ", "...)
		}
		c.arena = append(c.arena, name...)
	}
	for _, name := range r.Headers {
		if isBlank(c.Header(name)) {
			missing(name)
		}
	}
	for _, name := range r.Path {
		if isBlank(c.Param(name)) {
			missing(name)
		}
	}
	for _, name := range r.Query {
		if !c.hasQuery(name) {
			missing(name)
		}
	}
	c.arena = append(c.arena, ']')
	return c.Fail(BadRequestParameters, c.arenaText(mark))
}

func (c *Ctx) hasAll(r *Required) bool {
	for _, name := range r.Headers {
		if isBlank(c.Header(name)) {
			return false
		}
	}
	for _, name := range r.Path {
		if isBlank(c.Param(name)) {
			return false
		}
	}
	for _, name := range r.Query {
		if !c.hasQuery(name) {
			return false
		}
	}
	return true
}

// hasQuery reports whether the last value of a query parameter is there and not blank. Nothing is decoded for it.
func (c *Ctx) hasQuery(name string) bool {
	last := ""
	for rest := c.query; rest != ""; {
		var key, sent string
		key, sent, rest = nextPair(rest)
		if sameKey(key, name) {
			last = sent
		}
	}
	for i := 0; i < len(last); i++ {
		b := last[i]
		if b == '%' {
			if decoded, ok := escapeAt(last, i); ok {
				b = decoded
				i += 2
			}
		}
		if b != '+' && !isSpace(b) {
			return true
		}
	}
	return false
}

func isSpace(b byte) bool { return b == ' ' || b-'\t' <= '\r'-'\t' }

// isBlank reports whether s has nothing but white space.
func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// ValidateBody checks the body by a model as Amazon does: none is {}, and what is no JSON fits no model (rest.md,
// section 10).
func (c *Ctx) ValidateBody(valid Validator) Fault {
	root, f := c.checkedBody()
	if f != OK {
		if f == BadRequestBody {
			c.checks.used, c.checks.java = true, notJSON
		}
		return f
	}
	if valid(root, nil) {
		return OK
	}
	c.checks.used = true
	report := &c.checks.report
	report.Reset()
	valid(root, report)
	c.checks.java = report.Java()
	return BadRequestBody
}

// checkedBody is the request's body, parsed once for checks, mappings and templates. BadRequestBody is one that is no JSON
// or nests too deeply.
func (c *Ctx) checkedBody() (value.Value, Fault) {
	b := &c.body
	coded := c.core.api.Style == Plain && c.counts[fieldContentEncoding] > 0 // such a body is looked at when it is decoded
	b.guarded, b.nesting = !coded, nesting{limit: c.core.settings.limits.Depth}
	streamed := !b.read && c.rc.RequestBodyStream() != nil
	body, f := c.Body()
	if f != OK {
		if b.nesting.deep {
			f = BadRequestBody
		}
		return value.Null, f
	}
	if coded {
		if body, f = c.decoded(body); f != OK {
			return value.Null, f
		}
	}
	// The parser has the same bound for itself, so that only a lower one needs a look.
	if !streamed && !coded && b.nesting.limit < value.MaxDepth && !b.nesting.scan(body) {
		return value.Null, BadRequestBody
	}
	if !utf8.Valid(body) {
		return value.Null, BadRequestBody
	}
	p := c.payloadOf(&c.templates.request, text(body))
	root, err := p.Document()
	if err != nil || !p.strict {
		return value.Null, BadRequestBody
	}
	return root, OK
}

// decoded is a body of a plain document, which is sent on as it came, without its Content-Encoding. A coding that nobody
// can look through is no way around the checks.
func (c *Ctx) decoded(body []byte) ([]byte, Fault) {
	if c.counts[fieldContentEncoding] == 0 || len(body) == 0 {
		return body, OK
	}
	coding := otherCoding
	if c.counts[fieldContentEncoding] == 1 {
		coding = codingOf(c.field(fieldContentEncoding))
	}
	switch coding {
	case identityCoding:
		return body, OK
	case otherCoding:
		return nil, UnsupportedEncoding
	}
	state := &c.checks
	state.used = true
	c.body.nesting = nesting{limit: c.core.settings.limits.Depth}
	stream := &guardedBody{r: newDecoder(coding, bytes.NewReader(body)), nesting: &c.body.nesting}
	limit := c.core.settings.limits.BufferedBody
	var err error
	if state.plain, err = appendAll(state.plain[:0], stream, -1, limit); err != nil {
		if c.body.nesting.deep {
			return nil, BadRequestBody
		}
		if int64(len(state.plain)) > limit {
			c.tooLarge = limit
		}
		return nil, c.BodyFault(err)
	}
	return state.plain, OK
}
