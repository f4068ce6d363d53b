package runtime

import (
	"bytes"
	"compress/gzip"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/schema"
	"github.com/gatewright/gatewright/runtime/value"
)

// violated is the result of a validator that has reported.
func violated(bool) bool { return false }

// integers, strings and so on are validators as the generator writes them.
func integers(v value.Value, r *schema.Report) bool {
	return schema.IsInteger(v) || violated(r.Type(v, "integer"))
}

func shortStrings(v value.Value, r *schema.Report) bool {
	s, ok := v.AsString()
	if !ok {
		return violated(r.Type(v, "string"))
	}
	return !schema.Longer(s, 3) || violated(r.MaxLength(s, 3))
}

func named(v value.Value, r *schema.Report) bool {
	m, ok := v.AsMap()
	if !ok {
		return violated(r.Type(v, "object"))
	}
	return schema.Has(m, "name") || violated(r.Required(m, "name"))
}

// described collects what a validator was given, as JSON.
func described(got *string) Validator {
	return func(v value.Value, _ *schema.Report) bool {
		*got = string(value.AppendJSON(nil, v))
		return true
	}
}

// checking is a gateway with one route whose requests are checked, and that answers checked ones by ok.
func checking(t testing.TB, style Style, check func(*Ctx) Fault, options ...Option) *Core {
	route := &Route{ID: "a", Method: "POST", Path: "/a/{id}", Params: []PathParam{{Name: "id", Segment: 1}}}
	return newTestCore(t, &API{Style: style, Routes: []*Route{route}}, func(c *Ctx) Fault {
		c.Enter(route)
		if f := check(c); f != OK {
			return f
		}
		return c.Respond(200).Text("ok")
	}, options...)
}

func body(answer string) string { return answer[strings.Index(answer, "\r\n\r\n")+4:] }

func TestRequiredParameters(t *testing.T) {
	required := Required{Headers: []string{"x-a", "x-b"}, Path: []string{"absent"}, Query: []string{"qs1", "qs2"}}
	present := Required{Headers: []string{"x-a"}, Path: []string{"id"}, Query: []string{"qs1", "q s"}}
	var r *Required
	core := checking(t, REST, func(c *Ctx) Fault { return c.RequireParams(r) })
	for _, test := range []struct {
		name    string
		r       *Required
		request string
		want    string
	}{
		{"all missing, by kind and name", &required, get("/a/1"), `{"message": "Missing required request parameters: [x-a, x-b, absent, qs1, qs2]"}`},
		{"names of headers have case", &required, get("/a/1?qs1=1&qs2=2", "X-A: 1", "x-b: 2"), `{"message": "Missing required request parameters: [x-a, absent]"}`},
		{"all there", &present, get("/a/1?qs1=1&q%20s=x", "x-a: 1"), "ok"},
		{"blank is missing", &present, get("/a/1?qs1=%20+&q+s=x", "x-a: 1"), `{"message": "Missing required request parameters: [qs1]"}`},
		{"the last one counts", &present, get("/a/1?qs1=x&qs1=&q+s=x", "x-a: 1"), `{"message": "Missing required request parameters: [qs1]"}`},
	} {
		r = test.r
		require.Equal(t, test.want, body(exchange(t, core, test.request)), test.name)
	}
}

