package lambda

import (
	"strconv"
	"strings"
)

// This file has the rules for what a function returns that rest.md, section 7.2 leaves open. Amazon reads the answer with
// a Java library that makes texts of scalars; a header value of true, which prints `true`, is recorded.

// maxHeaders bounds the values of headers and cookies in an answer. Amazon bounds all headers together to 10 KiB, so that
// no function needs more; with it merging the two maps takes a bounded time.
const maxHeaders = 512

// maxPrelude is where the body of a streamed answer begins at the latest: within the first 16 KB, says Amazon's guide.
const maxPrelude = 16 << 10

// lambdaPayload is how large an event or a result may be in Lambda, where Amazon's limits are imposed: a larger event is
// 413 (rest.md, section 3.4), and a function whose result is larger has failed.
const lambdaPayload = 6_291_556

// notParsed is what Lambda's Invoke API answers to an event that is no JSON (mapping-templates.md, section 6). Amazon's
// gateway takes it for the function's result: it has no errorMessage, so that it goes the way of a success. What Lambda says
// of the place in the event is left out.
const notParsed = `{"Type":"User","message":"Could not parse request body into json"}`

// scalarText is the text that a header value or a body stands for. A number is its text in the JSON: that is what the
// library makes of it where a text is wanted. A null is no value at all: the header is absent, the body empty.
func scalarText(kind kind, s string) (value string, present, ok bool) {
	switch kind {
	case kindString, kindNumber, kindTrue, kindFalse:
		return s, true, true
	case kindNull:
		return "", false, true
	default:
		return "", false, false
	}
}

// statusOf is the statusCode. Null counts as absent, which is 200. A numeric string is as good as a number (recorded), and
// 200.0 as good as 200, as some languages have no other numbers; any other fraction is not. Below 200 nothing is a final
// answer, so that the client would wait for one: it is malformed as what lies outside 100 to 599 is (decisions.md).
func statusOf(kind kind, s string) (status int, ok bool) {
	switch kind {
	case kindNull:
		return 200, true
	case kindString:
		s = strings.TrimSpace(s)
	case kindNumber:
		if whole, fraction, has := strings.Cut(s, "."); has && strings.Trim(fraction, "0") == "" {
			s = whole
		}
	default:
		return 0, false
	}
	if len(s) != 3 {
		return 0, false
	}
	status, err := strconv.Atoi(s)
	return status, err == nil && 200 <= status && status <= 599
}

// flagOf is isBase64Encoded. The texts true and false are taken as the library takes them; a number, which it would take
// too, is more likely a mistake than meant.
func flagOf(kind kind, s string) (flag, ok bool) {
	switch kind {
	case kindTrue:
		return true, true
	case kindFalse, kindNull:
		return false, true
	case kindString:
		return s == "true", s == "true" || s == "false" || s == ""
	default:
		return false, false
	}
}

// soundName reports whether name can be that of a header field (RFC 9110, section 5.1). One that cannot makes the answer
// malformed: it would spoil the answer's framing.
func soundName(name string) bool {
	for i := range len(name) {
		b := name[i]
		switch {
		case lower(b)-'a' <= 'z'-'a', b-'0' <= 9:
		case strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0:
		default:
			return false
		}
	}
	return name != ""
}

// soundValue reports whether value has no byte that would end its line.
func soundValue(value string) bool {
	for i := range len(value) {
		if b := value[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// ownField reports whether a header of the function gives way to one that the gateway writes itself: two trace ids would
// contradict each other. Others of this kind are remapped (rest.md, section 4.5).
func ownField(name string) bool { return sameName(name, "X-Amzn-Trace-Id") }
