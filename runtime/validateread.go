package runtime

import (
	"strings"

	"github.com/gatewright/gatewright/runtime/value"
)

// paramReader reads the value of one parameter at a time. Everything in it is used again for the next.
type paramReader struct {
	c      *Ctx
	p      *Param
	pieces []string // the parameter's texts as they were sent
	parts  []string // of the pieces, split by the style
	keys   []string // of deepObject and exploded objects, beside pieces

	// asText takes texts for texts wherever the schema allows them, although they look like something else.
	asText bool

	elements []value.Value
	entries  []value.Entry
	list     value.List
	object   value.Map
}

func (r *paramReader) reset() {
	clear(r.pieces)
	clear(r.parts)
	clear(r.keys)
	clear(r.elements)
	clear(r.entries)
	r.c, r.p = nil, nil
	r.pieces, r.parts, r.keys = r.pieces[:0], r.parts[:0], r.keys[:0]
	r.elements, r.entries = r.elements[:0], r.entries[:0]
	r.list, r.object = value.List{}, value.Map{}
}

// gather finds the texts of p. present is false when the request does not have it.
func (r *paramReader) gather(c *Ctx, p *Param) (present bool) {
	r.c, r.p = c, p
	r.pieces, r.keys = r.pieces[:0], r.keys[:0]
	switch p.In {
	case InPath:
		r.pieces = append(r.pieces, c.Param(p.Name))
		return r.pieces[0] != ""
	case InHeader:
		r.gatherHeader()
	case InCookie:
		r.gatherCookie()
	default:
		r.gatherQuery()
	}
	return len(r.pieces) > 0
}

// gatherHeader joins the fields of the parameter's name, which has no case.
func (r *paramReader) gatherHeader() {
	c, joined, count, mark := r.c, "", 0, 0
	for i := range c.fields {
		f := &c.fields[i]
		if !sameName(f.Name, r.p.Name) {
			continue
		}
		switch count++; count {
		case 1:
			joined = f.Value
			continue
		case 2:
			mark = len(c.arena)
			c.arena = append(c.arena, joined...)
		}
		c.arena = append(append(c.arena, ", "...), f.Value...)
	}
	if count > 1 {
		joined = c.arenaText(mark)
	}
	if count > 0 {
		r.pieces = append(r.pieces, joined)
	}
}

// gatherCookie finds the parameter among the cookies (RFC 6265, section 4.2.1).
func (r *paramReader) gatherCookie() {
	for i := range r.c.fields {
		f := &r.c.fields[i]
		if !sameName(f.Name, "cookie") {
			continue
		}
		for rest := f.Value; rest != ""; {
			var pair string
			pair, rest = cutByte(rest, ';')
			name, sent := cutByte(trimSpace(pair), '=')
			if name == r.p.Name {
				if len(sent) > 1 && sent[0] == '"' && sent[len(sent)-1] == '"' {
					sent = sent[1 : len(sent)-1]
				}
				r.pieces = append(r.pieces, sent)
			}
		}
	}
}

// gatherQuery finds the parameter in the query; that of an object may have a key for each member.
func (r *paramReader) gatherQuery() {
	p := r.p
	members := p.Style == Form && p.Explode && p.Types&ObjectType != 0
	for rest := r.c.query; rest != ""; {
		var key, sent string
		key, sent, rest = nextPair(rest)
		switch {
		case p.Style == DeepObject:
			if member, ok := r.deepKey(key); ok {
				r.keys, r.pieces = append(r.keys, member), append(r.pieces, sent)
			}
		case members && r.isMember(key):
			r.keys, r.pieces = append(r.keys, r.c.unescapeQuery(key)), append(r.pieces, sent)
		case sameKey(key, p.Name) && (!members || p.Types&^ObjectType != 0):
			r.pieces = append(r.pieces, sent)
		}
	}
}

func (r *paramReader) isMember(key string) bool {
	for i := range r.p.Members {
		if sameKey(key, r.p.Members[i].Name) {
			return true
		}
	}
	return false
}

// deepKey is what stands in the brackets of a key of deepObject.
func (r *paramReader) deepKey(key string) (string, bool) {
	name := r.p.Name
	if len(key) <= len(name) {
		return "", false
	}
	key = r.c.unescapeQuery(key)
	if !strings.HasPrefix(key, name) || len(key) < len(name)+2 || key[len(name)] != '[' || key[len(key)-1] != ']' {
		return "", false
	}
	return key[len(name)+1 : len(key)-1], true
}

