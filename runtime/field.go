package runtime

import "strings"

// Field is one header field of a request, as it was sent: order and casing are the client's.
type Field struct {
	Name, Value string

	kind fieldKind
}

// fieldKind is what a header field is to the gateway.
type fieldKind uint8

const (
	fieldOther fieldKind = iota
	fieldAccept
	fieldAcceptEncoding
	fieldAPIID // X-Amzn-Apigateway-Api-Id
	fieldAuthorization
	fieldConnection
	fieldContentEncoding
	fieldContentLength
	fieldContentMD5
	fieldContentType
	fieldDate
	fieldExpect
	fieldForwardedFor
	fieldHost
	fieldKeepAlive
	fieldMaxForwards
	fieldMethodOverride
	fieldProxyAuthenticate
	fieldProxyConnection
	fieldRequestID // x-amzn-RequestId
	fieldServer
	fieldTE
	fieldTraceID // X-Amzn-Trace-Id
	fieldTrailer
	fieldTransferEncoding
	fieldUpgrade
	fieldUserAgent
	fieldVia
	fieldVPC         // X-Amzn-Vpc-Id
	fieldVPCEndpoint // X-Amzn-Vpce-Id
	fieldWWWAuthenticate
	fieldNamed  // named by Connection, and so meant for us alone
	fieldForged // said by somebody who has no say in it
	fieldSpent  // the signature by which the caller was let in

	fieldKinds
)

// fieldRule says where a field goes.
type fieldRule uint8

const (
	// hidden fields are removed before anything sees them (rest.md, section 4.2).
	hidden fieldRule = 1 << iota
	// local fields do not reach a backend by proxying (rest.md, section 4.4).
	local
)

// fieldRules is indexed by Style and fieldKind. In plain documents only what belongs to the connection stays behind,
// and what is forged.
var fieldRules = [2][fieldKinds]fieldRule{
	REST: {
		fieldConnection: hidden | local, fieldContentLength: hidden | local, fieldContentMD5: hidden | local,
		fieldExpect: hidden | local, fieldMaxForwards: hidden | local, fieldProxyAuthenticate: hidden | local,
		fieldServer: hidden | local, fieldTE: hidden | local, fieldTransferEncoding: hidden | local,
		fieldTrailer: hidden | local, fieldUpgrade: hidden | local, fieldWWWAuthenticate: hidden | local,
		fieldKeepAlive: local, fieldProxyConnection: local, fieldNamed: local,
		fieldHost: local, fieldContentEncoding: local, fieldVia: local, fieldTraceID: local, fieldAPIID: local,
		fieldForged: hidden | local, fieldSpent: hidden | local,
	},
	Plain: {
		fieldConnection: local, fieldContentLength: local, fieldExpect: local, fieldProxyAuthenticate: local,
		fieldTE: local, fieldTransferEncoding: local, fieldTrailer: local, fieldUpgrade: local, fieldKeepAlive: local,
		fieldProxyConnection: local, fieldNamed: local, fieldHost: local,
		fieldForged: hidden | local, fieldSpent: hidden | local,
	},
}

// kindOf is the kind of the field name, which is compared without case.
func kindOf(name string) fieldKind {
	for _, k := range &knownFields[min(len(name), len(knownFields)-1)] {
		if k.kind == fieldOther {
			break
		}
		if equalFold(name, k.name) {
			return k.kind
		}
	}
	return fieldOther
}

type knownField struct {
	name string // lower case
	kind fieldKind
}

// knownFields are the field names that mean something to the gateway, by length; no length has more than five.
var knownFields = [26][5]knownField{
	2:  {{"te", fieldTE}},
	3:  {{"via", fieldVia}},
	4:  {{"host", fieldHost}, {"date", fieldDate}},
	6:  {{"accept", fieldAccept}, {"expect", fieldExpect}, {"server", fieldServer}},
	7:  {{"trailer", fieldTrailer}, {"upgrade", fieldUpgrade}},
	10: {{"user-agent", fieldUserAgent}, {"connection", fieldConnection}, {"keep-alive", fieldKeepAlive}},
	11: {{"content-md5", fieldContentMD5}},
	12: {{"content-type", fieldContentType}, {"max-forwards", fieldMaxForwards}},
	13: {{"authorization", fieldAuthorization}, {"x-amzn-vpc-id", fieldVPC}},
	14: {{"content-length", fieldContentLength}, {"x-amzn-vpce-id", fieldVPCEndpoint}},
	15: {{"accept-encoding", fieldAcceptEncoding}, {"x-amzn-trace-id", fieldTraceID}, {"x-forwarded-for", fieldForwardedFor}},
	16: {{"content-encoding", fieldContentEncoding}, {"proxy-connection", fieldProxyConnection}, {"x-amzn-requestid", fieldRequestID}, {"www-authenticate", fieldWWWAuthenticate}},
	17: {{"transfer-encoding", fieldTransferEncoding}},
	18: {{"proxy-authenticate", fieldProxyAuthenticate}},
	22: {{"x-http-method-override", fieldMethodOverride}},
	24: {{"x-amzn-apigateway-api-id", fieldAPIID}},
}

