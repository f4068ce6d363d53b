package runtime

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMockAnswerByteForByte(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		r := c.Respond(200)
		r.Header("Access-Control-Allow-Origin", "*")
		r.Header("X-Empty", "")
		return r.Text("{}")
	})
	head := []string{"HTTP/1.1 200 OK", "Date: DATE", "Content-Type: application/json", "Content-Length: 2", "Connection: keep-alive", "x-amzn-RequestId: UUID",
		"Access-Control-Allow-Origin: *", "x-amz-apigw-id: APIGW", ""}
	require.Equal(t, lines(append(head, "{}")...), exchange(t, core, get("/", "X-Amzn-Trace-Id: Root=1")), "a mock has no trace id")
	require.Equal(t, lines(append(head, "")...), exchange(t, core, strings.Replace(get("/"), "GET", "HEAD", 1)))
	closed := strings.Replace(lines(append(head, "{}")...), "Connection: keep-alive\r\n", "", 1)
	closed = strings.Replace(closed, "x-amz-apigw-id: APIGW\r\n", "x-amz-apigw-id: APIGW\r\nConnection: close\r\n", 1)
	for _, value := range []string{"close", "Close", "TE, close"} {
		require.Equal(t, closed, exchange(t, core, get("/", "Connection: "+value)))
	}
	core.CloseConnections()
	require.Equal(t, closed, exchange(t, core, get("/")))
}

func TestPlainAnswerByteForByte(t *testing.T) {
	core := newTestCore(t, &API{Style: Plain}, func(c *Ctx) Fault {
		r := c.Proxied(201)
		r.Field("Content-Type", "text/plain")
		r.Field("Server", "backend")
		r.Field("Connection", "close")
		r.Field("Keep-Alive", "x")
		r.Field("Set-Cookie", "a=1; Path=/")
		r.Field("Set-Cookie", "b=2")
		return r.Text("hi")
	})
	require.Equal(t, lines("HTTP/1.1 201 Created", "Server: backend", "Date: DATE", "Content-Type: text/plain", "Content-Length: 2", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2", "", "hi"),
		exchange(t, core, get("/")))
}

// The table of rest.md, section 4.5.
func TestResponseHeaderRules(t *testing.T) {
	remapped := []string{"Connection", "Content-Length", "Date", "Server", "Authorization", "Content-MD5", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate"}
	passed := []string{"Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Content-Type", "Pragma", "Range", "Referer", "TE", "Warn", "X-Other"}
	for _, name := range remapped {
		require.Equal(t, FieldRemap, MappedFieldRule(name), name)
		require.Equal(t, FieldRemap, ProxiedFieldRule(strings.ToLower(name)), name)
	}
	for _, name := range passed {
		require.Equal(t, FieldPass, MappedFieldRule(name), name)
		require.Equal(t, FieldPass, ProxiedFieldRule(name), name)
	}
	require.Equal(t, FieldDrop, MappedFieldRule("transfer-encoding"))
	require.Equal(t, FieldDrop, ProxiedFieldRule("Transfer-Encoding"))
	require.Equal(t, FieldPass, MappedFieldRule("Via"))
	require.Equal(t, FieldDrop, ProxiedFieldRule("Via"))
	require.Equal(t, FieldRemap, ProxiedFieldRule("x-amzn-RequestId"))

	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		r := c.Proxied(200)
		r.Field("date", "yesterday")
		r.Field("x-amzn-RequestId", "theirs")
		r.Field("Content-Type", "text/css")
		r.Field("Transfer-Encoding", "chunked")
		return r.Empty()
	})
	require.Equal(t, lines("HTTP/1.1 200 OK", "Date: DATE", "Content-Type: text/css", "Content-Length: 0", "Connection: keep-alive", "x-amzn-RequestId: UUID",
		"x-amzn-Remapped-date: yesterday", "x-amzn-Remapped-x-amzn-RequestId: theirs", "x-amz-apigw-id: APIGW", "", ""), exchange(t, core, get("/")))
}

