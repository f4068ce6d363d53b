package runtime

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// answer is how a document wants a fault answered, ready for use.
type answer struct {
	status    int
	headers   []TextField
	templates []TextTemplate // never empty
}

// stockTemplate is what every type has when the document names none (rest.md, section 3.1).
func stockTemplate() []TextTemplate {
	return []TextTemplate{{MediaType: "application/json", Text: Text{Literal(`{"message":`), Var(ErrorMessageString), Literal("}")}}}
}

// newAnswers lays the document's gateway responses out by fault. A type that is set inherits nothing; one that is not
// has what Default4XX or Default5XX says, by its own status (rest.md, section 3.3).
func newAnswers(api *API) (answers [faultCount]*answer) {
	var set [faultCount]*answer
	for i := range api.Responses {
		response := &api.Responses[i]
		if response.Type >= faultCount {
			continue
		}
		a := &answer{status: response.Status, headers: response.Headers, templates: response.Templates}
		if len(a.templates) == 0 {
			a.templates = stockTemplate()
		}
		set[response.Type] = a
	}
	for f := OK + 1; f < faultCount; f++ {
		kind := f
		switch f {
		case IncompleteSignature:
			kind = MissingAuthenticationToken
		case UnrecognizedClient:
			kind = InvalidSignature
		case FunctionFailure:
			kind = IntegrationFailure
		}
		switch {
		case !f.customisable():
		case set[kind] != nil:
			answers[f] = set[kind]
		case faultKinds[f].status < 500:
			answers[f] = set[Default4XX]
		default:
			answers[f] = set[Default5XX]
		}
	}
	return answers
}

// faultMessage is $context.error.message; ok is false when it is null.
func (c *Ctx) faultMessage() (message string, ok bool) {
	switch {
	case c.errorMessageSet:
		return c.errorMessage, true
	case c.fault == OK || faultKinds[c.fault].null:
		return "", false
	default:
		return faultKinds[c.fault].message, true
	}
}

// answerFault answers the request with f.
func (c *Ctx) answerFault(f Fault) {
	c.fault = f
	c.response.reset() // an answer that was begun is given up
	response := &c.rc.Response
	response.Reset()
	response.Header.DisableNormalizing()
	response.Header.SetNoDefaultContentType(true)
	switch {
	case f == Aborted:
		c.closes = true
		response.SetStatusCode(faultKinds[Aborted].status)
		response.Header.SetConnectionClose()
	case f == RequestTooLarge:
		c.answerTooLarge()
	case c.core.api.Style == Plain:
		c.answerProblem(&faultKinds[f])
	default:
		c.answerREST(f)
	}
	if len(response.Body()) == 0 || c.rc.IsHead() {
		response.ResetBody()
		response.Header.SetContentLength(0)
	}
}

// answerREST answers f as Amazon does, or as the document wants it (rest.md, section 3).
func (c *Ctx) answerREST(f Fault) {
	kind := &faultKinds[f]
	custom := c.core.answers[f]
	response := &c.rc.Response
	response.SetStatusCode(kind.status)
	response.Header.SetContentType("application/json")
	c.writeConnection()
	response.Header.Add("x-amzn-RequestId", c.RequestID())
	response.Header.Add("x-amzn-ErrorType", kind.errorType)
	if custom != nil {
		c.answerCustom(custom)
	} else if c.checks.count > 0 {
		c.problem(kind.status)
	} else {
		response.SetBodyString(c.stockBody(kind))
	}
	response.Header.Add("x-amz-apigw-id", c.ExtendedRequestID())
	if kind.traced {
		response.Header.Add("X-Amzn-Trace-Id", c.TraceHeader())
	}
}

// stockBody is the body of a fault that the document does not customise: its byte form tells whether the request was
// being executed (rest.md, section 3.1).
func (c *Ctx) stockBody(kind *faultKind) string {
	mark := len(c.arena)
	message, ok := c.faultMessage()
	key := `{"message":`
	switch {
	case kind.capital:
		key = `{"Message":`
	case kind.executing:
		key = `{"message": `
	}
	c.arena = append(c.arena, key...)
	if ok {
		c.arena = appendJSONString(c.arena, message)
	} else {
		c.arena = append(c.arena, "null"...)
	}
	c.arena = append(c.arena, '}')
	return c.arenaText(mark)
}