// equalFold reports whether s is lower, which is in lower case, without regard to the case of ASCII letters. Both have
// the same length.
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := len(s) - 1; i >= 0; i-- { // names that share a length mostly differ at their ends
		b := s[i]
		if b-'A' <= 'Z'-'A' {
			b |= 0x20
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}

// sameName reports whether two field names are the same.
func sameName(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// Fields are the client's header fields, all of them, in their order. They are not to be changed.
func (c *Ctx) Fields() []Field { return c.fields }

// ToBackend reports whether a proxied request carries f on. Fields that a mapping replaces, and those that a proxy
// writes itself (Host, Content-Length), are not among them (rest.md, sections 4.2 and 4.4).
func (c *Ctx) ToBackend(f *Field) bool {
	return fieldRules[c.core.api.Style][f.kind]&local == 0
}

// visible reports whether mappings see f.
func (c *Ctx) visible(f *Field) bool {
	return fieldRules[c.core.api.Style][f.kind]&hidden == 0
}

// scanFields reads raw, a header block as it came, with the blank line at its end, into c.fields. It is strict where
// lenience lets two readers of one request disagree: each line ends in CRLF, no line is folded, a name is a token with
// the colon right behind it, and values have no control bytes (RFC 9112, sections 2.2 and 5).
func (c *Ctx) scanFields(raw string) bool {
	for len(raw) > 0 {
		end := strings.IndexByte(raw, '\n')
		if end < 1 || raw[end-1] != '\r' {
			return false
		}
		line := raw[:end-1]
		raw = raw[end+1:]
		if len(line) == 0 {
			return len(raw) == 0
		}
		colon := 0
		for colon < len(line) && nameBytes[line[colon]] {
			colon++
		}
		if colon == 0 || colon == len(line) || line[colon] != ':' {
			return false
		}
		if !c.addField(line[:colon], trimSpace(line[colon+1:])) {
			return false
		}
	}
	return true
}

// addField takes one field and notes those that the gateway itself reads. It reports false for a value that may not be
// sent on.
func (c *Ctx) addField(name, value string) bool {
	if hasControl(value) {
		return false
	}
	kind := kindOf(name)
	c.fields = append(c.fields, Field{Name: name, Value: value, kind: kind})
	if kind != fieldOther {
		c.counts[kind]++
		c.known[kind] = int16(len(c.fields)) // a later one wins, as it does in mappings
	}
	return len(c.fields) < maxFields
}

// maxFields bounds the fields of a request. Head sizes are bounded by the listener; this bounds our indexes.
const maxFields = 1 << 14

// field is the value of the last field of kind.
func (c *Ctx) field(kind fieldKind) string {
	if i := c.known[kind]; i != 0 {
		return c.fields[i-1].Value
	}
	return ""
}

// trimSpace is s without spaces and tabs around it.
func trimSpace(s string) string {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// hasControl reports whether s has a control byte other than a tab: such a text must never stand in a header.
func hasControl(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		word := wordAt(s, i)
		if anyBelow(word, 0x20)|anyEqual(word, 0x7f) != 0 && controlIn(s[i:i+8]) {
			return true
		}
	}
	return controlIn(s[i:])
}

func controlIn(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < 0x20 && b != '\t' || b == 0x7f {
			return true
		}
	}
	return false
}

// hasToken reports whether list, comma-separated, has token, which is in lower case.
func hasToken(list, token string) bool {
	for len(list) > 0 {
		item := list
		if comma := strings.IndexByte(list, ','); comma >= 0 {
			item, list = list[:comma], list[comma+1:]
		} else {
			list = ""
		}
		if equalFold(trimSpace(item), token) {
			return true
		}
	}
	return false
}