func TestHeaderInjection(t *testing.T) {
	for _, value := range []string{"a\r\nSet-Cookie: x", "a\nb", "a\x00b", "\rX", "12345678\n", "1234567\x7f"} {
		core := newTestCore(t, &API{}, func(c *Ctx) Fault {
			r := c.Respond(200)
			r.Header("X", value)
			return r.Text("secret")
		})
		require.Equal(t, `500 {"message": "Internal server error"}`, answerBody(t, core, get("/")))

		core = newTestCore(t, &API{}, func(c *Ctx) Fault {
			out := c.Outbound("GET", 0)
			out.Header("X", value)
			return out.Fault()
		})
		require.Equal(t, `400 {"message":"Bad Request"}`, answerBody(t, core, get("/")))
	}
	require.False(t, hasControl("tab\tand é and everything else ~ that is \xff fine"))
}

func FuzzHasControl(f *testing.F) {
	f.Add("abc\tdefgh\x7f")
	f.Fuzz(func(t *testing.T, s string) { require.Equal(t, controlIn(s), hasControl(s)) })
}

// relay answers with reply's body.
func relay(contentType, body string, conversion Conversion) func(*Ctx) Fault {
	return func(c *Ctx) Fault {
		reply := c.Reply()
		reply.Reset(200)
		reply.Add([]byte("Content-Type"), []byte(contentType))
		*reply.Buffer() = append(*reply.Buffer(), body...)
		return c.Respond(200).Relay(reply, conversion)
	}
}

// The tables of rest.md, section 5, whole.
func TestConversions(t *testing.T) {
	const text, encoded, failed = "\xffdata", "/2RhdGE=", `500 {"message": "Internal server error"}`
	requests := []struct {
		binary     bool
		conversion Conversion
		body, want string
	}{
		{true, AsIs, text, text}, {true, ToBinary, text, text}, {true, ToText, text, encoded},
		{false, AsIs, text, "\uFFFDdata"}, {false, ToText, text, "\uFFFDdata"}, {false, ToBinary, encoded, text}, {false, ToBinary, "!", failed},
	}
	for _, test := range requests {
		core := newTestCore(t, &API{BinaryMediaTypes: []string{"image/png"}}, func(c *Ctx) Fault {
			out := c.Outbound("POST", 0)
			if f := out.PassBody(c, test.conversion); f != OK {
				return f
			}
			body, set := out.Body()
			require.True(t, set)
			return c.Respond(200).Bytes(body)
		})
		contentType := "text/plain"
		if test.binary {
			contentType = "image/png; x=y"
		}
		want := test.want
		if want != failed {
			want = "200 " + want
		}
		require.Equal(t, want, answerBody(t, core, withLength(test.body, "Content-Type: "+contentType)), "%+v", test)
	}
	responses := []struct {
		payload, accept bool
		conversion      Conversion
		body, want      string
	}{
		{false, false, AsIs, text, text}, {false, false, ToText, text, text}, {false, false, ToBinary, encoded, text}, {false, false, ToBinary, "!", failed},
		{false, true, AsIs, encoded, text}, {false, true, AsIs, "!", failed}, {false, true, ToText, text, text}, {false, true, ToBinary, encoded, text}, {false, true, ToBinary, "!", failed},
		{true, false, AsIs, text, encoded}, {true, false, ToText, text, encoded}, {true, false, ToBinary, text, text},
		{true, true, AsIs, text, text}, {true, true, ToText, text, encoded}, {true, true, ToBinary, text, text},
	}
	for _, test := range responses {
		contentType, accept := "text/plain", "text/html"
		if test.payload {
			contentType = "Image/PNG;q"
		}
		if test.accept {
			accept = "image/png, text/html"
		}
		core := newTestCore(t, &API{BinaryMediaTypes: []string{"image/png"}}, relay(contentType, test.body, test.conversion))
		want := test.want
		if want != failed {
			want = "200 " + want
		}
		require.Equal(t, want, answerBody(t, core, get("/", "Accept: "+accept)), "%+v", test)
	}
	core := newTestCore(t, &API{}, relay("image/png", text, AsIs))
	require.Equal(t, "200 "+text, answerBody(t, core, get("/", "Accept: image/png")), "without binary media types all is text")
}

