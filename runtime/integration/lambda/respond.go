package lambda

import (
	"encoding/base64"

	gw "github.com/gatewright/gatewright/runtime"
)

// respond answers with r, which is whole.
func (f *Function) respond(c *gw.Ctx, r *Result) gw.Fault {
	if r.flaw != "" {
		return f.malformed(c, r.flaw, gw.FunctionFailure)
	}
	if f.beyondLimits(c, len(r.body)) {
		return f.malformed(c, tooLarge, gw.FunctionFailure)
	}
	c.Asked()
	response := c.Respond(r.status)
	if !r.writeFields(c, response) {
		return f.malformed(c, r.flaw, gw.FunctionFailure)
	}
	body := bytesOf(r.body)
	if r.base64 && c.AcceptsBinary() {
		// Only the client's wish counts, not the function's Content-Type (rest.md, section 5).
		text := r.scan.text
		mark := len(text)
		text, err := base64.StdEncoding.AppendDecode(text, body)
		r.scan.text = text
		if err != nil {
			f.warn(c, "Execution failed due to configuration error: Unable to base64 decode the body.", err)
			return gw.APIConfigurationError
		}
		body = text[mark:]
	}
	return response.Bytes(body)
}

// writeFields merges the two maps of headers: for each name the values of multiValueHeaders and then the single one, under
// the name as the former has it, and no value twice (rest.md, section 7.2).
func (r *Result) writeFields(c *gw.Ctx, response *gw.Response) bool {
	for i := range r.multi {
		if r.multi[i].sent {
			continue
		}
		r.writeName(c, response, i)
	}
	for i := range r.headers {
		if h := &r.headers[i]; !h.sent {
			r.writeField(c, response, h.name, h.value)
		}
	}
	return r.flaw == ""
}

// writeName writes all values of the name of multi[first].
func (r *Result) writeName(c *gw.Ctx, response *gw.Response, first int) {
	name := r.multi[first].name
	for i := first; i < len(r.multi); i++ {
		h := &r.multi[i]
		if h.sent || !sameName(h.name, name) {
			continue
		}
		h.sent = true
		r.writeField(c, response, name, h.value)
	}
	for i := range r.headers {
		h := &r.headers[i]
		if h.sent || !sameName(h.name, name) {
			continue
		}
		h.sent = true
		if !r.hasMulti(name, h.value) {
			r.writeField(c, response, name, h.value)
		}
	}
}

// hasMulti reports whether multiValueHeaders has value for name.
func (r *Result) hasMulti(name, value string) bool {
	for i := range r.multi {
		if r.multi[i].value == value && sameName(r.multi[i].name, name) {
			return true
		}
	}
	return false
}

func (r *Result) writeField(c *gw.Ctx, response *gw.Response, name, value string) {
	switch {
	case !soundName(name):
		r.Malformed("the name of a header is none")
	case !soundValue(value):
		r.Malformed("a header has a control character")
	case ownField(name) && c.Core().API().Style == gw.REST:
	default:
		response.Field(name, value)
	}
}
