package runtime

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packedBody is the text body in gzip.
const packedBody = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xca\x4f\xa9\x04\x00\xb2\x0b\xa8\xdb\x04\x00\x00\x00"

func TestSentBody(t *testing.T) {
	for name, test := range map[string]struct{ sent, coding, body string }{
		"plain":  {"body", "identity", "body"},
		"packed": {packedBody, "gzip", "body"},
		"empty":  {"", "gzip", ""},
	} {
		var before, again, body []byte
		core := newTestCore(t, &API{}, func(c *Ctx) Fault {
			var f Fault
			before, f = c.SentBody()
			require.Equal(t, OK, f)
			body, f = c.Body()
			require.Equal(t, OK, f)
			again, f = c.SentBody()
			require.Equal(t, OK, f)
			require.Equal(t, "/pets//a%20b", c.SentPath())
			return c.Respond(200).Text("")
		})
		exchange(t, core, post("/pets//a%20b?q", test.sent, "Content-Encoding: "+test.coding, "Content-Length: "+itoa(len(test.sent))))
		require.Equal(t, test.sent, string(before), name)
		require.Equal(t, test.sent, string(again), name)
		require.Equal(t, test.body, string(body), name)
	}
}

func TestSentBodyBounded(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		_, f := c.SentBody()
		return f
	}, WithLimits(Limits{BufferedBody: 8}))
	require.Contains(t, exchange(t, core, post("/", "123456789", "Content-Length: 9")), "HTTP content length exceeded 8 bytes.")
	require.Contains(t, exchange(t, core, lines("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked", "", "9", "123456789", "0", "", "")),
		"HTTP content length exceeded 8 bytes.")
}

func TestSentBodyBehindBody(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		_, f := c.Body()
		require.Equal(t, OK, f)
		_, f = c.SentBody()
		return f
	})
	answer := exchange(t, core, post("/", packedBody, "Content-Encoding: gzip", "Content-Length: "+itoa(len(packedBody))))
	require.True(t, strings.HasPrefix(answer, "HTTP/1.1 500 "), "what was sent is gone")
}

func TestUnframe(t *testing.T) {
	for _, style := range []Style{REST, Plain} {
		for sent, want := range map[string]string{"aws-chunked": "", "aws-chunked, identity": "identity", "AWS-CHUNKED,identity": "identity", "identity": "identity"} {
			core := newTestCore(t, &API{Style: style}, func(c *Ctx) Fault {
				c.Unframe([]byte("inside"))
				body, f := c.Body()
				require.Equal(t, OK, f)
				require.Equal(t, "inside", string(body))
				got := ""
				for i := range c.Fields() {
					if field := &c.Fields()[i]; field.Name == "Content-Encoding" && field.kind == fieldContentEncoding {
						got += field.Value
					} else if field.Name == "Content-Encoding" {
						require.False(t, c.ToBackend(field))
					}
				}
				require.Equal(t, want, got)
				return c.Respond(200).Text("")
			})
			require.Contains(t, exchange(t, core, post("/", "framed", "Content-Encoding: "+sent, "Content-Length: 6")), "HTTP/1.1 200 OK")
		}
	}
}

// TestFramed: pieces that nobody has checked are no body.
func TestFramed(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		_, f := c.Body()
		return f
	})
	for coding, want := range map[string]string{"aws-chunked": "415", "aws-chunked,gzip": "415", "gzip, aws-chunked": "415", "aws-chunkedx": "415"} {
		require.Contains(t, exchange(t, core, post("/", "framed", "Content-Encoding: "+coding, "Content-Length: 6")), "HTTP/1.1 "+want)
	}
}