// A template over what is bytes and not text fails.
func TestTemplatesNeedText(t *testing.T) {
	const made, failed = "200 made", `500 {"message": "Internal server error"}`
	for _, test := range []struct {
		payload, accept bool
		conversion      Conversion
		want            string
	}{
		{false, false, AsIs, made}, {false, false, ToText, made}, {false, false, ToBinary, failed},
		{false, true, AsIs, failed}, {false, true, ToText, made}, {true, false, AsIs, made},
		{true, true, AsIs, failed}, {true, true, ToText, made}, {true, false, ToBinary, failed},
	} {
		core := newTestCore(t, &API{BinaryMediaTypes: []string{"a/binary"}}, func(c *Ctx) Fault {
			reply := c.Reply()
			reply.Reset(200)
			reply.Add([]byte("Content-Type"), []byte(map[bool]string{true: "a/binary", false: "a/text"}[test.payload]))
			return c.Respond(200).TextFor(reply, test.conversion, "made")
		})
		accept := map[bool]string{true: "a/binary", false: "a/text"}[test.accept]
		require.Equal(t, test.want, answerBody(t, core, get("/", "Accept: "+accept)), "%+v", test)
	}
	for _, test := range []struct {
		binary     bool
		conversion Conversion
		want       string
	}{
		{false, AsIs, made}, {false, ToText, made}, {false, ToBinary, failed}, {true, AsIs, failed}, {true, ToText, made}, {true, ToBinary, failed},
	} {
		core := newTestCore(t, &API{BinaryMediaTypes: []string{"a/binary"}}, func(c *Ctx) Fault {
			out := c.Outbound("POST", 0)
			if f := out.TextFor(c, test.conversion, "made"); f != OK {
				return f
			}
			body, _ := out.Body()
			return c.Respond(200).Bytes(body)
		})
		contentType := map[bool]string{true: "a/binary", false: "a/text"}[test.binary]
		require.Equal(t, test.want, answerBody(t, core, get("/", "Content-Type: "+contentType)), "%+v", test)
	}
}

func TestBinaryMediaTypes(t *testing.T) {
	for _, test := range []struct {
		entry, mediaType string
		want             bool
	}{
		{"image/png", "image/png", true}, {"Image/PNG", "image/png", true}, {"image/png", "image/*", false}, {"image/png", "*/*", false},
		{"application/*", "application/test", true}, {"application/*", "application/*", true}, {"application/*", "image/png", false},
		{"*/test", "application/test", false}, {"*/*", "anything/x", true}, {"*/*", "", true}, {"image/png", "", false},
	} {
		types := newBinaryTypes([]string{test.entry})
		require.Equal(t, test.want, types.match(test.mediaType), "%+v", test)
	}
}

func TestReplies(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		reply := c.Reply()
		reply.Reset(418)
		reply.Add([]byte("X-Id"), []byte("1"))
		reply.Add([]byte("x-id"), []byte("2"))
		*reply.Buffer() = append(*reply.Buffer(), `{"a":[1,"x"]}`...)
		require.Equal(t, 418, reply.Status())
		require.Equal(t, "2", reply.Header("X-ID"))
		require.Equal(t, "1,2", reply.HeaderValues("X-Id"))
		require.Empty(t, reply.Header("Y")+reply.HeaderValues("Y"))
		text, f := reply.BodyText()
		require.Equal(t, OK, f)
		require.Equal(t, `{"a":[1,"x"]}`, text)
		text, f = reply.BodyAt(MustPath("$.a[1]"))
		require.Equal(t, OK, f)
		require.Equal(t, "x", text)

		reply.Reset(200)
		*reply.Buffer() = append(*reply.Buffer(), `{"a"`...)
		_, f = reply.BodyText()
		require.Equal(t, APIConfigurationError, f)
		_, f = reply.BodyAt(MustPath("$.a"))
		require.Equal(t, APIConfigurationError, f)
		return c.Respond(200).Relay(reply, AsIs)
	})
	require.Equal(t, lines("HTTP/1.1 200 OK", "Date: DATE", "Content-Type: application/json", "Content-Length: 4", "Connection: keep-alive", "x-amzn-RequestId: UUID",
		"x-amz-apigw-id: APIGW", "X-Amzn-Trace-Id: TRACE", "", `{"a"`), exchange(t, core, get("/")))
}

