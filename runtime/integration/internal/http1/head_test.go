package http1

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func parse(text string) (*Head, int, error) {
	var h Head
	n, err := h.Parse([]byte(text))
	return &h, n, err
}

func TestHeadParse(t *testing.T) {
	const text = "HTTP/1.1 203 So so\r\nContent-Type: text/plain\r\nX-Empty:\r\nx-tab: \t a\tb \r\nContent-Length: 12\r\n\r\nrest"
	h, n, err := parse(text)
	require.NoError(t, err)
	require.Equal(t, len(text)-len("rest"), n)
	require.Equal(t, 203, h.Status)
	require.Equal(t, int64(12), h.Length)
	require.False(t, h.Close)
	var fields []string
	for _, f := range h.Fields {
		fields = append(fields, string(f.Name)+"="+string(f.Value)+":"+strconv.FormatBool(f.Connection))
	}
	require.Equal(t, []string{"Content-Type=text/plain:false", "X-Empty=:false", "x-tab=a\tb:false", "Content-Length=12:true"}, fields)
}

func TestHeadFraming(t *testing.T) {
	for _, c := range []struct {
		head   string
		length int64
		close  bool
	}{
		{"HTTP/1.1 200\r\n\r\n", UntilClose, false},
		{"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 0, false},
		{"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n", Chunked, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive, Close\r\n\r\n", 5, true},
		{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", 5, true},
		{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n", 5, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: closed\r\n\r\n", 5, false},
	} {
		h, _, err := parse(c.head)
		require.NoError(t, err, c.head)
		require.Equal(t, c.length, h.Length, c.head)
		require.Equal(t, c.close, h.Close, c.head)
	}
}

func TestHeadRefused(t *testing.T) {
	many := "HTTP/1.1 200 OK\r\n" + strings.Repeat("a: b\r\n", MaxFields+1) + "\r\n"
	for _, text := range []string{
		"HTTP/2 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
		"HTTP/1.1 20 OK\r\n\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n",
		"HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n", "HTTP/1.1 200 O\x00K\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
		"HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\x7f\r\n\r\n", "HTTP/1.1 200 OK\r\nÄ: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1234567890123456789\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n\r\n",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\r\n\r\n", many,
	} {
		_, _, err := parse(text)
		require.Error(t, err, "%q", text)
		require.NotErrorIs(t, err, ErrIncomplete, "%q", text)
	}
}

// A head that arrives in pieces is read once it is there and not before.
func TestHeadIncomplete(t *testing.T) {
	const text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Long: 0123456789abcdef0123456789\r\nContent-Length: 2\r\n\r\n"
	for n := range len(text) {
		_, _, err := parse(text[:n])
		require.ErrorIs(t, err, ErrIncomplete, "%q", text[:n])
	}
	_, n, err := parse(text)
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

func TestHeadNames(t *testing.T) {
	h, _, err := parse("HTTP/1.1 200 OK\r\nConnection: X-A , close\r\nConnection: x-b\r\n\r\n")
	require.NoError(t, err)
	require.True(t, h.Close)
	for name, want := range map[string]bool{"x-a": true, "X-B": true, "X-C": false, "close": true, "": false} {
		require.Equal(t, want, h.Names([]byte(name)), name)
	}
}

func TestHeadBodiless(t *testing.T) {
	for _, c := range []struct {
		status int
		method string
		want   bool
	}{{200, "GET", false}, {200, "HEAD", true}, {204, "GET", true}, {304, "GET", true}, {205, "POST", false}} {
		h := Head{Status: c.status}
		require.Equal(t, c.want, h.Bodiless(c.method), c)
	}
}

func TestHeadInterim(t *testing.T) {
	for status, want := range map[int]bool{100: true, 103: true, 200: false} {
		got, err := (&Head{Status: status}).Interim()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := (&Head{Status: 101}).Interim()
	require.Error(t, err)
}

func TestHasControl(t *testing.T) {
	for i := range 8 {
		for c := range 256 {
			b := []byte("abcdefgh")
			b[i] = byte(c)
			want := len(b)
			if (c < ' ' && c != '\t') || c == 0x7f {
				want = i
			}
			require.Equal(t, want, textEnd(b, 0), "%d at %d", c, i)
		}
	}
}

func TestHeadAllocations(t *testing.T) {
	text := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n")
	var h Head
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := h.Parse(text); err != nil {
			t.Fatal(err)
		}
	}))
}

// What we take, the standard library takes too and understands in the same way; how much is there never changes what a
// head says.
func FuzzHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), 7)
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 30)
	f.Add([]byte("HTTP/1.0 404 \r\nConnection: keep-alive, x\r\nA: \t b\r\n\r\n"), 3)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var h Head
		n, err := h.Parse(b)
		if 0 <= cut && cut < len(b) {
			var part Head
			_, partErr := part.Parse(b[:cut])
			if errors.Is(err, ErrIncomplete) && partErr == nil || err == nil && cut < n && !errors.Is(partErr, ErrIncomplete) {
				t.Fatalf("%q: %v whole, %v cut at %d", b, err, partErr, cut)
			}
		}
		if err != nil {
			return
		}
		resp, stdErr := http.ReadResponse(bufio.NewReader(bytes.NewReader(b[:n])), nil)
		if stdErr != nil {
			t.Fatalf("%q taken, but not by net/http: %v", b[:n], stdErr)
		}
		if resp.StatusCode != h.Status {
			t.Fatalf("%q: status %d, net/http %d", b[:n], h.Status, resp.StatusCode)
		}
		if h.Bodiless("GET") {
			return
		}
		want := map[bool]int64{true: h.Length, false: -1}[h.Length >= 0]
		if resp.ContentLength != want || (len(resp.TransferEncoding) > 0) != (h.Length == Chunked) {
			t.Fatalf("%q: length %d, net/http %d %v", b[:n], h.Length, resp.ContentLength, resp.TransferEncoding)
		}
	})
}
