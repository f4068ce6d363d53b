package value

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may nest in JSON text.
const MaxDepth = 400

// maxNumber is how long a number may be: reading and printing numbers takes time that grows with the square of it.
const maxNumber = 10_000

// The reasons why text is no JSON, however lenient one is.
var (
	ErrUnexpected = errors.New("unexpected character in JSON")
	ErrTruncated  = errors.New("JSON ends too early")
	ErrDepth      = errors.New("JSON nests too deeply")
	ErrNumber     = errors.New("number in JSON has too many digits")
)

// Document holds the memory of parsed texts. It is reused through Reset; nothing parsed before may be used after.
type Document struct {
	maps    slab[Map]
	lists   slab[List]
	entries slab[Entry]
	values  slab[Value]
	bytes   slab[byte]

	openEntries []Entry // of the objects that are being read
	openValues  []Value // of the arrays that are being read
	mostEntries int     // how many entries were open at most
	mostValues  int

	repeated bool // an object of the last text has a name twice
}

// slab hands out parts of blocks that never move.
type slab[T any] struct {
	block []T
	first []T // the block that is kept for the next use
}

// keepAtMost bounds the memory that a Document keeps between uses, in elements of a slab.
const keepAtMost = 16 << 10

// take returns n zero elements.
func (s *slab[T]) take(n int) []T {
	if cap(s.block)-len(s.block) < n {
		size := max(2*cap(s.block), n, 32)
		s.block = make([]T, 0, size)
		if size <= keepAtMost {
			s.first = s.block
		}
	}
	from := len(s.block)
	s.block = s.block[:from+n]
	return s.block[from : from+n : from+n]
}

// reset forgets what was handed out.
func (s *slab[T]) reset() {
	used := cap(s.first)
	if cap(s.block) == used { // blocks grow: this is the first one
		used = len(s.block)
	}
	clear(s.first[:used])
	s.block = s.first[:0]
}

// Reset forgets all that was parsed.
func (d *Document) Reset() {
	d.maps.reset()
	d.lists.reset()
	d.entries.reset()
	d.values.reset()
	d.bytes.reset()
	d.dropOpen()
	clear(d.openEntries[:d.mostEntries])
	clear(d.openValues[:d.mostValues])
	d.mostEntries, d.mostValues = 0, 0
}

// dropOpen forgets what is being read.
func (d *Document) dropOpen() {
	d.mostEntries, d.mostValues = max(d.mostEntries, len(d.openEntries)), max(d.mostValues, len(d.openValues))
	d.openEntries, d.openValues = d.openEntries[:0], d.openValues[:0]
}

// Parse reads JSON as leniently as json-smart's permissive mode, which API Gateway uses (mapping-templates.md 6.1):
// names and texts without quotes or in single ones, superfluous commas, text behind the value. Texts alias the input.
func (d *Document) Parse(text string) (Value, error) {
	v, _, err := d.Read(text)
	return v, err
}

// Read is Parse; strict reports whether the text is JSON by the standard too (RFC 8259).
func (d *Document) Read(text string) (v Value, strict bool, err error) {
	d.repeated = false
	p := reader{doc: d, text: text}
	if p.space(); p.pos == len(text) { // json-smart gives an empty text for white space
		return String(""), false, nil
	}
	v, err = p.value(stopEnd)
	if err != nil {
		d.dropOpen()
		return v, false, err
	}
	p.space()
	return v, !p.loose && p.pos == len(text), nil
}

// Repeated reports whether an object of the text that was read last has a name twice: readers differ in which of the
// two counts (RFC 8259, section 4).
func (d *Document) Repeated() bool { return d.repeated }

// Keep copies b into the document's memory and returns it as a text.
func (d *Document) Keep(b []byte) string {
	kept := d.bytes.take(len(b))
	copy(kept, b)
	return bytesToString(kept)
}

// stop says which characters end a text without quotes.
type stop string

const (
	stopEnd   stop = ""
	stopKey   stop = ":"
	stopArray stop = ",]"
	stopValue stop = ",}"
)

// reader reads one text.
type reader struct {
	doc   *Document
	text  string
	pos   int
	depth int
	// closing is the bracket that closes the innermost object or array.
	closing byte
	loose   bool // something was read that JSON does not allow

	// shapes are the entries of the last object at each depth: the next one there mostly has the same names.
	shapes [maxShapes][]Entry
}

// maxShapes is how deep objects are compared with those before them.
const maxShapes = 8

