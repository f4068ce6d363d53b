package runtime

import "math/bits"

// MaxSegments is the deepest path a document can have. Deeper requests can still match a greedy parameter.
const MaxSegments = 32

// span is a piece of a text.
type span struct{ start, end int32 }

// Path is the path of a request, read once: what is routed is what is authorised and what is sent on. Segments stand
// between literal slashes; empty ones do not count, so that leading, doubled and trailing slashes change nothing
// (rest.md, section 1.6). %2F is data inside its segment.
type Path struct {
	raw   string
	count int // segments in all; spans and keys hold the first MaxSegments+1
	first int // segments in front of the route's own path: the stage
	end   int32
	spans [MaxSegments + 1]span
	keys  [MaxSegments + 1]string

	decoded []byte // texts of keys that had an escape
}

// pathClass says what a byte of a path is.
type pathClass uint8

const (
	ordinary pathClass = iota
	slash
	unusual // an escape, or what an overlong encoding starts with: its segment is looked at closely
	illegal // control bytes, a space, a backslash, which some backends take for a slash, and what ends a path
)

var pathClasses = func() (table [256]pathClass) {
	for b := range 0x21 {
		table[b] = illegal
	}
	table[0x7f], table['\\'], table['?'], table['#'] = illegal, illegal, illegal, illegal
	table['/'], table['%'] = slash, unusual
	table[0xc0], table[0xc1], table[0xe0], table[0xf0] = unusual, unusual, unusual, unusual
	return table
}()

// Parse reads raw, the path of a request target without its query. It refuses a path that means different things to
// different readers: one with a segment that is or hides a dot segment, a NUL in any form, a raw control byte, a
// backslash in any form or a broken escape.
func (p *Path) Parse(raw string) Fault {
	p.raw, p.count, p.first, p.end = raw, 0, 0, 0
	p.decoded = p.decoded[:0]
	if len(raw) == 0 || raw[0] != '/' {
		return BadRequest
	}
	if p.parseWords() {
		return OK
	}
	return p.parseBytes()
}

// parseWords reads a path without anything unusual, eight bytes at a time; for any other it reports false. That leaves
// more to parseBytes than need be: all of ! " # $ % and whatever is not ASCII, and segments that start with a dot.
func (p *Path) parseWords() bool {
	raw, start, i := p.raw, 0, 0
	slashBefore := uint64(0)
	for ; i+8 <= len(raw); i += 8 {
		word := wordAt(raw, i)
		// With 0x40 set, the question mark and DEL are the same.
		if word&eachHigh|anyBelow(word, '&')|anyEqual(word|0x40*eachOne, 0x7f)|anyEqual(word, '\\') != 0 {
			return false
		}
		slashes := equalBytes(word, '/')
		if equalBytes(word, '.')&(slashes<<8|slashBefore) != 0 {
			return false
		}
		slashBefore = slashes >> 56
		for ; slashes != 0; slashes &= slashes - 1 {
			at := i + bits.TrailingZeros64(slashes)>>3
			if at > start {
				p.put(start, at, raw[start:at])
			}
			start = at + 1
		}
	}
	for ; i < len(raw); i++ {
		switch {
		case raw[i] == '/':
			if i > start {
				p.put(start, i, raw[start:i])
			}
			start = i + 1
		case raw[i] == '.' && i == start || pathClasses[raw[i]] != ordinary:
			return false
		}
	}
	if start < len(raw) {
		p.put(start, len(raw), raw[start:])
	}
	return true
}

// parseBytes reads any path, byte by byte.
func (p *Path) parseBytes() Fault {
	raw := p.raw
	p.count, p.end = 0, 0
	for i := 1; i < len(raw); i++ {
		start, closely := i, false
	segment:
		for ; i < len(raw); i++ {
			switch pathClasses[raw[i]] {
			case slash:
				break segment
			case unusual:
				closely = true
			case illegal:
				return BadRequest
			}
		}
		if i == start {
			continue
		}
		if !p.add(start, i, closely) {
			return BadRequest
		}
	}
	return OK
}

// add takes the segment raw[start:end] and reports whether it is a safe one.
func (p *Path) add(start, end int, closely bool) bool {
	key := p.raw[start:end]
	if closely {
		mark := len(p.decoded)
		var ok bool
		if p.decoded, ok = appendUnescaped(p.decoded, key); !ok {
			return false
		}
		key = text(p.decoded[mark:])
		if hidesDots(key) {
			return false
		}
	} else if key[0] == '.' && isDots(key) {
		return false
	}
	p.put(start, end, key)
	return true
}

// put notes the segment raw[start:end].
func (p *Path) put(start, end int, key string) {
	if p.count < len(p.spans) {
		p.spans[p.count] = span{int32(start), int32(end)}
		p.keys[p.count] = key
	}
	p.count++
	p.end = int32(end)
}

// Len is the number of segments.
func (p *Path) Len() int { return p.count - p.first }

// Key is segment i with its escapes decoded, for comparing; empty beyond the last segment.
func (p *Path) Key(i int) string {
	i += p.first
	if i < p.count && uint(i) < uint(len(p.keys)) {
		return p.keys[i]
	}
	return ""
}

// Segment is segment i as it was sent; empty beyond the last segment.
func (p *Path) Segment(i int) string {
	i += p.first
	if i < p.count && uint(i) < uint(len(p.spans)) {
		return p.raw[p.spans[i].start:p.spans[i].end]
	}
	return ""
}

// Tail is the path as it was sent from segment i to the end, without trailing slashes; doubled slashes inside it are
// kept (rest.md, section 16).
func (p *Path) Tail(i int) string {
	i += p.first
	if i < p.count && uint(i) < uint(len(p.spans)) {
		return p.raw[p.spans[i].start:p.end]
	}
	return ""
}

// Raw is the route's own path as it was sent, without the stage: leading slashes collapsed, everything else kept.
func (p *Path) Raw() string {
	if p.first < p.count {
		return p.raw[p.spans[p.first].start-1:]
	}
	return "/"
}

// Full is the path as it was sent, with what stands in front of the route's own: leading slashes collapsed.
func (p *Path) Full() string {
	if p.count == 0 {
		return "/"
	}
	return p.raw[p.spans[0].start-1:]
}

// enter takes the first n segments away from the route's own path.
func (p *Path) enter(n int) { p.first = n }

// startsWith reports whether the path begins with segments.
func (p *Path) startsWith(segments []string) bool {
	for i := range segments {
		if p.Key(i) != segments[i] {
			return false
		}
	}
	return true
}
