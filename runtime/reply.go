package runtime

// Reply is a backend's answer, read whole. It belongs to its Ctx; the backend's package fills it.
type Reply struct {
	c      *Ctx
	status int
	fields []Field
	names  []byte
	buffer []byte
	failed bool
}

// Reply is the answer of the request's backend, for filling.
func (c *Ctx) Reply() *Reply {
	return &c.reply
}

func (r *Reply) reset() {
	r.status, r.failed = 0, false
	clear(r.fields)
	r.fields = r.fields[:0]
	r.names = kept(r.names, keptText)
	r.buffer = kept(r.buffer, keptBuffer)
}

// Reset begins a new answer, of status.
func (r *Reply) Reset(status int) {
	r.reset()
	r.status = status
	r.c.traced = true
}

// Add adds a header field; name and value are copied.
func (r *Reply) Add(name, value []byte) {
	mark := len(r.names)
	r.names = append(append(r.names, name...), value...)
	both := text(r.names[mark:])
	r.fields = append(r.fields, Field{Name: both[:len(name)], Value: both[len(name):]})
}

// Buffer is where the body goes.
func (r *Reply) Buffer() *[]byte { return &r.buffer }

// MarkFailed notes that the body is the error of a function that failed. No mapping sees the mark (rest.md, section 7.3).
func (r *Reply) MarkFailed() { r.failed = true }

// Failed reports whether the body is the error of a function that failed.
func (r *Reply) Failed() bool { return r.failed }

// Status is the backend's status.
func (r *Reply) Status() int { return r.status }

// Body is the backend's body.
func (r *Reply) Body() []byte { return r.buffer }

// Header is integration.response.header.name: the last value.
func (r *Reply) Header(name string) string {
	for i := len(r.fields) - 1; i >= 0; i-- {
		if sameName(r.fields[i].Name, name) {
			return r.fields[i].Value
		}
	}
	return ""
}

// HeaderValues is integration.response.multivalueheader.name: all values, joined by commas.
func (r *Reply) HeaderValues(name string) string {
	joined, count := "", 0
	for i := range r.fields {
		if !sameName(r.fields[i].Name, name) {
			continue
		}
		if count++; count == 1 {
			joined = r.fields[i].Value
			continue
		}
		mark := len(r.c.arena)
		r.c.arena = append(append(append(r.c.arena, joined...), ','), r.fields[i].Value...)
		joined = r.c.arenaText(mark)
	}
	return joined
}

// BodyText is integration.response.body: the whole body. One that looks like JSON must be JSON (rest.md, section 4.1).
func (r *Reply) BodyText() (string, Fault) {
	if looksLikeJSON(r.buffer) {
		if p := r.payload(); p.err != nil || !p.strict {
			return "", APIConfigurationError
		}
	}
	return text(r.buffer), OK
}

// BodyAt is integration.response.body.p, empty when p finds nothing.
func (r *Reply) BodyAt(p *JSONPath) (string, Fault) {
	if !looksLikeJSON(r.buffer) {
		return "", OK
	}
	read := r.payload()
	if read.err != nil || !read.strict {
		return "", APIConfigurationError
	}
	return r.c.jsonText(read.root, p), OK
}

// Inside is what p finds in text, a JSON text that stands as text inside the body; empty when p finds nothing or the text
// is not JSON, as the messages of errors mostly are.
func (r *Reply) Inside(text string, p *JSONPath) string {
	if !looksLikeJSON(bytesOf(text)) {
		return ""
	}
	r.c.templates.used = true
	root, strict, err := r.c.templates.memory.Read(text)
	if err != nil || !strict {
		return ""
	}
	return r.c.jsonText(root, p)
}

// payload is the body as templates see it, parsed once.
func (r *Reply) payload() *payload {
	p := r.c.payloadOf(&r.c.templates.reply, text(r.buffer))
	_, _ = p.Document() // the error stays with the payload
	return p
}