func TestModels(t *testing.T) {
	api := customAPI(GatewayResponse{Type: BadRequestBody, Templates: []TextTemplate{{"text/plain", Text{Var(ErrorValidation)}}}})
	route := &Route{ID: "a", Method: "POST", Path: "/a"}
	core := newTestCore(t, api, func(c *Ctx) Fault {
		c.Enter(route)
		if f := c.ValidateBody(named); f != OK {
			return f
		}
		return c.Respond(200).Text("ok")
	}, WithLimits(Limits{Depth: 3, BufferedBody: 200}))
	for _, test := range []struct{ name, request, want string }{
		{"fits", post("/a", `{"name":1}`, "Content-Length: 10"), "ok"},
		{"lacks", post("/a", `{"nam":1}`, "Content-Length: 9"), `[object has missing required properties (["name"])]`},
		{"none is an empty object", get("/a"), `[object has missing required properties (["name"])]`},
		{"no object", post("/a", `[]`, "Content-Length: 2"), `[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`},
		{"no JSON", post("/a", `{name:1}`, "Content-Length: 8"), `[Unknown error parsing request body]`},
		{"more than one value", post("/a", `{"name":1} 2`, "Content-Length: 12"), `[Unknown error parsing request body]`},
		{"no UTF-8", post("/a", "{\"name\":\"\xff\"}", "Content-Length: 12"), `[Unknown error parsing request body]`},
		{"not too deep", post("/a", `{"name":[[1]]}`, "Content-Length: 14"), "ok"},
		{"too deep", post("/a", `{"name":[[[1]]]}`, "Content-Length: 16"), `[Unknown error parsing request body]`},
		{"brackets in texts", post("/a", `{"name":"[[[[\"[["}`, "Content-Length: 19"), "ok"},
		{"too long", post("/a", `{"name":"`+strings.Repeat("x", 300)+`"}`, "Content-Length: 311"), "HTTP content length exceeded 200 bytes."},
	} {
		require.Equal(t, test.want, body(exchange(t, core, test.request)), test.name)
	}
	plain := newTestCore(t, &API{}, func(c *Ctx) Fault { c.Enter(route); return c.ValidateBody(named) })
	require.Equal(t, `{"message": "Invalid request body"}`, body(exchange(t, plain, post("/a", `{}`, "Content-Length: 2"))))
}

// deepStream is an endless body of brackets that counts what is read of it.
type deepStream struct{ read int }

func (d *deepStream) Read(p []byte) (int, error) {
	n := min(len(p), 4096)
	for i := range p[:n] {
		p[i] = '['
	}
	d.read += n
	return n, nil
}

func TestDepthEndsReading(t *testing.T) {
	core := checking(t, REST, func(c *Ctx) Fault { return c.ValidateBody(named) })
	stream := &deepStream{}
	rc := received(t, get("/a/1"))
	rc.Request.SetBodyStream(stream, -1)
	core.Handle(rc)
	require.Equal(t, 400, rc.Response.StatusCode())
	require.Equal(t, `{"message": "Invalid request body"}`, string(rc.Response.Body()))
	require.LessOrEqual(t, stream.read, 8192)
	require.True(t, rc.Response.ConnectionClose(), "the rest of the body is unread")
}