// shape is what the texts of a parameter are read as.
type shape uint8

const (
	asScalar shape = iota
	asArray
	asObject
)

// read makes a value of the texts. detail says why there is none.
func (r *paramReader) read(as shape) (v value.Value, detail string) {
	p := r.p
	if p.Style == JSONText {
		return r.readJSON()
	}
	if as == asScalar {
		if len(r.pieces) > 1 {
			return value.Null, "is given more than once"
		}
		text, detail := r.scalarText(r.pieces[0])
		if detail != "" {
			return value.Null, detail
		}
		return r.scalar(text, p.Types), ""
	}
	if len(r.keys) == 0 {
		if detail := r.split(); detail != "" {
			return value.Null, detail
		}
	}
	if as == asArray {
		return r.arrayValue(), ""
	}
	return r.objectValue()
}

// readJSON reads JSON text.
func (r *paramReader) readJSON() (value.Value, string) {
	if len(r.pieces) > 1 {
		return value.Null, "is given more than once"
	}
	r.c.templates.used = true
	v, strict, err := r.c.templates.memory.Read(r.decoded(r.pieces[0]))
	if err != nil || !strict {
		return value.Null, "is not JSON"
	}
	return v, ""
}

// scalarText is what a single value says, without what its style puts before it.
func (r *paramReader) scalarText(sent string) (text, detail string) {
	switch r.p.Style {
	case Label:
		if !strings.HasPrefix(sent, ".") {
			return "", "does not begin with a dot"
		}
		sent = sent[1:]
	case Matrix:
		name, given := cutByte(strings.TrimPrefix(sent, ";"), '=')
		if !strings.HasPrefix(sent, ";") || name != r.p.Name {
			return "", "is not written as ;" + r.p.Name + "=…"
		}
		sent = given
	}
	return r.decoded(sent), ""
}

// decoded is a text without its escapes.
func (r *paramReader) decoded(sent string) string {
	c := r.c
	switch {
	case r.p.In == InHeader:
		return sent
	case r.p.In == InQuery:
		return c.unescapeQuery(sent)
	case strings.IndexByte(sent, '%') < 0:
		return sent
	}
	mark := len(c.arena)
	var ok bool
	if c.arena, ok = appendUnescaped(c.arena, sent); !ok {
		c.arena = c.arena[:mark]
		return sent
	}
	return c.arenaText(mark)
}

// split cuts the pieces at the delimiters of the style.
func (r *paramReader) split() (detail string) {
	r.parts = r.parts[:0]
	p := r.p
	first := r.pieces[0]
	switch p.Style {
	case Form:
		if p.Explode {
			r.parts = append(r.parts, r.pieces...)
			return ""
		}
		r.cutList(first)
	case SpaceDelimited:
		r.cutAt(first, "%20", "+")
	case PipeDelimited:
		r.cutAt(first, "|", "%7C", "%7c")
	case TabDelimited:
		r.cutAt(first, "%09")
	case Label:
		if !strings.HasPrefix(first, ".") {
			return "does not begin with a dot"
		}
		if p.Explode {
			r.cutAt(first[1:], ".")
		} else {
			r.cutAt(first[1:], ",")
		}
	case Matrix:
		return r.splitMatrix(first)
	default:
		r.cutAt(first, ",")
	}
	if len(r.pieces) > 1 {
		return "is given more than once"
	}
	return ""
}

// cutList cuts at commas. One that is escaped is data where there are others that are not; alone, it is what clients that
// escape every value make of a list.
func (r *paramReader) cutList(sent string) {
	if strings.IndexByte(sent, ',') >= 0 {
		r.cutAt(sent, ",")
		return
	}
	r.cutAt(sent, "%2C", "%2c")
}

// splitMatrix cuts ;name=a;name=b, ;name=a,b or, for objects that explode, ;a=1;b=2.
func (r *paramReader) splitMatrix(sent string) (detail string) {
	p := r.p
	if !strings.HasPrefix(sent, ";") {
		return "does not begin with a semicolon"
	}
	if p.Explode && p.Types&ObjectType != 0 {
		r.cutAt(sent[1:], ";")
		return ""
	}
	for rest := sent[1:]; rest != ""; {
		var pair string
		pair, rest = cutByte(rest, ';')
		name, given := cutByte(pair, '=')
		if name != p.Name {
			return "is not written as ;" + p.Name + "=…"
		}
		if p.Explode {
			r.parts = append(r.parts, given)
		} else {
			r.cutAt(given, ",")
		}
	}
	return ""
}

