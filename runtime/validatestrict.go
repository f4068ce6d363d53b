package runtime

import (
	"strings"

	"github.com/gatewright/gatewright/runtime/value"
)

// Checks are what a route asks of its requests: all that its document says of them.
type Checks struct {
	Params []Param
	// Closed refuses query parameters that are neither in Params nor in Known.
	Closed bool
	Known  []string
	// Bodies are the media types that the route takes; none: whatever comes.
	Bodies       []BodyCheck
	BodyRequired bool
}

// BodyCheck is a media type that a route takes, in lower case, and what bodies of it must be.
type BodyCheck struct {
	// MediaType may be a range, such as image/* or */*. Exact ones stand first.
	MediaType string
	// Valid is nil where bodies are not looked at. It is for JSON alone.
	Valid Validator
}

// Check checks the request. What is wrong with its parameters is all said at once, and so is what is wrong with its body.
func (c *Ctx) Check(k *Checks) Fault {
	for i := range k.Params {
		c.checkParam(&k.Params[i])
	}
	if k.Closed {
		c.checkUnknown(k)
	}
	if c.checks.count > 0 {
		return c.refuse(BadRequestParameters, "The request's parameters are not as described")
	}
	if len(k.Bodies) == 0 && !k.BodyRequired {
		return OK
	}
	return c.checkBody(k)
}

// refuse is f with a message, unless there is one.
func (c *Ctx) refuse(f Fault, message string) Fault {
	if c.errorMessageSet {
		return f
	}
	return c.Fail(f, message)
}

// checkParam checks one parameter.
func (c *Ctx) checkParam(p *Param) {
	c.checks.used = true
	reader := &c.checks.reader
	if !reader.gather(c, p) {
		if p.Required {
			c.paramProblem(p, "", "is required")
		}
		return
	}
	if p.Valid == nil || p.AllowEmpty && len(reader.pieces) == 1 && reader.pieces[0] == "" {
		return
	}
	reader.asText = false
	first := p.shapes()
	for _, as := range first {
		for _, asText := range [...]bool{false, true} {
			reader.asText = asText
			if v, detail := reader.read(as); detail == "" && p.Valid(v, nil) {
				return
			}
			if !p.ambiguous() {
				break
			}
		}
	}
	reader.asText = false
	v, detail := reader.read(first[0])
	if detail != "" {
		c.paramProblem(p, "", detail)
		return
	}
	report := &c.checks.report
	report.Reset()
	p.Valid(v, report)
	for _, violation := range report.Violations() {
		c.paramProblem(p, violation.Pointer, violation.Detail)
	}
}

var shapesOf = [8][]shape{
	0: {asScalar},
	1: {asScalar},
	2: {asArray},
	3: {asArray, asScalar},
	4: {asObject},
	5: {asObject, asScalar},
	6: {asArray, asObject},
	7: {asArray, asObject, asScalar},
}

// shapes are what the parameter's texts can be read as.
func (p *Param) shapes() []shape {
	index := 0
	if p.Types&scalarTypes != 0 {
		index = 1
	}
	if p.Types&ArrayType != 0 {
		index |= 2
	}
	if p.Types&ObjectType != 0 {
		index |= 4
	}
	return shapesOf[index]
}

// ambiguous reports whether a text may be a string by the schema, and something else too.
func (p *Param) ambiguous() bool {
	if p.Types&(ArrayType|ObjectType) != 0 {
		return p.Items == 0 || p.Items&StringType != 0 && p.Items != StringType || len(p.Members) > 0
	}
	return p.Types == 0 || p.Types&StringType != 0 && p.Types != StringType
}

// checkUnknown refuses query parameters that nobody declares.
func (c *Ctx) checkUnknown(k *Checks) {
	c.checks.used = true
	for rest := c.query; rest != ""; {
		var key string
		key, _, rest = nextPair(rest)
		if key != "" && !c.declares(k, key) {
			c.addProblem(InQuery.String(), c.unescapeQuery(key), "", "is not declared")
		}
	}
}

// declares reports whether k knows a query parameter, by its key as it was sent.
func (c *Ctx) declares(k *Checks, key string) bool {
	for _, name := range k.Known {
		if sameKey(key, name) {
			return true
		}
	}
	reader := &c.checks.reader
	for i := range k.Params {
		p := &k.Params[i]
		if p.In != InQuery {
			continue
		}
		if sameKey(key, p.Name) {
			return true
		}
		reader.c, reader.p = c, p
		if p.Style == DeepObject {
			if _, ok := reader.deepKey(key); ok {
				return true
			}
		}
		if reader.isMember(key) {
			return true
		}
	}
	return false
}

// hasBody reports whether a body was sent, as far as that can be known without reading one of unknown size.
func (c *Ctx) hasBody() bool {
	if c.body.read {
		return len(c.body.whole) > 0
	}
	whole, stream, size := c.sentBody()
	return len(whole) > 0 || stream != nil && size != 0
}

