package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// attack is a request that must not reach a backend.
type attack struct {
	name string
	send string
	want string // the status of the one answer; empty: closed without any
}

const host = "Host: example.org\r\n"

func attacks() []attack {
	long := strings.Repeat("a", 20000)
	list := []attack{
		{"bare line feed after the request line", "GET / HTTP/1.1\n" + host + "\r\n", "400"},
		{"bare line feed after a header", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", "400"},
		{"bare line feed as the end", "GET / HTTP/1.1\r\nHost: x\r\n\n", "400"},
		{"only line feeds", "GET / HTTP/1.1\nHost: x\n\n", "400"},
		{"carriage return inside a value", "GET / HTTP/1.1\r\n" + host + "A: b\rc\r\n\r\n", "400"},
		{"carriage return inside a name", "GET / HTTP/1.1\r\n" + host + "A\r: b\r\n\r\n", "400"},
		{"folded header", "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n", "400"},
		{"folded header with a tabulator", "GET / HTTP/1.1\r\n" + host + "A: b\r\n\tTransfer-Encoding: chunked\r\n\r\n", "400"},
		{"folded first header", "GET / HTTP/1.1\r\n A: b\r\n" + host + "\r\n", "400"},
		{"space before the colon", "POST / HTTP/1.1\r\n" + host + "Content-Length : 3\r\n\r\nabc", "400"},
		{"tabulator before the colon", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", "400"},
		{"space inside a name", "GET / HTTP/1.1\r\n" + host + "Content Length: 3\r\n\r\n", "400"},
		{"no name", "GET / HTTP/1.1\r\n" + host + ": b\r\n\r\n", "400"},
		{"no colon", "GET / HTTP/1.1\r\n" + host + "abc\r\n\r\n", "400"},
		{"NUL in a value", "GET / HTTP/1.1\r\n" + host + "A: b\x00c\r\n\r\n", "400"},
		{"NUL in a name", "GET / HTTP/1.1\r\n" + host + "A\x00: c\r\n\r\n", "400"},
		{"NUL in the target", "GET /\x00 HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"escaped NUL in the target", "GET /a%00b HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"control byte in a value", "GET / HTTP/1.1\r\n" + host + "A: b\x07\r\n\r\n", "400"},
		{"DEL in a value", "GET / HTTP/1.1\r\n" + host + "A: b\x7f\r\n\r\n", "400"},
		{"byte beyond ASCII in a name", "GET / HTTP/1.1\r\n" + host + "\xc3\xa4: b\r\n\r\n", "400"},

		{"length and chunks", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
		{"chunks and length", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", "400"},
		{"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400"},
		{"two equal lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400"},
		{"lengths in a list", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3, 3\r\n\r\nabc", "400"},
		{"signed length", "POST / HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc", "400"},
		{"negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -3\r\n\r\nabc", "400"},
		{"hexadecimal length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x3\r\n\r\nabc", "400"},
		{"empty length", "POST / HTTP/1.1\r\n" + host + "Content-Length: \r\n\r\nabc", "400"},
		{"endless length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\nabc", "400"},
		{"length with a vertical tabulator", "POST / HTTP/1.1\r\n" + host + "Content-Length:\x0b3\r\n\r\nabc", "400"},
		{"length with an underscore", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1_0\r\n\r\nabc", "400"},
		{"two codings", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"},
		{"chunks twice", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
		{"chunks and identity", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "400"},
		{"identity with a length", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc", "400"},
		{"something like chunks", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400"},
		{"chunks in quotes", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "400"},
		{"chunks with a vertical tabulator", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "400"},
		{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},

		{"HTTP/0.9", "GET /\r\n", "400"},
		{"no version", "GET / \r\n" + host + "\r\n", "400"},
		{"HTTP/2.0 without the preface", "GET / HTTP/2.0\r\n" + host + "\r\n", "400"},
		{"HTTP/1.2", "GET / HTTP/1.2\r\n" + host + "\r\n", "400"},
		{"HTTP/9.9", "GET / HTTP/9.9\r\n" + host + "\r\n", "400"},
		{"HTTP/1.10", "GET / HTTP/1.10\r\n" + host + "\r\n", "400"},
		{"lower-case http", "GET / http/1.1\r\n" + host + "\r\n", "400"},
		{"two spaces", "GET  / HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"tabulator for a space", "GET\t/ HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"space after the version", "GET / HTTP/1.1 \r\n" + host + "\r\n", "400"},
		{"method with a colon", "GE:T / HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"no method", " / HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"TLS on clear text", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		{"a preface that is none", "PRI * HTTP/2.0\r\n" + host + "\r\n", "400"},

		{"no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "400"},
		{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
		{"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n", "400"},
		{"Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n", "400"},
		{"absolute form for another host", "GET http://other/ HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"absolute form of another kind", "GET ftp://example.org/ HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"authority form", "CONNECT example.org:443 HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "4"},
		{"authority form with GET", "GET example.org:443 HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"no slash", "GET a HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"fragment", "GET /a#b HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"},
		{"other expectation", "POST / HTTP/1.1\r\n" + host + "Expect: the-unexpected\r\nContent-Length: 3\r\n\r\nabc", "417"},

		{"huge header", "GET / HTTP/1.1\r\n" + host + "A: " + long + "\r\n\r\n", "431"},
		{"many headers", "GET / HTTP/1.1\r\n" + host + strings.Repeat("A: b\r\n", 5000) + "\r\n", "431"},
		{"huge target", "GET /" + long + " HTTP/1.1\r\n" + host + "\r\n", "414"},
		{"head that never ends", "GET / HTTP/1.1\r\n" + host + "A: " + long + long, "431"},
	}
	for _, dots := range []string{
		"/.", "/..", "/../a", "/a/../b", "/a/./b", "/%2e", "/%2E%2e/a", "/.%2e/a", "/a/%2e%2e%2fb", "/a/..%2fb", "/..%5cb",
		"/..\\b", "/a\\..\\b", "/.;x/a", "/..;x/a", "/%2e%2e;/a", "/a%5c..%5cb",
	} {
		list = append(list, attack{"dot segment " + dots, "GET " + dots + " HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", "400"})
	}
	return list
}

func TestAttacks(t *testing.T) {
	b := startBackend(t, nil)
	r := start(t, b)
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			// What an attacker hopes to have read as a second request.
			got := talk(t, r.addrs["listen"], a.send+"GET /smuggled HTTP/1.1\r\n"+host+"\r\n")
			list := statuses(got)
			require.Len(t, list, 1, "one answer to %q: %s", a.send, got)
			require.True(t, strings.HasPrefix(list[0], a.want), "%s for %q", list[0], a.send)
			require.Contains(t, got, "\r\nConnection: close\r\n")
		})
	}
	t.Cleanup(func() {
		if n := b.begun.Load(); n != 0 {
			t.Errorf("%d requests reached the backend, the last one %s", n, *b.last.Load())
		}
	})
}

// TestBrokenBodies wants that a backend never takes a part of a body for the whole.
func TestBrokenBodies(t *testing.T) {
	chunked := "POST /x HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n"
	for _, body := range []string{
		"g\r\nabc\r\n0\r\n\r\n",
		"3\nabc\r\n0\r\n\r\n",
		"3\r\nabc0\r\n\r\n",
		"3\r\nabc\n0\r\n\r\n",
		"3\r\nabcd\r\n0\r\n\r\n",
		"3 \r\nabc\r\n0\r\n\r\n",
		" 3\r\nabc\r\n0\r\n\r\n",
		"+3\r\nabc\r\n0\r\n\r\n",
		"-3\r\nabc\r\n0\r\n\r\n",
		"0x3\r\nabc\r\n0\r\n\r\n",
		"3;a\nb\r\nabc\r\n0\r\n\r\n",
		"3;a\x00b\r\nabc\r\n0\r\n\r\n",
		"3 ;a=b\r\nabc\r\n0\r\n\r\n",
		"3;" + strings.Repeat("a", 1000) + "\r\nabc\r\n0\r\n\r\n",
		"\r\nabc\r\n0\r\n\r\n",
		"3\r\nabc\r\n\r\n",
		"3\r\nabc\r\n0\r\nnot a trailer\r\n\r\n",
		"3\r\nabc\r\n0\r\nA : b\r\n\r\n",
		"3\r\nabc\r\n0\r\nA: b\n\r\n",
		"3\r\nabc\r\n0\n\r\n",
		"3\r\nabc\r\n0\r\n\n",
		"3\r\nabc\r\n0\r\n" + strings.Repeat("A: b\r\n", 2000) + "\r\n",
		"7fffffffffffffff\r\nabc\r\n0\r\n\r\n",
		"10000000000000003\r\nabc\r\n0\r\n\r\n",
	} {
		t.Run(fmt.Sprintf("%.30q", body), func(t *testing.T) {
			t.Parallel()
			b := startBackend(t, nil)
			r := start(t, b)
			got := talk(t, r.addrs["listen"], chunked+body+"GET /smuggled HTTP/1.1\r\n"+host+"\r\n")
			if list := statuses(got); len(list) > 0 {
				require.Equal(t, []string{"400"}, list, got)
			}
			require.NoError(t, b.Close())
			require.Zero(t, b.whole.Load(), got)
			if b.begun.Load() > 0 {
				require.Equal(t, "POST /x", *b.last.Load())
			}
		})
	}
}

// TestCutBodies is the same for clients that go away.
func TestCutBodies(t *testing.T) {
	for _, send := range []string{
		"POST /x HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		"POST /x HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
		"POST /x HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nab",
		"POST /x HTTP/1.1\r\n" + host + "Content-Length: 9000\r\n\r\nabc",
		"POST /x HTTP/1.1\r\n" + host + "Content-Length: 90\r\n\r\nabc",
	} {
		t.Run(send[len(send)-12:], func(t *testing.T) {
			t.Parallel()
			b := startBackend(t, nil)
			r := start(t, b)
			nc := dial(t, r.addrs["listen"])
			_, err := nc.Write([]byte(send))
			require.NoError(t, err)
			require.NoError(t, nc.Close())
			require.Zero(t, r.end())
			require.NoError(t, b.Close())
			require.Zero(t, b.whole.Load())
		})
	}
}

// TestOddButRight are requests at the edge of the rules that must pass.
func TestOddButRight(t *testing.T) {
	b := startBackend(t, nil)
	r := start(t, b)
	for i, send := range []string{
		"\r\nGET /a HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
		"GET http://example.org/a HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
		"GET /a%2Fb HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
		"GET /a...b/.c/d. HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n",
		"GET /a HTTP/1.0\r\n\r\n",
		"POST /a HTTP/1.1\r\n" + host + "Connection: close\r\nContent-Length:3\r\n\r\nabc",
		"POST /a HTTP/1.1\r\n" + host + "Connection: close\r\nContent-Length: \t 0003 \t\r\n\r\nabc",
		"POST /a HTTP/1.1\r\n" + host + "Connection: close\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;a=\"b\"\r\nabc\r\n000\r\nT: r\r\n\r\n",
		"GET /a HTTP/1.1\r\n" + host + "Connection: close\r\nEmpty:\r\nBeyond: \xc3\xa4\r\n\r\n",
		"GET /a HTTP/1.1\r\n" + host + "Connection: close\r\nA: " + strings.Repeat("b", 8000) + "\r\n\r\n",
	} {
		got := talk(t, r.addrs["listen"], send)
		require.Equal(t, []string{"200"}, statuses(got), "%q: %s", send, got)
		require.Equal(t, int64(i+1), b.whole.Load(), "%q", send)
	}
}