// answerCustom answers with what the document says: its status, the template that the client accepts, its headers.
func (c *Ctx) answerCustom(custom *answer) {
	response := &c.rc.Response
	if custom.status != 0 {
		response.SetStatusCode(custom.status)
	}
	template := custom.choose(c.AcceptType())
	response.Header.SetContentType(template.MediaType)
	response.SetBodyString(c.render(template.Text))
	for i := range custom.headers {
		h := &custom.headers[i]
		value := c.render(h.Value)
		if value == "" || hasControl(value) {
			continue // nothing is left that could answer instead
		}
		kind := kindOf(h.Name)
		c.response.put(kind, faultRule(kind), h.Name, value)
	}
}

// choose is the template that the client accepts, else the one for application/json, else the first (rest.md, section
// 3.3).
func (a *answer) choose(accept string) *TextTemplate {
	chosen := &a.templates[0]
	for i := range a.templates {
		t := &a.templates[i]
		switch {
		case t.MediaType == accept:
			return t
		case t.MediaType == "application/json":
			chosen = t
		}
	}
	return chosen
}

// answerTooLarge answers a body that is too large, in front of the API (rest.md, section 3.4).
func (c *Ctx) answerTooLarge() {
	limit := c.tooLarge
	if limit == 0 {
		if limit = c.maxBody(); limit == 0 {
			limit = c.core.settings.limits.BufferedBody
		}
	}
	response := &c.rc.Response
	response.SetStatusCode(http.StatusRequestEntityTooLarge)
	if c.core.api.Style == Plain {
		c.problem(http.StatusRequestEntityTooLarge)
		return
	}
	mark := len(c.arena)
	c.arena = append(c.arena, "HTTP content length exceeded "...)
	c.arena = strconv.AppendInt(c.arena, limit, 10)
	c.arena = append(c.arena, " bytes."...)
	response.Header.SetContentType("text; charset=utf-8")
	response.SetBodyString(c.arenaText(mark))
	c.writeConnection()
}

// answerProblem answers a fault of a plain document with a problem document (RFC 9457).
func (c *Ctx) answerProblem(kind *faultKind) {
	c.problem(kind.status)
	if c.allow != "" {
		c.rc.Response.Header.Add("Allow", c.allow)
	}
	if c.closes && c.front == frontFast {
		c.rc.Response.Header.SetConnectionClose()
	}
}

func (c *Ctx) problem(status int) {
	mark := len(c.arena)
	c.arena = append(c.arena, `{"type":"about:blank","title":`...)
	c.arena = appendJSONString(c.arena, http.StatusText(status))
	c.arena = append(c.arena, `,"status":`...)
	c.arena = strconv.AppendInt(c.arena, int64(status), 10)
	if c.errorMessageSet {
		c.arena = append(c.arena, `,"detail":`...)
		c.arena = appendJSONString(c.arena, c.errorMessage)
	}
	if c.checks.count > 0 {
		c.arena = append(append(append(c.arena, `,"errors":[`...), c.checks.problems...), ']')
	}
	c.arena = append(c.arena, '}')
	response := &c.rc.Response
	response.SetStatusCode(status)
	response.Header.SetContentType("application/problem+json")
	response.SetBodyString(c.arenaText(mark))
}

// NoRoute is the fault of a request that no route serves; match is the router. REST APIs answer 403 whatever is wrong
// (rest.md, section 1.6); plain documents tell an unknown path from an unknown method.
func (c *Ctx) NoRoute(match func(*Path, Method) int) Fault {
	if c.core.api.Style == REST {
		if authorization := c.field(fieldAuthorization); authorization != "" && !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") {
			return c.Fail(IncompleteSignature, c.incompleteSignature(authorization))
		}
		return MissingAuthenticationToken
	}
	mark := len(c.arena)
	for m := DELETE; m < methodCount; m++ {
		if match(&c.path, m) == 0 {
			continue
		}
		if len(c.arena) > mark {
			c.arena = append(c.arena, ", "...)
		}
		c.arena = append(c.arena, m.String()...)
	}
	if len(c.arena) == mark {
		return NotFound
	}
	c.allow = c.arenaText(mark)
	return MethodNotAllowed
}

// incompleteSignature is what Amazon says of an Authorization header that is no signature (rest.md, section 3.4).
func (c *Ctx) incompleteSignature(authorization string) string {
	mark := len(c.arena)
	word, rest := cutByte(authorization, ' ')
	if rest != "" && strings.IndexByte(rest, '=') < 0 {
		sum := sha256.Sum256([]byte(rest))
		c.arena = append(c.arena, "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"...)
		c.arena = base64.StdEncoding.AppendEncode(c.arena, sum[:])
		c.arena = append(c.arena, "'."...)
		return c.arenaText(mark)
	}
	c.arena = append(c.arena, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "+
		"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization="...)
	c.arena = append(c.arena, word...)
	return c.arenaText(mark)
}
