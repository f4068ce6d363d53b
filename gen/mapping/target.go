package mapping

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// ParseRequestTarget reads the key of a request mapping: integration.request.{path,querystring,header}.NAME.
func ParseRequestTarget(text string) (Target, *Problem) {
	return parseTarget(text, "integration.request", Path, Query, Header)
}

// ParseResponseTarget reads the key of a response mapping: method.response.header.NAME.
func ParseResponseTarget(text string) (Target, *Problem) {
	return parseTarget(text, "method.response", Header)
}

// ParseGatewayResponseTarget reads the key of a mapping of a gateway response: gatewayresponse.header.NAME, or
// one with path or querystring, which have no effect (rest.md 1.5).
func ParseGatewayResponseTarget(text string) (Target, *Problem) {
	return parseTarget(text, "gatewayresponse", Header, Path, Query)
}

func parseTarget(text, prefix string, positions ...In) (Target, *Problem) {
	e := &expression{text}
	rest, ok := strings.CutPrefix(text, prefix+".")
	if !ok {
		return Target{}, e.problem(diag.BadTarget, 0, len(text), fmt.Sprintf("%q is no target of this mapping", text),
			fmt.Sprintf("the target is written %s.%s.NAME", prefix, positions[0]))
	}
	at := len(prefix) + 1
	position, name, named := strings.Cut(rest, ".")
	var words []string
	for _, in := range positions {
		if in.String() != position {
			words = append(words, in.String())
			continue
		}
		switch {
		case !named || name == "":
			return Target{}, e.problem(diag.BadTarget, 0, len(text), fmt.Sprintf("%s names nothing", text), "add a dot and the name of what is meant")
		case !isName(name):
			return Target{}, e.badName(at+len(position)+1, name)
		}
		return Target{In: in, Name: name}, nil
	}
	p := e.badPosition(at, position, prefix, words)
	p.Code = diag.BadTarget
	return Target{}, p
}