// checkBody checks the body: that it is there, of a media type that the route takes, and what its schema says. A body
// that no schema is for is not read.
func (c *Ctx) checkBody(k *Checks) Fault {
	if !c.hasBody() {
		return c.withoutBody(k)
	}
	if len(k.Bodies) == 0 {
		return OK
	}
	mediaType := c.MediaType()
	check := k.bodyFor(mediaType)
	if check == nil {
		return c.unsupported(k, mediaType)
	}
	if check.Valid == nil || !isJSONType(mediaType) {
		return OK
	}
	root, f := c.checkedBody()
	switch f {
	case OK:
	case BadRequestBody:
		detail := "is not JSON"
		if c.body.nesting.deep {
			detail = "nests too deeply"
		}
		c.checks.used, c.checks.java = true, notJSON
		c.bodyProblem("", detail)
		return c.refuse(f, "Invalid request body")
	default:
		return f
	}
	if len(c.body.whole) == 0 {
		return c.withoutBody(k)
	}
	if c.templates.request.twice {
		c.bodyProblem("", "has a name twice in one object")
		return c.refuse(BadRequestBody, "Invalid request body")
	}
	return c.checkValue(check.Valid, root)
}

// checkValue checks a parsed body.
func (c *Ctx) checkValue(valid Validator, root value.Value) Fault {
	if valid(root, nil) {
		return OK
	}
	c.checks.used = true
	report := &c.checks.report
	report.Reset()
	valid(root, report)
	c.checks.java = report.Java()
	for _, violation := range report.Violations() {
		c.bodyProblem(violation.Pointer, violation.Detail)
	}
	return c.refuse(BadRequestBody, "Invalid request body")
}

func (c *Ctx) withoutBody(k *Checks) Fault {
	if !k.BodyRequired {
		return OK
	}
	c.bodyProblem("", "is required")
	return c.refuse(BadRequestBody, "Invalid request body")
}

// unsupported refuses a media type, and says which the route takes.
func (c *Ctx) unsupported(k *Checks, mediaType string) Fault {
	mark := len(c.arena)
	c.arena = append(append(c.arena, mediaType...), " is not taken, but "...)
	for i := range k.Bodies {
		if i > 0 {
			c.arena = append(c.arena, ", "...)
		}
		c.arena = append(c.arena, k.Bodies[i].MediaType...)
	}
	c.addProblem(InHeader.String(), "Content-Type", "", c.arenaText(mark))
	return UnsupportedMediaType
}

// bodyFor is what holds for a media type: its own entry, else a range that it is in.
func (k *Checks) bodyFor(mediaType string) *BodyCheck {
	for i := range k.Bodies {
		b := &k.Bodies[i]
		prefix, ranged := strings.CutSuffix(b.MediaType, "*")
		if b.MediaType == mediaType || b.MediaType == "*/*" || ranged && strings.HasPrefix(mediaType, prefix) {
			return b
		}
	}
	return nil
}

// isJSONType reports whether bodies of the type are JSON (RFC 6839, section 3.1).
func isJSONType(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") || mediaType == "text/json"
}

func (c *Ctx) paramProblem(p *Param, pointer, detail string) {
	c.addProblem(p.In.String(), p.Name, pointer, detail)
}

func (c *Ctx) bodyProblem(pointer, detail string) { c.addProblem("", "", pointer, detail) }

// mostProblems bounds what one answer lists.
const mostProblems = 50

// addProblem appends an entry to the errors of the problem document (RFC 9457, section 3). The pointer is a JSON
// pointer in its form for URIs.
func (c *Ctx) addProblem(in, name, pointer, detail string) {
	s := &c.checks
	s.used = true
	if s.count++; s.count > mostProblems {
		return
	}
	out := s.problems
	if len(out) > 0 {
		out = append(out, ',')
	}
	if in != "" {
		out = append(appendJSONString(append(out, `{"parameter":`...), name), `,"in":"`...)
		out = append(append(out, in...), '"')
	} else {
		out = append(out, '{')
	}
	if in == "" || pointer != "" {
		if in != "" {
			out = append(out, ',')
		}
		out = appendFragment(append(out, `"pointer":"#`...), pointer)
		out = append(out, '"')
	}
	s.problems = append(appendJSONString(append(out, `,"detail":`...), detail), '}')
}

// appendFragment appends text with what may not stand in a URI's fragment escaped (RFC 3986, section 3.5).
func appendFragment(dst []byte, text string) []byte {
	for i := range len(text) {
		b := text[i]
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@/?", b) >= 0 {
			dst = append(dst, b)
			continue
		}
		dst = append(dst, '%', upperHex[b>>4], upperHex[b&0x0f])
	}
	return dst
}
