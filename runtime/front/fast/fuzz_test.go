package fast

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"
)

// FuzzHead wants that a head which is taken means the same to two other parsers: where it ends, how long the body is.
func FuzzHead(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /a?b HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
		"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: a, Close\r\n\r\n0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nA: \rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
	} {
		f.Add([]byte(seed), 7)
	}
	f.Fuzz(func(t *testing.T, raw []byte, cut int) {
		var h head
		h.reset()
		status := h.scan(raw)
		pieces(t, raw, cut, &h, status)
		if status != 0 || h.size == 0 || h.preface {
			return
		}
		agree(t, raw, &h)
	})
}

// pieces wants the same finding when the head comes in two pieces.
func pieces(t *testing.T, raw []byte, cut int, whole *head, want int) {
	var h head
	h.reset()
	status := 0
	if 0 <= cut && cut < len(raw) {
		status = h.scan(raw[:cut])
	}
	if status == 0 && h.size == 0 {
		status = h.scan(raw)
	}
	if status != want || status == 0 && h != *whole {
		t.Fatalf("%q cut at %d: %d %+v, whole: %d %+v", raw, cut, status, h, want, *whole)
	}
}

func agree(t *testing.T, raw []byte, h *head) {
	var parsed fasthttp.RequestHeader
	parsed.DisableNormalizing()
	br := bufio.NewReaderSize(bytes.NewReader(raw), len(raw)+16)
	if parsed.Read(br) == nil {
		if rest := br.Buffered(); len(raw)-rest != h.size {
			t.Fatalf("%q: head of %d bytes, fasthttp: %d", raw, h.size, len(raw)-rest)
		}
		if n := parsed.ContentLength(); h.chunked != (n == -1) || h.length >= 0 && int64(n) != h.length {
			t.Fatalf("%q: length %d, chunked %t, fasthttp: %d", raw, h.length, h.chunked, n)
		}
		if h.hosts == 1 && !bytes.Equal(parsed.Host(), bytes.Trim(parsed.Host(), "\r\n ")) {
			t.Fatalf("%q: host %q", raw, parsed.Host())
		}
	}
	req, err := http.ReadRequest(bufio.NewReaderSize(bytes.NewReader(raw), len(raw)+16))
	if err != nil {
		return // stricter about targets and hosts; the gateway judges those later
	}
	if h.chunked != (len(req.TransferEncoding) > 0) || h.length >= 0 && req.ContentLength != h.length {
		t.Fatalf("%q: length %d, chunked %t, net/http: %d %q", raw, h.length, h.chunked, req.ContentLength, req.TransferEncoding)
	}
}

// FuzzChunks wants that a body which is taken is the same to the standard library, and ends at the same byte.
func FuzzChunks(f *testing.F) {
	for _, seed := range []string{
		"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\nGET", "3;a=b\r\nabc\r\n00\r\nA: b\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
		"A\r\n0123456789\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "3 \r\nabc\r\n0\r\n\r\n", "0\r\nno trailer\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		source := strings.NewReader(raw)
		b := body{br: bufio.NewReader(source), sock: &sock{}, chunked: true, max: -1}
		got, err := io.ReadAll(&b)
		if err != nil {
			return
		}
		other := bufio.NewReader(strings.NewReader(raw))
		want, err := io.ReadAll(httputil.NewChunkedReader(other))
		if err != nil || string(want) != string(got) {
			t.Fatalf("%q is %q; net/http: %q, %v", raw, got, want, err)
		}
		if used := len(raw) - source.Len() - b.br.Buffered(); !strings.HasSuffix(raw[:used], "\r\n") {
			t.Fatalf("%q ends at %d", raw, used)
		}
		for end := range len(raw) + 1 {
			if brokenChunks([]byte(raw[:end])) {
				t.Fatalf("%q is right, and its beginning %q is not", raw, raw[:end])
			}
		}
	})
}
