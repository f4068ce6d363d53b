package sigv4

import (
	"crypto/sha256"
	"strings"
	"time"
	"unsafe"

	gw "github.com/gatewright/gatewright/runtime"
)

// algorithm is the only one that is taken.
const algorithm = "AWS4-HMAC-SHA256"

// claim is what a request says of its signature. Its texts are the request's.
type claim struct {
	presigned     bool   // the query form
	ambiguous     bool   // something is there twice or broken, so that it cannot match
	authorization string // the header, empty in the query form
	algorithm     string
	credential    string
	signedHeaders string
	signature     string
	token         string
	payload       string // X-Amz-Content-Sha256
	length        string // X-Amz-Decoded-Content-Length
	date          string // as it was sent
	expires       string // X-Amz-Expires

	stamp string    // the time in the form that is signed
	at    time.Time // it
	keyID string
	day   string
	scope string // day, region, service and terminator
}

// work is the memory of checking one request.
type work struct {
	claim
	text      []byte // of pairs
	pairs     []pair
	encoded   bool // the query has what is encoded
	names     []string
	canonical []byte
	toSign    []byte
	made      []byte // the signature as it should be
	digest    [2 * sha256.Size]byte
	sum       [sha256.Size]byte
}

func newWork() *work {
	return &work{
		names: make([]string, 0, 16), pairs: make([]pair, 0, 16), text: make([]byte, 0, 512),
		canonical: make([]byte, 0, 2048), toSign: make([]byte, 0, 256), made: make([]byte, 0, 2*sha256.Size),
	}
}

// Bounds of what a pooled work keeps.
const (
	keptText  = 64 << 10
	keptPairs = 1 << 10
)

func (w *work) reset() {
	w.claim = claim{}
	clear(w.names)
	clear(w.pairs)
	w.names, w.pairs, w.text, w.encoded = w.names[:0], w.pairs[:0], w.text[:0], false
}

// Parameters of the query form.
const (
	algorithmParam     = "X-Amz-Algorithm"
	credentialParam    = "X-Amz-Credential"
	signatureParam     = "X-Amz-Signature"
	signedHeadersParam = "X-Amz-SignedHeaders"
	dateParam          = "X-Amz-Date"
	expiresParam       = "X-Amz-Expires"
	tokenParam         = "X-Amz-Security-Token"
	payloadParam       = "X-Amz-Content-Sha256"
)

// readClaim reads the signature in whichever form it is. What must be there is there afterwards.
func (w *work) readClaim(c *gw.Ctx) gw.Fault {
	if !w.readQuery(c.RawQuery()) {
		w.ambiguous = true
	}
	signed := w.readFields(c)
	_, algorithms := w.param(algorithmParam)
	switch {
	case signed && algorithms > 0:
		return c.Fail(gw.InvalidSignature, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case signed:
		return w.readAuthorization(c)
	case algorithms > 0 || w.hasParam(credentialParam) || w.hasParam(signatureParam):
		return w.readParams(c)
	default:
		return gw.MissingAuthenticationToken
	}
}

func (w *work) hasParam(name string) bool {
	_, count := w.param(name)
	return count > 0
}

// readFields reads the header fields that speak of the signature. It reports whether there is an Authorization.
func (w *work) readFields(c *gw.Ctx) (signed bool) {
	httpDate := ""
	fields := c.Fields()
	for i := range fields {
		f := &fields[i]
		switch len(f.Name) {
		case len("date"):
			if isName(f.Name, "date") {
				w.once(&httpDate, f.Value)
			}
		case len("x-amz-date"):
			if isName(f.Name, "x-amz-date") {
				w.once(&w.date, f.Value)
			}
		case len("authorization"):
			if isName(f.Name, "authorization") {
				signed = true
				w.once(&w.authorization, f.Value)
			}
		case len("x-amz-security-token"): // and of x-amz-content-sha256
			if isName(f.Name, "x-amz-security-token") {
				w.once(&w.token, f.Value)
			} else if isName(f.Name, "x-amz-content-sha256") {
				w.once(&w.payload, f.Value)
			}
		case len("x-amz-decoded-content-length"):
			if isName(f.Name, "x-amz-decoded-content-length") {
				w.once(&w.length, f.Value)
			}
		}
	}
	if w.date == "" {
		w.date = httpDate
	}
	return signed
}

// once takes a value that may be there once only: readers differ in which of two they take.
func (w *work) once(to *string, value string) {
	if *to != "" {
		w.ambiguous = true
	}
	*to = value
}

// readAuthorization reads the header form.
func (w *work) readAuthorization(c *gw.Ctx) gw.Fault {
	name, rest, _ := strings.Cut(w.authorization, " ")
	w.algorithm = name
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		if part = strings.Trim(part, " \t"); part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return w.noPair(c, part)
		}
		switch key {
		case "Credential":
			w.once(&w.credential, value)
		case "SignedHeaders":
			w.once(&w.signedHeaders, value)
		case "Signature":
			w.once(&w.signature, value)
		}
	}
	if w.credential == "" || w.signature == "" || w.signedHeaders == "" || w.date == "" {
		return w.incompleteHeader(c)
	}
	return gw.OK
}

// readParams reads the query form.
func (w *work) readParams(c *gw.Ctx) gw.Fault {
	w.presigned = true
	w.date = ""
	w.take(&w.algorithm, algorithmParam)
	w.take(&w.credential, credentialParam)
	w.take(&w.signature, signatureParam)
	w.take(&w.signedHeaders, signedHeadersParam)
	w.take(&w.date, dateParam)
	w.take(&w.expires, expiresParam)
	w.take(&w.token, tokenParam)
	w.take(&w.payload, payloadParam)
	if w.algorithm == "" || w.credential == "" || w.signature == "" || w.signedHeaders == "" || w.date == "" {
		return w.incompleteQuery(c)
	}
	return gw.OK
}

// take takes a parameter, if it is there, in place of nothing else.
func (w *work) take(to *string, name string) {
	value, count := w.param(name)
	if count > 1 {
		w.ambiguous = true
	}
	if count > 0 {
		w.once(to, value)
	}
}

// bytesOf is s without a copy, for reading only.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// text is b without a copy, for as long as b stays as it is.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