// cutAt appends the parts of sent between delimiters. An empty text has none.
func (r *paramReader) cutAt(sent string, delimiters ...string) {
	if sent == "" {
		return
	}
	start := 0
	for i := 0; i < len(sent); {
		width := 0
		for _, d := range delimiters {
			if strings.HasPrefix(sent[i:], d) {
				width = len(d)
				break
			}
		}
		if width == 0 {
			i++
			continue
		}
		r.parts = append(r.parts, sent[start:i])
		i += width
		start = i
	}
	r.parts = append(r.parts, sent[start:])
}

// partText is what a part says; lists in headers have spaces behind their commas.
func (r *paramReader) partText(part string) string {
	if r.p.In == InHeader {
		return trimSpace(part)
	}
	return r.decoded(part)
}

// arrayValue makes a list of the parts.
func (r *paramReader) arrayValue() value.Value {
	r.elements = r.elements[:0]
	parts := r.parts
	if len(r.keys) > 0 {
		parts = r.pieces // name[]=a&name[]=b
	}
	for _, part := range parts {
		r.elements = append(r.elements, r.scalar(r.partText(part), r.p.Items))
	}
	r.list = value.List{Elements: r.elements, JSON: true}
	return value.ListOf(&r.list)
}

// objectValue makes an object of the parts: name, value, name, value; or name=value.
func (r *paramReader) objectValue() (value.Value, string) {
	r.entries = r.entries[:0]
	p := r.p
	switch {
	case len(r.keys) > 0:
		for i, key := range r.keys {
			if strings.IndexByte(key, '[') >= 0 {
				return value.Null, "nests deeper than a query can say"
			}
			r.member(key, r.decoded(r.pieces[i]))
		}
	case p.Explode && p.Style != Form:
		for _, part := range r.parts {
			name, given := cutByte(part, '=')
			r.member(r.partText(name), r.partText(given))
		}
	case len(r.parts)%2 != 0:
		return value.Null, "is no list of names and values"
	default:
		for i := 0; i < len(r.parts); i += 2 {
			r.member(r.partText(r.parts[i]), r.partText(r.parts[i+1]))
		}
	}
	r.object = value.Map{Entries: r.entries}
	return value.MapOf(&r.object), ""
}

// member adds a member of the object. One that is a list takes all its values.
func (r *paramReader) member(name, text string) {
	types := r.p.Items
	for i := range r.p.Members {
		if r.p.Members[i].Name == name {
			types = r.p.Members[i].Types
			break
		}
	}
	v := r.scalar(text, types&scalarTypes)
	for i := range r.entries {
		if key, _ := r.entries[i].Key.AsString(); key != name {
			continue
		}
		if l, ok := r.entries[i].Value.AsList(); ok {
			l.Elements = append(l.Elements, v)
		} else {
			r.entries[i].Value = v
		}
		return
	}
	if types&ArrayType != 0 && types&scalarTypes == 0 {
		v = value.ListOf(&value.List{Elements: []value.Value{v}, JSON: true})
	}
	r.entries = append(r.entries, value.Entry{Key: value.String(name), Value: v})
}

// scalar is text as the first of the types that it can be; a text otherwise.
func (r *paramReader) scalar(text string, types ValueTypes) value.Value {
	any := types&scalarTypes == 0
	if r.asText && (any || types&StringType != 0) {
		return value.String(text)
	}
	switch {
	case (any || types&BooleanType != 0) && (text == "true" || text == "false"):
		return value.Bool(text == "true")
	case types&NullType != 0 && (text == "" || text == "null"):
		return value.Null
	case (any || types&NumberType != 0) && looksNumber(text):
		r.c.templates.used = true
		if v, strict, err := r.c.templates.memory.Read(text); err == nil && strict {
			return v
		}
	}
	return value.String(text)
}

// looksNumber reports whether text may be a JSON number.
func looksNumber(text string) bool {
	if text == "" || !(text[0] == '-' || '0' <= text[0] && text[0] <= '9') {
		return false
	}
	last := text[len(text)-1]
	return '0' <= last && last <= '9'
}
