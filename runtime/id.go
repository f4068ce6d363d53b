package runtime

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
)

const lowerHex = "0123456789abcdef"

// hexPairs are the two digits of each byte value.
var hexPairs = func() (pairs [256][2]byte) {
	for b := range pairs {
		pairs[b] = [2]byte{lowerHex[b>>4], lowerHex[b&0x0f]}
	}
	return pairs
}()

// appendHex appends the lowest digits hexadecimal digits of v, an even number.
func appendHex(dst []byte, v uint64, digits int) []byte {
	for shift := 4*digits - 8; shift >= 0; shift -= 8 {
		pair := &hexPairs[byte(v>>shift)]
		dst = append(dst, pair[0], pair[1])
	}
	return dst
}

// RequestID is $context.requestId: the client's own x-amzn-RequestId when it is a UUID, else a new one (rest.md,
// section 14). Ids need to be unique, not secret.
func (c *Ctx) RequestID() string {
	if c.requestID == "" {
		if sent := c.field(fieldRequestID); isUUID(sent) {
			c.requestID = sent
			return sent
		}
		mark := len(c.arena)
		c.arena = appendUUID(c.arena, rand.Uint64(), rand.Uint64())
		c.requestID = c.arenaText(mark)
	}
	return c.requestID
}

// appendUUID appends a version 4 UUID of 122 of the given bits.
func appendUUID(dst []byte, high, low uint64) []byte {
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	var id [36]byte
	for i, at := range uuidPairs {
		half := high
		if i >= 8 {
			half = low
		}
		pair := &hexPairs[byte(half>>(56-8*(i&7)))]
		id[at], id[at+1] = pair[0], pair[1]
	}
	id[8], id[13], id[18], id[23] = '-', '-', '-', '-'
	return append(dst, id[:]...)
}

// uuidPairs is where the digits of a UUID's bytes stand.
var uuidPairs = [16]uint8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if unhex[s[i]] > 0x0f {
				return false
			}
		}
	}
	return true
}

// ExtendedRequestID is $context.extendedRequestId, the value of x-amz-apigw-id: 11 bytes in base64url.
func (c *Ctx) ExtendedRequestID() string {
	if c.extendedID == "" {
		var raw [16]byte
		binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
		binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
		mark := len(c.arena)
		c.arena = base64.URLEncoding.AppendEncode(c.arena, raw[:11])
		c.extendedID = c.arenaText(mark)
	}
	return c.extendedID
}

// TraceHeader is the value of X-Amzn-Trace-Id for backends and for the answer: what the client sent, completed, or a
// new root (rest.md, section 4.5).
func (c *Ctx) TraceHeader() string {
	if c.traceID == "" {
		mark := len(c.arena)
		c.arena = c.appendTrace(c.arena, c.field(fieldTraceID))
		c.traceID = c.arenaText(mark)
	}
	return c.traceID
}

// appendTrace appends the trace header that follows from the one sent. A lone root gets a parent; without Sampled a
// request is sampled when it came with a parent.
func (c *Ctx) appendTrace(dst []byte, sent string) []byte {
	root, parent, sampled := traceParts(sent)
	dst = append(dst, "Root="...)
	if root == "" {
		dst = append(dst, "1-"...)
		dst = append(appendHex(dst, uint64(c.Time().Unix()), 8), '-')
		dst = appendHex(dst, rand.Uint64(), 16)
		return appendHex(dst, rand.Uint64(), 8)
	}
	dst = append(append(dst, root...), ";Parent="...)
	if parent == "" {
		dst = appendHex(dst, rand.Uint64(), 16)
	} else {
		dst = append(dst, parent...)
	}
	dst = append(dst, ";Sampled="...)
	switch {
	case sampled != "":
		return append(dst, sampled...)
	case parent != "":
		return append(dst, '1')
	default:
		return append(dst, '0')
	}
}

// traceParts are the values of an X-Amzn-Trace-Id header.
func traceParts(sent string) (root, parent, sampled string) {
	for sent != "" {
		var part string
		part, sent = cutByte(sent, ';')
		key, value := cutByte(trimSpace(part), '=')
		switch key {
		case "Root":
			root = value
		case "Parent":
			parent = value
		case "Sampled":
			sampled = value
		}
	}
	return root, parent, sampled
}

// cutByte is s before and behind its first sep.
func cutByte(s string, sep byte) (before, after string) {
	for i := range len(s) {
		if s[i] == sep {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
