package runtime

import (
	"errors"
	"io"
	"net/http"
)

// errTooDeep is a body that nests deeper than Limits.Depth.
var errTooDeep = errors.New("JSON nests too deeply")

// nesting follows how deep JSON text nests, piece by piece, before anything of it is parsed.
type nesting struct {
	depth, limit    int
	quoted, escaped bool
	deep            bool // deeper than limit
}

// scan goes on with p. It reports false once the text is too deep.
func (n *nesting) scan(p []byte) bool {
	for _, b := range p {
		switch {
		case n.escaped:
			n.escaped = false
		case n.quoted:
			n.escaped, n.quoted = b == '\\', b != '"'
		case b == '"':
			n.quoted = true
		case b == '{' || b == '[':
			if n.depth++; n.depth > n.limit {
				n.deep = true
				return false
			}
		case b == '}' || b == ']':
			n.depth--
		}
	}
	return true
}

// guardedBody is a body that ends with an error where it nests too deeply, before the rest of it is read.
type guardedBody struct {
	r       io.Reader
	nesting *nesting
}

// Read implements io.Reader.
func (g *guardedBody) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if !g.nesting.scan(p[:n]) {
		return n, &BodyError{status: http.StatusBadRequest, cause: errTooDeep}
	}
	return n, err
}