// space skips white space.
func (p *reader) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// value reads one value.
func (p *reader) value(end stop) (Value, error) {
	p.space()
	if p.pos >= len(p.text) {
		return Null, ErrTruncated
	}
	switch c := p.text[p.pos]; c {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"', '\'':
		s, err := p.quoted(c)
		return String(s), err
	case ':', '}', ']':
		return Null, ErrUnexpected
	case '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-':
		if v, ok := p.smallNumber(); ok {
			return v, nil
		}
		return p.number(end)
	default:
		return p.word(p.bare(end)), nil
	}
}

// word gives the meaning of a text without quotes.
func (p *reader) word(s string) Value {
	p.loose = p.loose || s != "null" && s != "true" && s != "false"
	switch s {
	case "null":
		return Null
	case "true":
		return Bool(true)
	case "false":
		return Bool(false)
	case "NaN":
		return Double(nan())
	}
	return String(s)
}

func nan() float64 { var zero float64; return zero / zero }

// bare reads a text without quotes, up to one of the characters that end it; white space around it does not belong to it.
func (p *reader) bare(end stop) string {
	start := p.pos
	if end == stopEnd {
		p.pos = len(p.text)
	} else if i := strings.IndexAny(p.text[p.pos:], string(end)); i >= 0 {
		p.pos += i
	} else {
		p.pos = len(p.text)
	}
	return strings.TrimRight(p.text[start:p.pos], " \t\r\n")
}

// smallNumber reads a whole number of up to nine digits that ends its element or entry; ok is false for other numbers.
func (p *reader) smallNumber() (v Value, ok bool) {
	n, at := 0, p.pos
	for ; at < len(p.text) && '0' <= p.text[at] && p.text[at] <= '9'; at++ {
		n = n*10 + int(p.text[at]-'0')
	}
	if digits := at - p.pos; digits == 0 || digits > 9 || digits > 1 && p.text[p.pos] == '0' || at == len(p.text) {
		return Null, false
	}
	if c := p.text[at]; p.depth == 0 || c != ',' && c != p.closing {
		return Null, false
	}
	p.pos = at
	return Value{n: uint64(n), k: KindInt}, true
}

// number reads a number, or a text that starts like one.
func (p *reader) number(end stop) (Value, error) {
	start := p.pos
	if p.text[p.pos] == '-' {
		p.pos++
	}
	digits := p.digits()
	if first := strings.TrimPrefix(p.text[start:p.pos], "-"); len(first) > 1 && first[0] == '0' {
		p.loose = true
	}
	float := false
	if digits && p.at() == '.' {
		float = true
		p.pos++
		p.loose = !p.digits() || p.loose
	}
	if c := p.at(); digits && (c == 'e' || c == 'E') {
		float = true
		p.pos++
		if c := p.at(); c == '+' || c == '-' {
			p.pos++
		}
		digits = p.digits()
	}
	text := p.text[start:p.pos]
	after := p.pos
	p.space()
	if c := p.at(); !digits || p.pos < len(p.text) && (end == stopEnd || !strings.Contains(string(end), string(c))) {
		p.pos = after
		p.bare(end)
		return p.word(strings.TrimRight(p.text[start:p.pos], " \t\r\n")), nil
	}
	switch {
	case len(text) > maxNumber:
		return Null, ErrNumber
	case float:
		return parseFloat(text), nil
	}
	return parseInteger(text), nil
}

