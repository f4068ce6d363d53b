package runtime

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Known names are found whatever their case, and no other name of their length is taken for one.
func TestKindOf(t *testing.T) {
	for length, row := range knownFields {
		for _, known := range row {
			if known.kind == fieldOther {
				continue
			}
			require.Len(t, known.name, length)
			require.Equal(t, known.kind, kindOf(known.name))
			require.Equal(t, known.kind, kindOf(strings.ToUpper(known.name)))
			require.Equal(t, known.kind, kindOf(http.CanonicalHeaderKey(known.name)))
			for i := range len(known.name) {
				other := []byte(known.name)
				other[i] ^= 0x10
				require.NotEqual(t, known.kind, kindOf(string(other)))
			}
		}
	}
	require.Equal(t, fieldOther, kindOf(""))
	require.Equal(t, fieldOther, kindOf(strings.Repeat("x", 1000)))
	require.Equal(t, fieldOther, kindOf("h@st"))
	require.False(t, equalFold("ho[t", "ho{t"))
}

// Whatever the scanner takes, net/http reads the same fields in it.
func FuzzScanFields(f *testing.F) {
	for _, raw := range []string{"Host: a\r\n\r\n", "A: 1\r\nA:2\r\n\r\n", "A : 1\r\n\r\n", "A: 1\n\r\n", "A: 1\r\n b\r\n\r\n", "A:\t x \t\r\n\r\n", ":\r\n\r\n", "\r\n", "A: \x00\r\n\r\n", "A: b\r\n\r\nB: c\r\n"} {
		f.Add(raw)
	}
	core := NewCore(&API{})
	f.Fuzz(func(t *testing.T, raw string) {
		c := newCtx(core)
		if !c.scanFields(raw) || !strings.HasSuffix(raw, "\r\n\r\n") {
			return
		}
		for i := range c.fields {
			require.Equal(t, kindOf(c.fields[i].Name), c.fields[i].kind)
		}
		if c.counts[fieldHost] > 0 || c.counts[fieldTransferEncoding]+c.counts[fieldContentLength] > 0 {
			return // net/http looks into these
		}
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET / HTTP/1.0\r\n" + raw)))
		require.NoError(t, err, "%q", raw)
		total := 0
		for name, values := range request.Header {
			var own []string
			for i := range c.fields {
				if http.CanonicalHeaderKey(c.fields[i].Name) == name {
					own = append(own, c.fields[i].Value)
				}
			}
			require.Equal(t, values, own, name)
			total += len(values)
		}
		require.LessOrEqual(t, total, len(c.fields)) // net/http takes some fields away
	})
}

// Nothing that comes over a connection makes the handler panic or answer with a broken message.
func FuzzHandle(f *testing.F) {
	f.Add("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n")
	f.Add("POST http://x/%2e HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	core := newTestCore(f, &API{BinaryMediaTypes: []string{"a/b"}, Compression: CompressFrom(1)}, func(c *Ctx) Fault {
		out := c.Outbound("ANY", 0)
		out.Path(c.Tail(0))
		out.QueryAll("a", c.QueryValues("a"))
		out.Header("X", c.Query("x"))
		if f := out.PassBody(c, ToText); f != OK {
			return f
		}
		if f := out.Fault(); f != OK {
			return f
		}
		r := c.Respond(200)
		r.Header("X", c.HeaderValues("X"))
		r.Header("Y", c.AcceptType())
		text, fault := c.BodyText()
		if fault != OK {
			return fault
		}
		return r.Text(text)
	})
	f.Fuzz(func(t *testing.T, raw string) {
		rc := readLeniently(raw)
		if rc == nil {
			return
		}
		core.Handle(rc)
		var out strings.Builder
		w := bufio.NewWriter(&out)
		require.NoError(t, rc.Response.Write(w))
		w.Flush()
		response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(out.String())), nil)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	})
}
