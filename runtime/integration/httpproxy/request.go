package httpproxy

import (
	"fmt"
	"strconv"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
)

// appendRequest appends the head of the request to x.t, the empty line included. Each attempt is signed anew.
func (x *exchange) appendRequest(b []byte) ([]byte, error) {
	b = append(append(b, x.method...), ' ')
	b = append(append(b, x.t.base...), x.path...)
	b = x.appendQuery(b)
	b = append(b, " HTTP/1.1\r\n"...)
	b = x.appendMapped(b)
	switch x.kind {
	case proxying:
		b = x.appendClient(b)
		b = x.appendAmazon(b)
	case forwarding:
		b = x.appendClient(b)
		b = x.appendForwarded(b)
	case invoking, serving:
		b = x.appendOwn(b)
		b = x.appendAmazon(b)
	}
	b = x.appendFraming(b)
	if x.signer != nil {
		signed, err := x.signer.Sign(b, x.whole, x.stream != nil)
		if err != nil {
			return b, fmt.Errorf("%w: %w", errUnsigned, err)
		}
		b = signed
	}
	return append(b, "\r\n"...), nil
}

// appendQuery adds to the uri's query, behind it, the client's where the integration is a proxy, and the mapped pairs:
// they all add up (rest.md, section 8).
func (x *exchange) appendQuery(b []byte) []byte {
	if x.kind == serving {
		return b // the service's package has put it together
	}
	mark := byte('?')
	if strings.IndexByte(x.path, '?') >= 0 {
		mark = '&'
	}
	if query := x.c.RawQuery(); query != "" && !x.alone() {
		b = append(append(b, mark), query...)
		mark = '&'
	}
	if added := x.out.AddedQuery(); len(added) > 0 {
		b = append(append(b, mark), added...)
	}
	return b
}

// appendMapped adds the mapped headers and Host, which is the target's unless it is mapped (rest.md, section 4.3).
func (x *exchange) appendMapped(b []byte) []byte {
	if x.kind == serving {
		return x.appendServing(b)
	}
	host := x.t.host
	fields := x.out.Fields()
	for i := range fields {
		if equalFold(fields[i].Name, "host") {
			host = fields[i].Value
		}
	}
	b = appendField(b, "Host", host)
	for i := range fields {
		if f := &fields[i]; !equalFold(f.Name, "host") {
			b = appendField(b, f.Name, f.Value)
		}
	}
	return b
}

// appendClient adds those of the client's headers that go on and are not mapped.
func (x *exchange) appendClient(b []byte) []byte {
	fields, mapped := x.c.Fields(), len(x.out.Fields()) > 0
	for i := range fields {
		f := &fields[i]
		if !x.c.ToBackend(f) || mapped && x.out.Replaces(f) {
			continue
		}
		if x.kind == forwarding && isForwarded(f.Name) {
			continue
		}
		b = appendField(b, f.Name, f.Value)
	}
	return b
}

// appendAmazon adds what Amazon's gateway tells every backend (rest.md, section 4.4).
func (x *exchange) appendAmazon(b []byte) []byte {
	b = appendField(b, "X-Amzn-Apigateway-Api-Id", x.c.Core().API().ID)
	return appendField(b, "X-Amzn-Trace-Id", x.c.TraceHeader())
}

// appendOwn adds the headers that stand in for the client's where none of those goes on (rest.md, section 4.4).
func (x *exchange) appendOwn(b []byte) []byte {
	if !x.maps("Accept") {
		b = appendField(b, "Accept", "application/json")
	}
	if !x.maps("User-Agent") {
		b = append(append(b, "User-Agent: AmazonAPIGateway_"...), x.c.Core().API().ID...)
		b = append(b, "\r\n"...)
	}
	if x.hasBody() && !x.maps("Content-Type") {
		kind := x.c.ContentType()
		if kind == "" {
			kind = "application/json"
		}
		b = appendField(b, "Content-Type", kind)
	}
	return b
}

func (x *exchange) maps(name string) bool {
	return len(x.out.Fields()) > 0 && x.out.Replaces(&gw.Field{Name: name})
}

// appendForwarded tells the backend whom it serves. What the client itself says of that is not passed on; a trusted
// proxy in front knows better than the gateway which scheme, host and port the client asked for. The client's address
// is looked up once for the whole gateway.
func (x *exchange) appendForwarded(b []byte) []byte {
	if addr := x.c.ClientAddr(); addr != "" {
		b = appendField(b, "X-Forwarded-For", addr)
	}
	trusted := x.c.PeerTrusted()
	b = x.appendAsked(b, "X-Forwarded-Proto", x.c.Scheme(), trusted)
	b = x.appendAsked(b, "X-Forwarded-Host", x.c.Host(), trusted)
	return x.appendAsked(b, "X-Forwarded-Port", "", trusted)
}

// appendAsked adds the field name: what a trusted proxy says in it, else own, unless that is empty.
func (x *exchange) appendAsked(b []byte, name, own string, trusted bool) []byte {
	if trusted {
		fields := x.c.Fields()
		for i := range fields {
			if f := &fields[i]; len(f.Name) == len(name) && strings.EqualFold(f.Name, name) && f.Value != "" {
				own = f.Value // the last one is the nearest proxy's
			}
		}
	}
	if own == "" {
		return b
	}
	return appendField(b, name, own)
}

// isForwarded reports whether a field is one that appendForwarded writes, or its standard form (RFC 7239).
func isForwarded(name string) bool {
	switch len(name) {
	case len("forwarded"):
		return equalFold(name, "forwarded")
	case len("x-forwarded-for"):
		return equalFold(name, "x-forwarded-for")
	case len("x-forwarded-host"):
		return equalFold(name, "x-forwarded-host") || equalFold(name, "x-forwarded-port")
	case len("x-forwarded-proto"):
		return equalFold(name, "x-forwarded-proto")
	}
	return false
}

// appendFraming adds how long the body is.
func (x *exchange) appendFraming(b []byte) []byte {
	switch {
	case x.hasBody() && x.size >= 0:
		b = append(b, "Content-Length: "...)
		return append(strconv.AppendInt(b, x.size, 10), "\r\n"...)
	case x.hasBody():
		return append(b, "Transfer-Encoding: chunked\r\n"...)
	case x.method == "POST" || x.method == "PUT" || x.method == "PATCH":
		return append(b, "Content-Length: 0\r\n"...)
	}
	return b
}

func appendField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), "\r\n"...)
}

// equalFold reports whether name is lower, which is in lower case, without regard to the case of ASCII letters.
func equalFold(name, lower string) bool {
	return len(name) == len(lower) && strings.EqualFold(name, lower)
}