// at returns the character at the position, or 0 at the end.
func (p *reader) at() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// digits skips digits and reports whether there were any.
func (p *reader) digits() bool {
	start := p.pos
	for p.pos < len(p.text) && '0' <= p.text[p.pos] && p.text[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}

// parseInteger gives the smallest of int, long and BigInteger.
func parseInteger(text string) Value {
	if len(text) <= 18 {
		n, digits := int64(0), strings.TrimPrefix(text, "-")
		for i := range len(digits) {
			n = n*10 + int64(digits[i]-'0')
		}
		if len(digits) < len(text) {
			n = -n
		}
		return Int(n)
	}
	n, _ := new(big.Int).SetString(text, 10)
	return Big(n)
}

// parseFloat gives a double, or a BigDecimal for more than 18 characters.
func parseFloat(text string) Value {
	if len(text) > 18 {
		if d, ok := ParseDecimal(text); ok {
			return DecimalOf(d)
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // out of range: an infinity or zero, as in Java
	return Double(f)
}

// quoted reads a text in quotes.
func (p *reader) quoted(quote byte) (string, error) {
	p.loose = p.loose || quote != '"'
	p.pos++
	start := p.pos
	p.pos = ordinary(p.text, p.pos, quote)
	switch {
	case p.pos >= len(p.text):
		return "", ErrTruncated
	case p.text[p.pos] == quote:
		p.pos++
		return p.text[start : p.pos-1], nil
	}
	return p.escaped(start, quote)
}

// escaped goes on with a text that holds escapes or control characters, which are left out.
func (p *reader) escaped(start int, quote byte) (string, error) {
	end := p.pos
	for end < len(p.text) && p.text[end] != quote {
		if p.text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(p.text) {
		return "", ErrTruncated
	}
	buf := append(p.doc.bytes.take(end - start)[:0], p.text[start:p.pos]...) // no escape is shorter than what it stands for
	for p.pos < end {
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == '\\':
			buf = p.escape(buf)
		case c >= ' ' && c != 0x7f:
			buf = append(buf, c)
		default:
			p.loose = p.loose || c < ' '
		}
	}
	p.pos = end + 1
	return bytesToString(buf), nil
}

// escape reads what follows a backslash.
func (p *reader) escape(dst []byte) []byte {
	c := p.at()
	p.pos++
	p.loose = p.loose || strings.IndexByte(`"\/bfnrtu`, c) < 0
	switch c {
	case '"', '\'', '\\', '/':
		return append(dst, c)
	case 'b':
		return append(dst, '\b')
	case 'f':
		return append(dst, '\f')
	case 'n':
		return append(dst, '\n')
	case 'r':
		return append(dst, '\r')
	case 't':
		return append(dst, '\t')
	case 'x':
		if r, ok := p.hex(2); ok {
			return utf8.AppendRune(dst, r)
		}
	case 'u':
		if r, ok := p.hex(4); ok {
			return utf8.AppendRune(dst, p.surrogate(r))
		}
		p.loose = true
	}
	return dst
}

// hex reads n hexadecimal digits.
func (p *reader) hex(n int) (rune, bool) {
	if p.pos+n > len(p.text) {
		return 0, false
	}
	u, err := strconv.ParseUint(p.text[p.pos:p.pos+n], 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += n
	return rune(u), true
}

// surrogate joins r with the low surrogate that follows. A lone one is a question mark: what Java writes as UTF-8.
func (p *reader) surrogate(r rune) rune {
	if !utf16.IsSurrogate(r) {
		return r
	}
	if strings.HasPrefix(p.text[p.pos:], `\u`) {
		at := p.pos
		p.pos += 2
		if low, ok := p.hex(4); ok {
			if joined := utf16.DecodeRune(r, low); joined != utf8.RuneError {
				return joined
			}
		}
		p.pos = at
	}
	return '?'
}

// array reads […].
func (p *reader) array() (Value, error) {
	if p.depth++; p.depth > MaxDepth {
		return Null, ErrDepth
	}
	d := p.doc
	base := len(d.openValues)
	outer := p.closing
	p.closing = ']'
	p.pos++
	after := false // a value, so that a comma may follow
	for {
		p.space()
		switch p.at() {
		case ']':
			p.pos++
			p.depth--
			p.closing = outer
			p.loose = p.loose || !after && len(d.openValues) > base
			return ListOf(d.closeList(base)), nil
		case ',':
			p.pos++
			p.loose, after = p.loose || !after, false
			continue
		case 0:
			if p.pos >= len(p.text) {
				return Null, ErrTruncated
			}
		}
		v, err := p.value(stopArray)
		if err != nil {
			return Null, err
		}
		d.openValues = append(d.openValues, v)
		if after, err = p.separator(); err != nil {
			return Null, err
		}
	}
}

// separator checks that a comma or the closing bracket comes next, and goes behind the comma: last is false then.
func (p *reader) separator() (last bool, err error) {
	p.space()
	if p.pos >= len(p.text) {
		return false, ErrTruncated
	}
	switch p.text[p.pos] {
	case ',':
		p.pos++
		return false, nil
	case p.closing:
		return true, nil
	}
	return false, ErrUnexpected
}

// closeList makes a list of the elements read since base.
func (d *Document) closeList(base int) *List {
	l := &d.lists.take(1)[0]
	l.JSON = true
	open := d.openValues[base:]
	l.Elements = d.values.take(len(open))
	copy(l.Elements, open)
	d.mostValues = max(d.mostValues, len(d.openValues))
	d.openValues = d.openValues[:base]
	return l
}