// Answers that have no body by their status have none whatever the document says.
func TestStatusesWithoutBody(t *testing.T) {
	for _, status := range []int{204, 304} {
		core := newTestCore(t, &API{}, func(c *Ctx) Fault { return c.Respond(status).Text("body") })
		answer := exchange(t, core, get("/"))
		require.NotContains(t, answer, "Content-Length")
		require.True(t, strings.HasSuffix(answer, "\r\n\r\n"))
	}
}

func TestCompression(t *testing.T) {
	text := strings.Repeat("compressible ", 100)
	api := &API{Compression: CompressFrom(1000)}
	for name, test := range map[string]struct{ accept, body, want string }{
		"gzip":                   {"gzip", text, "gzip"},
		"deflate":                {"deflate", text, "deflate"},
		"the heavier one":        {"gzip;q=0.5, deflate", text, "deflate"},
		"the first among equals": {"deflate, gzip", text, "deflate"},
		"identity":               {"identity, gzip;q=0.9", text, ""},
		"wildcard":               {"*, gzip;q=0.5", text, ""},
		"unsupported first":      {"br, gzip;q=0.9", text, ""},
		"not at all":             {"gzip;q=0", text, ""},
		"nonsense weight":        {"gzip;q=x", text, ""},
		"nothing accepted":       {"", text, ""},
		"too small":              {"gzip", text[:999], ""},
		"just large enough":      {"gzip", text[:1000], "gzip"},
	} {
		for _, streamed := range []bool{false, true} {
			core := newTestCore(t, api, func(c *Ctx) Fault {
				r := c.Respond(200)
				if streamed {
					return r.Stream(strings.NewReader(test.body), int64(len(test.body)))
				}
				return r.Text(test.body)
			})
			rc := received(t, get("/", "Accept-Encoding: "+test.accept))
			core.Handle(rc)
			require.Equal(t, test.want, string(rc.Response.Header.ContentEncoding()), name)
			require.Equal(t, test.body, decoded(t, test.want, rc.Response.Body()), name)
		}
	}
	core := newTestCore(t, &API{}, func(c *Ctx) Fault { return c.Respond(200).Text(text) })
	require.NotContains(t, exchange(t, core, get("/", "Accept-Encoding: gzip")), "Content-Encoding", "off unless asked for")
	core = newTestCore(t, api, func(c *Ctx) Fault {
		r := c.Proxied(200)
		r.Field("Content-Encoding", "br")
		return r.Text(text)
	})
	require.Contains(t, exchange(t, core, get("/", "Accept-Encoding: gzip")), "Content-Encoding: br\r\n", "compressed already")
}

func decoded(t *testing.T, coding string, body []byte) string {
	t.Helper()
	var r io.Reader = strings.NewReader(string(body))
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	require.NoError(t, err)
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(all)
}

