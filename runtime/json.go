package runtime

import (
	"math"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

// JSONPath is a path into a JSON text, such as $.pets[0].name without the $.
type JSONPath []JSONStep

// JSONStep is one step of a JSONPath.
type JSONStep struct {
	kind           stepKind
	deep           bool
	key            string
	from, to, step int
}

type stepKind uint8

const (
	keyStep stepKind = iota
	indexStep
	wildcardStep
	sliceStep
)

// Open is an end of a Slice that the path leaves out.
const Open = math.MinInt

// Key is .key or ['key'].
func Key(key string) JSONStep { return JSONStep{kind: keyStep, key: key} }

// Index is [i]; a negative i counts from the end.
func Index(i int) JSONStep { return JSONStep{kind: indexStep, from: i} }

// Wildcard is .* or [*].
func Wildcard() JSONStep { return JSONStep{kind: wildcardStep} }

// Slice is [from:to:step], with Open for an end that is left out and 1 for such a step.
func Slice(from, to, step int) JSONStep {
	return JSONStep{kind: sliceStep, from: from, to: to, step: step}
}

// Deep is ..step: step at the value reached so far and at everything inside it.
func Deep(step JSONStep) JSONStep {
	step.deep = true
	return step
}

// definite reports whether p can find one value at most.
func (p JSONPath) definite() bool {
	for i := range p {
		if p[i].deep || p[i].kind == wildcardStep || p[i].kind == sliceStep {
			return false
		}
	}
	return true
}

// jsonDocument is a body that is parsed once.
type jsonDocument struct {
	parser fastjson.Parser
	root   *fastjson.Value
	parsed bool
}

// parse is the root of body, nil when body is no JSON.
func (d *jsonDocument) parse(body []byte) *fastjson.Value {
	if !d.parsed {
		d.parsed, d.root = true, nil
		if fastjson.ValidateBytes(body) == nil { // the parser alone lets a few malformed texts pass
			d.root, _ = d.parser.ParseBytes(body)
		}
	}
	return d.root
}

func (d *jsonDocument) reset() { d.parsed, d.root = false, nil }

// bodyJSON is the request's body as JSON.
func (c *Ctx) bodyJSON() (*fastjson.Value, Fault) {
	body, f := c.Body()
	if f != OK {
		return nil, f
	}
	if root := c.body.document.parse(body); root != nil {
		return root, OK
	}
	return nil, c.Fail(BadRequestBody, "Invalid JSON in request body")
}

// jsonText is what p finds below root: a string's own text, anything else as compact JSON, and a list of all that an
// indefinite path finds. Nothing, and null, is empty.
func (c *Ctx) jsonText(root *fastjson.Value, p JSONPath) string {
	mark := len(c.arena)
	if p.definite() {
		v := root
		for i := range p {
			if v = p[i].single(v); v == nil {
				return ""
			}
		}
		switch v.Type() {
		case fastjson.TypeNull:
			return ""
		case fastjson.TypeString:
			return text(v.GetStringBytes())
		default:
			c.arena = v.MarshalTo(c.arena)
			return c.arenaText(mark)
		}
	}
	found := collector{dst: append(c.arena, '[')}
	found.walk(root, p)
	c.arena = found.dst
	if found.count == 0 {
		c.arena = c.arena[:mark]
		return ""
	}
	c.arena = append(c.arena, ']')
	return c.arenaText(mark)
}

// single is the value that a definite step finds in v, nil when there is none.
func (s *JSONStep) single(v *fastjson.Value) *fastjson.Value {
	switch {
	case s.kind == keyStep && v.Type() == fastjson.TypeObject:
		return v.Get(s.key)
	case s.kind == indexStep && v.Type() == fastjson.TypeArray:
		items := v.GetArray()
		i := s.from
		if i < 0 {
			i += len(items)
		}
		if i >= 0 && i < len(items) {
			return items[i]
		}
	}
	return nil
}

// collector appends what an indefinite path finds as the items of a JSON array. The walk is bounded, as repeated
// deep steps multiply.
type collector struct {
	dst    []byte
	count  int
	visits int
}

const maxVisits = 1 << 18

func (f *collector) walk(v *fastjson.Value, p JSONPath) {
	if f.visits++; v == nil || f.visits > maxVisits {
		return
	}
	if len(p) == 0 {
		if f.count > 0 {
			f.dst = append(f.dst, ',')
		}
		f.count++
		f.dst = v.MarshalTo(f.dst)
		return
	}
	f.step(v, &p[0], p[1:])
	if p[0].deep {
		f.children(v, func(child *fastjson.Value) { f.walk(child, p) })
	}
}

// step applies s to v and the rest of the path to what it finds.
func (f *collector) step(v *fastjson.Value, s *JSONStep, rest JSONPath) {
	switch s.kind {
	case keyStep, indexStep:
		f.walk(s.single(v), rest)
	case wildcardStep:
		f.children(v, func(child *fastjson.Value) { f.walk(child, rest) })
	case sliceStep:
		if v.Type() == fastjson.TypeArray {
			items := v.GetArray()
			from, to, step := s.bounds(len(items))
			for i := from; i < to; i += step {
				f.walk(items[i], rest)
			}
		}
	}
}

// bounds are the slice's ends in a list of n items.
func (s *JSONStep) bounds(n int) (from, to, step int) {
	place := func(i, open int) int {
		switch {
		case i == Open:
			return open
		case i < 0:
			return max(i+n, 0)
		default:
			return min(i, n)
		}
	}
	return place(s.from, 0), place(s.to, n), max(s.step, 1)
}

func (f *collector) children(v *fastjson.Value, visit func(*fastjson.Value)) {
	switch v.Type() {
	case fastjson.TypeArray:
		for _, item := range v.GetArray() {
			visit(item)
		}
	case fastjson.TypeObject:
		v.GetObject().Visit(func(_ []byte, item *fastjson.Value) { visit(item) })
	}
}

// appendJSONString appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b == '\t':
			dst = append(dst, '\\', 't')
		case b < 0x20:
			dst = append(append(dst, `\u00`...), lowerHex[b>>4], lowerHex[b&0x0f])
		default:
			dst = append(dst, b)
		}
		i++
	}
	return append(dst, '"')
}
