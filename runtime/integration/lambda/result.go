package lambda

import "slices"

// Result is what a function returned for a proxied request, and what the client's answer is made of (rest.md, section 7.2).
type Result struct {
	status  int
	headers []header
	multi   []header // those of one name stand together
	body    string
	base64  bool

	flaw string // why the answer is malformed; empty when it is sound
	scan scanner
}

// header is one value of a header.
type header struct {
	name, value string
	sent        bool // the answer has it already
}

// begin makes r ready for an answer.
func (r *Result) begin() {
	r.status, r.body, r.base64, r.flaw = 200, "", false, ""
}

func (r *Result) reset() {
	clear(r.headers)
	clear(r.multi)
	if cap(r.scan.text) > keptBytes {
		r.scan.text = nil
	}
	*r = Result{headers: r.headers[:0], multi: r.multi[:0], scan: scanner{text: r.scan.text[:0]}}
}

// SetStatus is statusCode as a Go function returns it, where zero is no status either.
func (r *Result) SetStatus(status int) {
	if status < 200 || status > 599 {
		r.Malformed("statusCode is not from 200 to 599")
	}
	r.status = status
}

// Header adds an entry of headers.
func (r *Result) Header(name, value string) {
	if r.room() {
		r.headers = append(r.headers, header{name: name, value: value})
	}
}

// MultiHeader adds a value of an entry of multiValueHeaders. Those of one name are to be added one after the other.
func (r *Result) MultiHeader(name, value string) {
	if r.room() {
		r.multi = append(r.multi, header{name: name, value: value})
	}
}

func (r *Result) room() bool {
	if len(r.headers)+len(r.multi) < maxHeaders {
		return true
	}
	r.Malformed("too many headers")
	return false
}

// SetBody is body and isBase64Encoded. The text must stay as it is until the call that was asked for it has ended.
func (r *Result) SetBody(body string, base64 bool) { r.body, r.base64 = body, base64 }

// Malformed says why nothing can be made of the answer.
func (r *Result) Malformed(why string) {
	if r.flaw == "" {
		r.flaw = why
	}
}

const (
	notJSON    = "it is not JSON"
	notObject  = "it is not an object"
	unknownKey = "it has a key that is unknown"
	tooLarge   = "it is too large"
)

// parse reads payload as a function's whole answer. Of a key that stands twice the last counts, as in Amazon's maps.
func (r *Result) parse(payload []byte) {
	r.read(payload, func(key string) { r.member(key) })
}

// parsePrelude reads payload as what stands before a streamed body: it has cookies, but no body.
func (r *Result) parsePrelude(payload []byte) {
	r.read(payload, func(key string) {
		switch key {
		case "cookies":
			r.cookies()
		case "body", "isBase64Encoded":
			r.Malformed(unknownKey)
		default:
			r.member(key)
		}
	})
}

func (r *Result) read(payload []byte, member func(key string)) {
	p := &r.scan
	p.s, p.at = text(payload), 0
	switch kind, _ := p.value(); kind {
	case kindObject:
		r.members(member)
	case kindBroken:
		r.Malformed(notJSON)
	default:
		r.Malformed(notObject)
	}
	if !p.end() {
		r.Malformed(notJSON)
	}
}

// members reads the members of an object whose brace is read.
func (r *Result) members(member func(key string)) {
	p := &r.scan
	if p.take('}') {
		return
	}
	for r.flaw == "" {
		p.space()
		if p.at == len(p.s) || p.s[p.at] != '"' {
			r.Malformed(notJSON)
			return
		}
		key, ok := p.string()
		if !ok || !p.take(':') {
			r.Malformed(notJSON)
			return
		}
		if member(key); r.flaw != "" || p.take('}') {
			return
		}
		if !p.take(',') {
			r.Malformed(notJSON)
		}
	}
}

// elements reads the elements of an array whose bracket is read.
func (r *Result) elements(element func()) {
	p := &r.scan
	if p.take(']') {
		return
	}
	for r.flaw == "" {
		if element(); r.flaw != "" || p.take(']') {
			return
		}
		if !p.take(',') {
			r.Malformed(notJSON)
		}
	}
}

// member reads the value of a member of the answer.
func (r *Result) member(key string) {
	p := &r.scan
	ok := true
	switch key {
	case "statusCode":
		r.status, ok = statusOf(p.value())
	case "headers":
		r.headers = r.headers[:0]
		r.maps(r.single)
		return
	case "multiValueHeaders":
		r.multi = r.multi[:0]
		r.maps(r.several)
		return
	case "body":
		r.body, _, ok = scalarText(p.value())
	case "isBase64Encoded":
		r.base64, ok = flagOf(p.value())
	default:
		r.Malformed(unknownKey)
		return
	}
	if !ok {
		r.Malformed("its " + key + " has no meaning")
	}
}

// maps reads an object of headers; null is none.
func (r *Result) maps(entry func(name string)) {
	switch kind, _ := r.scan.value(); kind {
	case kindNull:
	case kindObject:
		r.members(entry)
	default:
		r.Malformed("its headers are no object")
	}
}

func (r *Result) single(name string) {
	value, present, ok := scalarText(r.scan.value())
	if !ok {
		r.Malformed("a header is no text")
	} else if present {
		r.headers = without(r.headers, name)
		r.Header(name, value)
	}
}

// without is list without what an earlier member of the same object said of name.
func without(list []header, name string) []header {
	for i := range list {
		if list[i].name == name {
			return slices.DeleteFunc(list, func(h header) bool { return h.name == name })
		}
	}
	return list
}

func (r *Result) several(name string) {
	switch kind, _ := r.scan.value(); kind {
	case kindNull:
	case kindArray:
		r.multi = without(r.multi, name)
		r.elements(func() {
			value, present, ok := scalarText(r.scan.value())
			if !ok {
				r.Malformed("a value of multiValueHeaders is no text")
			} else if present {
				r.MultiHeader(name, value)
			}
		})
	default:
		r.Malformed("an entry of multiValueHeaders is no array")
	}
}

// cookies reads the list of what goes into Set-Cookie each.
func (r *Result) cookies() {
	switch kind, _ := r.scan.value(); kind {
	case kindNull:
	case kindArray:
		r.elements(func() {
			if kind, s := r.scan.value(); kind == kindString {
				r.MultiHeader("Set-Cookie", s)
			} else {
				r.Malformed("a cookie is no text")
			}
		})
	default:
		r.Malformed("its cookies are no array")
	}
}