// A compressed stream passes on each piece at once, and one that breaks does not end well.
func TestCompressedStreams(t *testing.T) {
	var pools compressors
	source, feed := io.Pipe()
	stream := pools.stream(gzipCoding, source)
	defer stream.Close()
	go feed.Write([]byte("first"))
	z, err := gzip.NewReader(stream)
	require.NoError(t, err)
	got := make([]byte, 5)
	_, err = io.ReadFull(z, got)
	require.NoError(t, err)
	require.Equal(t, "first", string(got))
	feed.CloseWithError(io.ErrClosedPipe)
	_, err = io.ReadAll(z)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestOutbound(t *testing.T) {
	build := func(raw string, fill func(c *Ctx, out *Outbound)) (target, added string, fields []Field, f Fault) {
		core := newTestCore(t, &API{}, func(c *Ctx) Fault {
			out := c.Outbound("ANY", 0)
			fill(c, out)
			target, added, f = string(out.Target()), string(out.AddedQuery()), out.Fault()
			for _, field := range out.Fields() {
				fields = append(fields, Field{Name: strings.Clone(field.Name), Value: strings.Clone(field.Value)})
			}
			require.Equal(t, "GET", out.Method())
			return c.Respond(200).Empty()
		})
		core.Handle(received(t, raw))
		return target, added, fields, f
	}
	target, added, fields, f := build(get("/pets/a%2fb%zz/x?tag=1&tag=2&q=a%26b%20c"), func(c *Ctx, out *Outbound) {})
	require.Equal(t, OK, f)
	require.Empty(t, target+added)
	require.Empty(t, fields)

	target, added, fields, f = build(get("/pets/a%2fb/x//y?tag=1&tag=2&q=a%26b%20c&h=v"), func(c *Ctx, out *Outbound) {
		out.Literal("/v1/")
		out.Path(c.Segment(1))
		out.Literal("/")
		out.Path(c.Tail(2))
		out.Literal("/")
		out.Path("ü ?#%")
		out.Raw("/raw?x=")
		out.QueryPart(c.Query("q"))
		out.QueryAll("tag", c.QueryValues("tag"))
		out.Query("none", c.Query("none"))
		out.Query("a&b", c.Query("q"))
		out.Query("p", "%41+")
		out.Header("X-H", c.Query("h"))
		out.Header("X-None", "")
		out.Header("Via", "x")
		out.Header("Connection", "x")
		out.Header("Expect", "x")
		out.Header("TE", "x")
		out.Header("Proxy-Authenticate", "x")
		out.Header("Authorization", "a")
		out.Header("Host", "h")
		require.True(t, out.Replaces(&Field{Name: "x-h"}))
		require.False(t, out.Replaces(&Field{Name: "x-hh"}))
	})
	require.Equal(t, OK, f)
	require.Equal(t, "/v1/a%2fb/x//y/%C3%BC%20%3F%23%25/raw?x=a%26b%20c", target)
	require.Equal(t, "tag=1&tag=2&a%26b=a%26b%20c&p=%2541%2B", added)
	require.Equal(t, []Field{{Name: "X-H", Value: "v"}, {Name: "Authorization", Value: "a"}, {Name: "Host", Value: "h"}}, fields)

	for _, name := range []string{"Content-Length", "transfer-encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"} {
		_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Header(name, "1") })
		require.Equal(t, APIConfigurationError, f, name)
		_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Header(name, "") })
		require.Equal(t, OK, f, name)
	}
	for _, value := range []string{"..", "../x", "%2e%2e", "x/../y", "..%2f", ".;a", "x\\y", "%5c", "%00", "%c0%ae"} {
		_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Literal("/v1/"); out.Path(value); out.Literal("/z?q=..") })
		require.Equal(t, BadRequest, f, value)
		_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Literal("http://h/"); out.Path(value) })
		require.Equal(t, BadRequest, f, value)
	}
	for _, value := range []string{"...", "a..b", ".x", "%252e", "a%2Fb"} {
		_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Literal("https://..h/"); out.Path(value) })
		require.Equal(t, OK, f, value)
	}
	_, _, _, f = build(get("/"), func(c *Ctx, out *Outbound) { out.Raw("a b") })
	require.Equal(t, APIConfigurationError, f)
}