func TestParameterStyles(t *testing.T) {
	for _, test := range []struct {
		name    string
		param   Param
		request string
		want    string // what the validator gets; else what is wrong
	}{
		{"integer", Param{In: InQuery, Name: "a", Style: Form, Types: NumberType}, get("/a/1?a=5"), `5`},
		{"a number of its own", Param{In: InQuery, Name: "a", Style: Form, Types: NumberType}, get("/a/1?a=1.5e3"), `1500.0`},
		{"no JSON number", Param{In: InQuery, Name: "a", Style: Form, Types: NumberType}, get("/a/1?a=05"), `"05"`},
		{"a text that looks like a number", Param{In: InQuery, Name: "a", Style: Form, Types: StringType}, get("/a/1?a=5"), `"5"`},
		{"boolean", Param{In: InQuery, Name: "a", Style: Form, Types: BooleanType}, get("/a/1?a=true"), `true`},
		{"null", Param{In: InQuery, Name: "a", Style: Form, Types: NumberType | NullType}, get("/a/1?a="), `null`},
		{"escaped", Param{In: InQuery, Name: "a b", Style: Form, Types: StringType}, get("/a/1?a%20b=x+y%2Cz"), `"x y,z"`},
		{"twice", Param{In: InQuery, Name: "a", Style: Form, Types: StringType}, get("/a/1?a=1&a=2"), `{"parameter":"a","in":"query","detail":"is given more than once"}`},
		{"required", Param{In: InQuery, Name: "a", Style: Form, Required: true}, get("/a/1"), `{"parameter":"a","in":"query","detail":"is required"}`},
		{"form, exploded", Param{In: InQuery, Name: "a", Style: Form, Explode: true, Types: ArrayType, Items: NumberType}, get("/a/1?a=1&b=9&a=2"), `[1,2]`},
		{"form", Param{In: InQuery, Name: "a", Style: Form, Types: ArrayType, Items: StringType}, get("/a/1?a=1,b%2Cc"), `["1","b,c"]`},
		{"form with escaped commas", Param{In: InQuery, Name: "a", Style: Form, Types: ArrayType, Items: StringType}, get("/a/1?a=1%2Cb"), `["1","b"]`},
		{"spaces", Param{In: InQuery, Name: "a", Style: SpaceDelimited, Types: ArrayType, Items: NumberType}, get("/a/1?a=1%202+3"), `[1,2,3]`},
		{"pipes", Param{In: InQuery, Name: "a", Style: PipeDelimited, Types: ArrayType, Items: NumberType}, get("/a/1?a=1%7C2%7c3"), `[1,2,3]`},
		{"tabs", Param{In: InQuery, Name: "a", Style: TabDelimited, Types: ArrayType}, get("/a/1?a=1%09x"), `[1,"x"]`},
		{"object, exploded", Param{In: InQuery, Name: "a", Style: Form, Explode: true, Types: ObjectType, Members: []ParamMember{{"x", NumberType}, {"y", StringType}, {"z", ArrayType}}},
			get("/a/1?x=1&y=2&q=3&z=a&z=b"), `{"x":1,"y":"2","z":["a","b"]}`},
		{"object", Param{In: InQuery, Name: "a", Style: Form, Types: ObjectType, Items: NumberType}, get("/a/1?a=x,1,y,2"), `{"x":1,"y":2}`},
		{"half a member", Param{In: InQuery, Name: "a", Style: Form, Types: ObjectType}, get("/a/1?a=x,1,y"), `{"parameter":"a","in":"query","detail":"is no list of names and values"}`},
		{"deep object", Param{In: InQuery, Name: "a", Style: DeepObject, Types: ObjectType, Members: []ParamMember{{"x", NumberType}}}, get("/a/1?a%5Bx%5D=1&a[y]=b&ab[z]=1"), `{"x":1,"y":"b"}`},
		{"too deep an object", Param{In: InQuery, Name: "a", Style: DeepObject, Types: ObjectType}, get("/a/1?a[x][y]=1"), `{"parameter":"a","in":"query","detail":"nests deeper than a query can say"}`},
		{"list in brackets", Param{In: InQuery, Name: "a", Style: DeepObject, Types: ArrayType, Items: StringType}, get("/a/1?a[]=x&a[1]=y"), `["x","y"]`},
		{"path", Param{In: InPath, Name: "id", Types: StringType}, get("/a/x%2Cy"), `"x,y"`},
		{"path list", Param{In: InPath, Name: "id", Types: ArrayType, Items: StringType}, get("/a/x,y%2Cz"), `["x","y,z"]`},
		{"label", Param{In: InPath, Name: "id", Style: Label, Types: NumberType}, get("/a/.5"), `5`},
		{"label without its dot", Param{In: InPath, Name: "id", Style: Label, Types: NumberType}, get("/a/5"), `{"parameter":"id","in":"path","detail":"does not begin with a dot"}`},
		{"label list", Param{In: InPath, Name: "id", Style: Label, Explode: true, Types: ArrayType, Items: NumberType}, get("/a/.5.6"), `[5,6]`},
		{"label object", Param{In: InPath, Name: "id", Style: Label, Explode: true, Types: ObjectType}, get("/a/.x=5.y=z"), `{"x":5,"y":"z"}`},
		{"matrix", Param{In: InPath, Name: "id", Style: Matrix, Types: NumberType}, get("/a/;id=5"), `5`},
		{"matrix of another", Param{In: InPath, Name: "id", Style: Matrix, Types: NumberType}, get("/a/;od=5"), `{"parameter":"id","in":"path","detail":"is not written as ;id=…"}`},
		{"matrix list", Param{In: InPath, Name: "id", Style: Matrix, Types: ArrayType}, get("/a/;id=5,6"), `[5,6]`},
		{"matrix list, exploded", Param{In: InPath, Name: "id", Style: Matrix, Explode: true, Types: ArrayType}, get("/a/;id=5;id=6"), `[5,6]`},
		{"matrix object", Param{In: InPath, Name: "id", Style: Matrix, Explode: true, Types: ObjectType}, get("/a/;x=5;y=6"), `{"x":5,"y":6}`},
		{"header", Param{In: InHeader, Name: "X-A", Types: StringType}, get("/a/1", "x-a: a%20b"), `"a%20b"`},
		{"header list", Param{In: InHeader, Name: "X-A", Types: ArrayType, Items: NumberType}, get("/a/1", "X-a: 1, 2", "x-A: 3"), `[1,2,3]`},
		{"header object", Param{In: InHeader, Name: "X-A", Explode: true, Types: ObjectType}, get("/a/1", "X-A: a=1, b=x"), `{"a":1,"b":"x"}`},
		{"cookie", Param{In: InCookie, Name: "s", Style: Form, Explode: true, Types: NumberType}, get("/a/1", `Cookie: t=1; s="2"`), `2`},
		{"JSON", Param{In: InQuery, Name: "a", Style: JSONText}, get(`/a/1?a=%7B%22x%22:1%7D`), `{"x":1}`},
		{"no JSON text", Param{In: InQuery, Name: "a", Style: JSONText}, get(`/a/1?a=%7Bx`), `{"parameter":"a","in":"query","detail":"is not JSON"}`},
		{"empty, which is taken", Param{In: InQuery, Name: "a", Style: Form, AllowEmpty: true, Types: NumberType}, get("/a/1?a"), ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if !test.param.Required {
				test.param.Valid = described(&got)
			}
			checks := &Checks{Params: []Param{test.param}}
			answer := body(exchange(t, checking(t, Plain, func(c *Ctx) Fault { return c.Check(checks) }), test.request))
			if strings.HasPrefix(test.want, `{"parameter"`) {
				require.Equal(t, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"The request's parameters are not as described","errors":[`+test.want+`]}`, answer)
				return
			}
			require.Equal(t, "ok", answer)
			require.Equal(t, test.want, got)
		})
	}
}

func TestReadingsOfAText(t *testing.T) {
	checks := &Checks{Params: []Param{
		{In: InQuery, Name: "a", Style: Form, Valid: shortStrings},                                                // of any type
		{In: InQuery, Name: "b", Style: Form, Explode: true, Types: ArrayType | NumberType, Valid: integers},      // a number after all
		{In: InQuery, Name: "c", Style: Form, Explode: true, Types: NumberType | StringType, Valid: shortStrings}, // digits that must be text
	}}
	core := checking(t, Plain, func(c *Ctx) Fault { return c.Check(checks) })
	require.Equal(t, "ok", body(exchange(t, core, get("/a/1?a=5&b=7&c=12"))))
	require.Contains(t, exchange(t, core, get("/a/1?b=x")), `"parameter":"b"`)
	require.Contains(t, exchange(t, core, get("/a/1?a=toolong&c=1234")), `"errors":[{"parameter":"a","in":"query","detail":`)
}

func TestUndeclaredParameters(t *testing.T) {
	checks := &Checks{Closed: true, Known: []string{"key"}, Params: []Param{
		{In: InQuery, Name: "a", Style: Form, Valid: shortStrings},
		{In: InQuery, Name: "d", Style: DeepObject, Types: ObjectType, Valid: func(value.Value, *schema.Report) bool { return true }},
	}}
	core := checking(t, Plain, func(c *Ctx) Fault { return c.Check(checks) })
	require.Equal(t, "ok", body(exchange(t, core, get("/a/1?key=5&a=7&d%5Bx%5D=1&"))))
	require.Contains(t, exchange(t, core, get("/a/1?key=5&d=1&x%22y=2")), `[{"parameter":"x\"y","in":"query","detail":"is not declared"}]`)
}

func TestStrictBodies(t *testing.T) {
	checks := &Checks{BodyRequired: true, Bodies: []BodyCheck{{"application/json", named}, {"multipart/form-data", nil}, {"image/*", nil}}}
	optional := &Checks{Bodies: []BodyCheck{{"*/*", named}}}
	var k *Checks
	core := checking(t, Plain, func(c *Ctx) Fault { return c.Check(k) }, WithLimits(Limits{Depth: 4}))
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(`{"nam":[[[1]]]}`))
	w.Close()
	bad := func(title, detail, errors string) string {
		if detail != "" {
			detail = `,"detail":"` + detail + `"`
		}
		status := "400"
		if title == "Unsupported Media Type" {
			status = "415"
		}
		return `{"type":"about:blank","title":"` + title + `","status":` + status + detail + `,"errors":[` + errors + `]}`
	}
	const invalid = "Invalid request body"
	for _, test := range []struct {
		name   string
		checks *Checks
		body   string
		header string
		want   string
	}{
		{"fits", checks, `{"name":1}`, "Content-Type: application/json; charset=utf-8", "ok"},
		{"no type is JSON", checks, `{"name":1}`, "X: y", "ok"},
		{"lacks", checks, `{"n":1}`, "Content-Type: application/json", bad("Bad Request", invalid, `{"pointer":"#/name","detail":"is required"}`)},
		{"no JSON", checks, `{"n":1`, "Content-Type: application/json", bad("Bad Request", invalid, `{"pointer":"#","detail":"is not JSON"}`)},
		{"too deep", checks, `[[[[[1]]]]]`, "Content-Type: application/json", bad("Bad Request", invalid, `{"pointer":"#","detail":"nests too deeply"}`)},
		{"a name twice", checks, `{"name":1,"x":{"a":1,"a":2}}`, "Content-Type: application/json", bad("Bad Request", invalid, `{"pointer":"#","detail":"has a name twice in one object"}`)},
		{"none", checks, ``, "Content-Type: application/json", bad("Bad Request", invalid, `{"pointer":"#","detail":"is required"}`)},
		{"none, which may be", optional, ``, "Content-Type: application/json", "ok"},
		{"not looked at", checks, `--x`, "Content-Type: multipart/form-data; boundary=x", "ok"},
		{"in a range", checks, `x`, "Content-Type: image/png", "ok"},
		{"not taken", checks, `x`, "Content-Type: text/plain", bad("Unsupported Media Type", "", `{"parameter":"Content-Type","in":"header","detail":"text/plain is not taken, but application/json, multipart/form-data, image/*"}`)},
		{"any type", optional, `x`, "Content-Type: text/plain", "ok"},
		{"JSON among any type", optional, `{}`, "Content-Type: application/x+json", bad("Bad Request", invalid, `{"pointer":"#/name","detail":"is required"}`)},
		{"compressed", checks, packed.String(), "Content-Encoding: gzip", bad("Bad Request", invalid, `{"pointer":"#/name","detail":"is required"}`)},
	} {
		k = test.checks
		got := body(exchange(t, core, post("/a/1", test.body, test.header, "Content-Length: "+strconv.Itoa(len(test.body)))))
		require.Equal(t, test.want, got, test.name)
	}
	answer := exchange(t, core, post("/a/1", "x", "Content-Encoding: br", "Content-Length: 1"))
	require.Contains(t, answer, "415 Unsupported Media Type")
}

func TestStrictAnswersOfREST(t *testing.T) {
	checks := &Checks{Bodies: []BodyCheck{{"application/json", named}}}
	core := checking(t, REST, func(c *Ctx) Fault { return c.Check(checks) })
	answer := exchange(t, core, post("/a/1", "[]", "Content-Length: 2"))
	require.Contains(t, answer, "Content-Type: application/problem+json\r\n")
	require.Contains(t, answer, "x-amzn-ErrorType: BadRequestException\r\n")
}

// A body of megabytes that is wrong everywhere gets an answer of a bounded size.
func TestProblemsAreBounded(t *testing.T) {
	wrong := func(v value.Value, r *schema.Report) bool {
		for range 10_000 {
			r.Type(v, "integer")
		}
		return false
	}
	checks := &Checks{Bodies: []BodyCheck{{"application/json", wrong}}}
	core := checking(t, Plain, func(c *Ctx) Fault { return c.Check(checks) })
	require.Less(t, len(exchange(t, core, post("/a/1", "[]", "Content-Length: 2"))), 16<<10)
}

func TestChecksDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	checks := &Checks{
		Params: []Param{
			{In: InQuery, Name: "limit", Style: Form, Explode: true, Types: NumberType, Valid: integers},
			{In: InQuery, Name: "tag", Style: Form, Explode: true, Types: ArrayType, Items: StringType, Valid: func(v value.Value, _ *schema.Report) bool { return schema.IsArray(v) }},
		},
		Bodies: []BodyCheck{{"application/json", named}},
	}
	required := &Required{Headers: []string{"x-a"}, Query: []string{"limit"}}
	for name, check := range map[string]func(*Ctx) Fault{
		"amazon": func(c *Ctx) Fault {
			if f := c.RequireParams(required); f != OK {
				return f
			}
			return c.ValidateBody(named)
		},
		"strict": func(c *Ctx) Fault { return c.Check(checks) },
	} {
		core := checking(t, REST, check)
		rc := received(t, post("/a/1?limit=5&tag=a&tag=b", `{"name":"x","list":[1,2,{"a":true}]}`, "x-a: 1", "Content-Length: 36"))
		handle := func() { core.Handle(rc) }
		handle()
		require.Equal(t, 200, rc.Response.StatusCode(), name)
		require.Zero(t, testing.AllocsPerRun(200, handle), name)
	}
}

// FuzzCheck sends any request to a strict route: it must get an answer, and a checked one only what its validators took.
func FuzzCheck(f *testing.F) {
	f.Add("a=1&b[x]=2&c=1,2|3", ".x;id=5", "1, 2", `{"name":[1]}`)
	f.Add("a=%zz&b[=&c=%", "%2c", "=;", `[[[[`)
	any := func(value.Value, *schema.Report) bool { return false }
	checks := &Checks{Closed: true, BodyRequired: true, Bodies: []BodyCheck{{"application/json", named}}}
	for style := Simple; style <= JSONText; style++ {
		for _, explode := range []bool{false, true} {
			for _, in := range []ParamIn{InPath, InQuery, InHeader, InCookie} {
				name := map[ParamIn]string{InPath: "id", InQuery: "b", InHeader: "X-A", InCookie: "c"}[in]
				checks.Params = append(checks.Params, Param{In: in, Name: name, Style: style, Explode: explode, Types: ArrayType | ObjectType | StringType, Members: []ParamMember{{"x", NumberType}}, Valid: any})
			}
		}
	}
	route := &Route{ID: "a", Method: "POST", Path: "/{id}", Params: []PathParam{{Name: "id"}}}
	core := newTestCore(f, &API{Style: Plain, Routes: []*Route{route}}, func(c *Ctx) Fault { c.Enter(route); return c.Check(checks) })
	f.Fuzz(func(t *testing.T, query, path, header, body string) {
		rc := new(fasthttp.RequestCtx)
		rc.Init2(&peerConn{}, nil, false)
		rc.Request.Header.DisableNormalizing()
		rc.Request.Header.SetMethod("POST")
		rc.Request.Header.SetHost("api.example.com")
		rc.Request.SetRequestURI("/" + path + "?" + query)
		rc.Request.Header.Set("X-A", header)
		rc.Request.Header.Set("Cookie", "c="+header)
		rc.Request.SetBodyString(body)
		core.Handle(rc)
		if status := rc.Response.StatusCode(); status < 400 || status > 499 {
			t.Fatalf("status %d", status)
		}
	})
}

// TestAnswersAreReported looks at answers that are not what the document says: they are logged, counted and not changed.
func TestAnswersAreReported(t *testing.T) {
	route := &Route{ID: "a", Method: "GET", Path: "/a", Replies: []ReplyCheck{
		{Status: 200, MediaType: "application/json", Valid: named}, {Status: 204}, {Status: 4, MediaType: "text/*"},
	}}
	for _, test := range []struct {
		name, body, mediaType string
		status                int
		want                  string // what is logged
	}{
		{"fits", `{"name":1}`, "application/json", 200, ""},
		{"does not", `{}`, "application/json", 200, "/name is required"},
		{"no JSON", `{`, "application/json", 200, "the body is not JSON"},
		{"another type", `{}`, "text/plain", 200, "the media type text/plain is not declared"},
		{"a class", `x`, "text/plain", 404, ""},
		{"nothing", ``, "", 204, ""},
		{"another status", `x`, "text/plain", 500, "the status is not declared"},
	} {
		for _, streamed := range []bool{false, true} {
			var log bytes.Buffer
			core := newTestCore(t, &API{Style: Plain, Routes: []*Route{route}}, func(c *Ctx) Fault {
				c.Enter(route)
				r := c.Respond(test.status)
				r.Header("Content-Type", test.mediaType)
				if streamed {
					return r.Stream(strings.NewReader(test.body), -1)
				}
				return r.Text(test.body)
			}, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			answer := exchange(t, core, get("/a"))
			require.Contains(t, answer, test.body, test.name)
			if test.want == "" {
				require.Empty(t, log.String(), test.name)
				require.Zero(t, core.ResponseMismatches(), test.name)
				continue
			}
			require.Contains(t, log.String(), `detail="`+test.want+`"`, test.name)
			require.EqualValues(t, 1, core.ResponseMismatches(), test.name)
		}
	}
}
