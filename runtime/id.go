package runtime

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
)

const lowerHex = "0123456789abcdef"

// hex8 is v in eight hexadecimal digits, the first in the highest byte. It works on all digits at once, as every
// request has ids.
func hex8(v uint32) uint64 {
	x := uint64(v)
	x = (x<<16 | x) & 0x0000ffff0000ffff
	x = (x<<8 | x) & 0x00ff00ff00ff00ff
	x = (x<<4 | x) & 0x0f0f0f0f0f0f0f0f
	letters := (x + 0x0606060606060606) >> 4 & 0x0101010101010101
	return x + 0x3030303030303030 + letters*('a'-'0'-10)
}

// appendHex8 appends v in eight hexadecimal digits.
func appendHex8(dst []byte, v uint32) []byte { return binary.BigEndian.AppendUint64(dst, hex8(v)) }

// appendHex16 appends v in sixteen hexadecimal digits.
func appendHex16(dst []byte, v uint64) []byte {
	return appendHex8(appendHex8(dst, uint32(v>>32)), uint32(v))
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
	time, version := hex8(uint32(high>>32)), hex8(uint32(high))
	variant, node := hex8(uint32(low>>32)), hex8(uint32(low))
	binary.BigEndian.PutUint64(id[:], time)
	binary.BigEndian.PutUint32(id[9:], uint32(version>>32))
	binary.BigEndian.PutUint32(id[14:], uint32(version))
	binary.BigEndian.PutUint32(id[19:], uint32(variant>>32))
	binary.BigEndian.PutUint32(id[24:], uint32(variant))
	binary.BigEndian.PutUint64(id[28:], node)
	id[8], id[13], id[18], id[23] = '-', '-', '-', '-'
	return append(dst, id[:]...)
}

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
		dst = append(appendHex8(dst, uint32(c.Time().Unix())), '-')
		return appendHex8(appendHex16(dst, rand.Uint64()), rand.Uint32())
	}
	dst = append(append(dst, root...), ";Parent="...)
	if parent == "" {
		dst = appendHex16(dst, rand.Uint64())
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
