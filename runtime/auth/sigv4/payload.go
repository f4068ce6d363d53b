package sigv4

import (
	"bytes"
	"crypto/sha256"

	gw "github.com/gatewright/gatewright/runtime"
)

// Values of X-Amz-Content-Sha256 that are no hash.
const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	chunkedPayload  = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
)

// payloadHash is the last line of the canonical request: what X-Amz-Content-Sha256 says, else the hash of the body. What
// the field says is checked behind the signature, so that a body is not read for whoever cannot sign.
func (w *work) payloadHash(c *gw.Ctx) (string, gw.Fault) {
	if w.payload != "" {
		return w.payload, gw.OK
	}
	return w.bodyHash(c)
}

// bodyHash is the hash of the body as it was sent. It lies in w.
func (w *work) bodyHash(c *gw.Ctx) (string, gw.Fault) {
	body, f := c.SentBody()
	if f != gw.OK {
		return "", f
	}
	sum := sha256.Sum256(body)
	return text(appendHex(w.digest[:0], sum[:])), gw.OK
}

// checkPayload asks that the body is what the signature says. Other forms than a hash, unsigned and signed pieces are
// refused, as nothing could be checked.
func (w *work) checkPayload(c *gw.Ctx, key *dayKey) gw.Fault {
	switch w.payload {
	case "", unsignedPayload:
		return gw.OK
	case chunkedPayload:
		body, f := c.SentBody()
		if f != gw.OK {
			return f
		}
		plain, ok := w.joinChunks(body, key)
		if !ok || int64(len(plain)) != number(w.length, 10) {
			return gw.InvalidSignature
		}
		c.Unframe(plain)
		return gw.OK
	}
	hash, f := w.bodyHash(c)
	if f == gw.OK && hash != w.payload {
		return w.mismatch(c, hash)
	}
	return f
}

// emptyHash is the hash of nothing.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// joinChunks checks the signatures of all pieces, each of which covers the one before it, and puts the pieces together
// where framed lies.
func (w *work) joinChunks(framed []byte, key *dayKey) (plain []byte, ok bool) {
	plain = framed[:0]
	before := w.signature
	for {
		piece, signature, rest, ok := nextChunk(framed)
		if !ok {
			return nil, false
		}
		sum := sha256.Sum256(piece)
		dst := append(append(w.toSign[:0], algorithm+"-PAYLOAD\n"...), w.stamp...)
		dst = append(append(append(dst, '\n'), w.scope...), '\n')
		dst = append(append(dst, before...), "\n"+emptyHash+"\n"...)
		w.toSign = appendHex(dst, sum[:])
		w.made = key.sign(w.made[:0], w.toSign, &w.sum)
		if !same(text(w.made), text(signature)) {
			return nil, false
		}
		if len(piece) == 0 {
			return plain, len(rest) == 0
		}
		w.digest = [len(w.digest)]byte(w.made)
		before, framed = text(w.digest[:]), rest
		plain = append(plain, piece...)
	}
}

// nextChunk takes the first piece off framed: its size in hexadecimal digits, ;chunk-signature= with the signature, a
// line end, the data, a line end.
func nextChunk(framed []byte) (piece, signature, rest []byte, ok bool) {
	const mark = ";chunk-signature="
	end := bytes.Index(framed[:min(len(framed), maxChunkHead)], []byte("\r\n"))
	if end < 0 {
		return nil, nil, nil, false
	}
	head := framed[:end]
	rest = framed[end+2:]
	at := bytes.Index(head, []byte(mark))
	if at < 0 {
		return nil, nil, nil, false
	}
	size := number(text(head[:at]), 16)
	signature = head[at+len(mark):]
	if size < 0 || size > int64(len(rest)-2) || string(rest[size:size+2]) != "\r\n" {
		return nil, nil, nil, false
	}
	return rest[:size], signature, rest[size+2:], true
}

// maxChunkHead bounds the line in front of a piece.
const maxChunkHead = 128
