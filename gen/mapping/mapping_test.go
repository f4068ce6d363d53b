package mapping_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
)

func TestParseRequest(t *testing.T) {
	for text, want := range map[string]mapping.Source{
		"'pet'":                                    mapping.Literal{Text: "pet"},
		"''":                                       mapping.Literal{},
		"'default-src 'self''":                     mapping.Literal{Text: "default-src 'self'"},
		"method.request.path.id":                   mapping.RequestParameter{In: mapping.Path, Name: "id"},
		"method.request.querystring.a.b":           mapping.RequestParameter{In: mapping.Query, Name: "a.b"},
		"method.request.header.X-Id":               mapping.RequestParameter{In: mapping.Header, Name: "X-Id"},
		"method.request.multivaluequerystring.p":   mapping.RequestParameter{In: mapping.Query, Name: "p", Multi: true},
		"method.request.multivalueheader.X":        mapping.RequestParameter{In: mapping.Header, Name: "X", Multi: true},
		"method.request.body":                      mapping.RequestBody{},
		"method.request.body.$":                    mapping.RequestBody{Path: "$"},
		"method.request.body.pets[0].name":         mapping.RequestBody{Path: "$.pets[0].name"},
		"method.request.body[-1]":                  mapping.RequestBody{Path: "$[-1]"},
		"method.request.body..id":                  mapping.RequestBody{Path: "$..id"},
		"method.request.body.*['odd \\' name'][*]": mapping.RequestBody{Path: `$.*['odd \' name'][*]`},
		"method.request.body.a[1:3][:2][-1:]":      mapping.RequestBody{Path: "$.a[1:3][:2][-1:]"},
		"context.identity.sourceIp":                mapping.Context{Variable: "identity.sourceIp"},
		"context.authorizer.claims.sub":            mapping.AuthorizerVariable{Key: "claims.sub"},
		"context.authorizer.principalId":           mapping.AuthorizerVariable{Key: "principalId"},
		"stageVariables.backend":                   mapping.StageVariable{Name: "backend"},
	} {
		got, p := mapping.ParseRequest(text)
		require.Nil(t, p, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseResponse(t *testing.T) {
	for text, want := range map[string]mapping.Source{
		"integration.response.header.X-Id":        mapping.ResponseHeader{Name: "X-Id"},
		"integration.response.multivalueheader.X": mapping.ResponseHeader{Name: "X", Multi: true},
		"integration.response.body":               mapping.ResponseBody{},
		"integration.response.body.errorMessage":  mapping.ResponseBody{Path: "$.errorMessage"},
		"'*'":                                     mapping.Literal{Text: "*"},
		"context.requestId":                       mapping.Context{Variable: "requestId"},
	} {
		got, p := mapping.ParseResponse(text)
		require.Nil(t, p, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseGatewayResponse(t *testing.T) {
	for text, want := range map[string]mapping.Source{
		"method.request.header.Origin": mapping.RequestParameter{In: mapping.Header, Name: "Origin"},
		"context.error.message":        mapping.Context{Variable: "error.message"},
		"'x'":                          mapping.Literal{Text: "x"},
	} {
		got, p := mapping.ParseGatewayResponse(text)
		require.Nil(t, p, text)
		assert.Equal(t, want, got, text)
	}
}

// mistake is a problem and the stretch of the text that it points at.
type mistake struct {
	code diag.Code
	at   string
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		parse func(string) (mapping.Source, *mapping.Problem)
		text  string
		want  mistake
		help  string
	}{
		{mapping.ParseRequest, "pet", mistake{diag.BadExpression, "pet"}, "'pet'"},
		{mapping.ParseRequest, "", mistake{diag.BadExpression, ""}, "method.request.header.NAME"},
		{mapping.ParseRequest, "'pet", mistake{diag.UnclosedLiteral, "'pet"}, ""},
		{mapping.ParseRequest, "'", mistake{diag.UnclosedLiteral, "'"}, ""},
		{mapping.ParseRequest, "'a' + 'b", mistake{diag.UnclosedLiteral, "b"}, "joined"},
		{mapping.ParseRequest, "method.request.headers.X", mistake{diag.BadExpression, "headers"}, "did you mean header?"},
		{mapping.ParseRequest, "method.requst.header.X", mistake{diag.BadExpression, "method.requst"}, "did you mean method.request?"},
		{mapping.ParseRequest, "contxt.requestId", mistake{diag.BadExpression, "contxt"}, "did you mean context?"},
		{mapping.ParseRequest, "$context.requestId", mistake{diag.BadExpression, "$context.requestId"}, "no $"},
		{mapping.ParseRequest, "method.request.header", mistake{diag.BadExpression, "method.request.header"}, "name"},
		{mapping.ParseRequest, "method.request.header.X Y", mistake{diag.BadMappedName, "X Y"}, "letters"},
		{mapping.ParseRequest, "integration.response.header.X", mistake{diag.WrongSide, "integration.response"}, "method.request"},
		{mapping.ParseResponse, "method.request.header.X", mistake{diag.WrongSide, "method.request"}, "integration.response"},
		{mapping.ParseGatewayResponse, "integration.response.header.X", mistake{diag.WrongSide, "integration.response"}, ""},
		{mapping.ParseGatewayResponse, "method.request.body", mistake{diag.BadExpression, "body"}, "path, querystring, header"},
		{mapping.ParseRequest, "context.identity.sourceIP", mistake{diag.UnknownContext, "identity.sourceIP"}, "did you mean context.identity.sourceIp?"},
		{mapping.ParseRequest, "context.identity", mistake{diag.UnknownContext, "identity"}, "one of the group"},
		{mapping.ParseRequest, "context.authorizer", mistake{diag.UnknownContext, "authorizer"}, "principalId"},
		{mapping.ParseRequest, "context.status", mistake{diag.LogOnlyContext, "status"}, ""},
		{mapping.ParseRequest, "context.error.message", mistake{diag.WrongSide, "error.message"}, ""},
		{mapping.ParseRequest, "context.requestOverride.header.X", mistake{diag.WrongSide, "requestOverride.header.X"}, ""},
		{mapping.ParseRequest, "method.request.body.pets[0", mistake{diag.BadJSONPath, "0"}, ""},
		{mapping.ParseRequest, "method.request.body.a[?(@.b ==)]", mistake{diag.BadJSONPath, ")"}, ""},
		{mapping.ParseRequest, "method.request.body.a.length()", mistake{diag.BadJSONPath, "("}, ""},
		{mapping.ParseRequest, "stageVariables.a-b", mistake{diag.BadMappedName, "a-b"}, ""},
	} {
		source, p := test.parse(test.text)
		require.NotNil(t, p, test.text)
		assert.Nil(t, source, test.text)
		assert.Equal(t, test.want, mistake{p.Code, test.text[p.Offset : p.Offset+p.Length]}, test.text)
		assert.Contains(t, p.Help, test.help, test.text)
	}
}

func TestTargets(t *testing.T) {
	target, p := mapping.ParseRequestTarget("integration.request.querystring.page")
	require.Nil(t, p)
	assert.Equal(t, mapping.Target{In: mapping.Query, Name: "page"}, target)
	target, p = mapping.ParseResponseTarget("method.response.header.Access-Control-Allow-Origin")
	require.Nil(t, p)
	assert.Equal(t, mapping.Target{In: mapping.Header, Name: "Access-Control-Allow-Origin"}, target)
	target, p = mapping.ParseGatewayResponseTarget("gatewayresponse.path.x")
	require.Nil(t, p)
	assert.Equal(t, mapping.Target{In: mapping.Path, Name: "x"}, target)

	for text, want := range map[string]mistake{
		"integration.request.headers.X":    {diag.BadTarget, "headers"},
		"integration.request.header.":      {diag.BadTarget, "integration.request.header."},
		"method.request.header.X":          {diag.BadTarget, "method.request.header.X"},
		"integration.request.header.X\r\n": {diag.BadMappedName, "X\r\n"},
	} {
		_, p := mapping.ParseRequestTarget(text)
		require.NotNil(t, p, text)
		assert.Equal(t, want, mistake{p.Code, text[p.Offset : p.Offset+p.Length]}, text)
	}
}

func TestParseURI(t *testing.T) {
	const text = "HTTP://${stageVariables.host}:80/v1/{id}/${x}?q={q}&${stageVariables.more}"
	uri, p := mapping.ParseURI(text)
	require.Nil(t, p)
	assert.Equal(t, "http", uri.Scheme)
	assert.True(t, uri.HasQuery)
	type part struct {
		in   mapping.Component
		kind mapping.PartKind
		text string
	}
	var got []part
	for _, piece := range uri.Parts {
		got = append(got, part{piece.In, piece.Kind, piece.Text})
		assert.Contains(t, text[piece.Offset:piece.Offset+piece.Length], piece.Text)
	}
	assert.Equal(t, []part{
		{mapping.Authority, mapping.StageVarValue, "host"}, {mapping.Authority, mapping.PlainText, ":80"},
		{mapping.URLPath, mapping.PlainText, "/v1/"}, {mapping.URLPath, mapping.Placeholder, "id"}, {mapping.URLPath, mapping.PlainText, "/${x}"},
		{mapping.URLQuery, mapping.PlainText, "q="}, {mapping.URLQuery, mapping.Placeholder, "q"}, {mapping.URLQuery, mapping.PlainText, "&"},
		{mapping.URLQuery, mapping.StageVarValue, "more"},
	}, got)
	assert.Len(t, uri.Placeholders(), 2)
	assert.Len(t, uri.Component(mapping.Authority), 2)

	uri, p = mapping.ParseURI("http://pets.example?a=/b")
	require.Nil(t, p)
	assert.Equal(t, []mapping.URIPart{{In: mapping.Authority, Kind: mapping.PlainText, Text: "pets.example", Offset: 7, Length: 12},
		{In: mapping.URLQuery, Kind: mapping.PlainText, Text: "a=/b", Offset: 20, Length: 4}}, uri.Parts)

	for text, want := range map[string]mistake{
		"http://x/{id":                  {diag.BadURIText, "{id"},
		"http://x/id}":                  {diag.BadURIText, "}"},
		"http://x/{}":                   {diag.BadURIText, "{}"},
		"http://x/{proxy+}":             {diag.BadMappedName, "proxy+"},
		"http://x/{a b}":                {diag.BadMappedName, "a b"},
		"http://x/a b":                  {diag.BadURIText, " "},
		"http://x/a#b":                  {diag.BadURIText, "#b"},
		"http://${stageVariables.host/": {diag.BadURIText, "${stageVariables.host/"},
		"http://${stageVariables.a-b}/": {diag.BadMappedName, "a-b"},
	} {
		_, p := mapping.ParseURI(text)
		require.NotNil(t, p, text)
		assert.Equal(t, want, mistake{p.Code, text[p.Offset : p.Offset+p.Length]}, text)
	}
}

func TestParseText(t *testing.T) {
	parts, problems := mapping.ParseText(`{"m":$context.error.messageString,"ip":"$context.identity.sourceIp.","s":"$stageVariables.x!","o":"$method.request.header.Origin","q":"method.request.querystring.a.b","$input":1,"c":"$context.authorizer.claims.sub"}`)
	assert.Empty(t, problems)
	assert.Equal(t, []mapping.Source{
		mapping.Literal{Text: `{"m":`}, mapping.Context{Variable: "error.messageString"},
		mapping.Literal{Text: `,"ip":"`}, mapping.Context{Variable: "identity.sourceIp"},
		mapping.Literal{Text: `.","s":"`}, mapping.StageVariable{Name: "x"},
		mapping.Literal{Text: `!","o":"`}, mapping.RequestParameter{In: mapping.Header, Name: "Origin"},
		mapping.Literal{Text: `","q":"`}, mapping.RequestParameter{In: mapping.Query, Name: "a"},
		mapping.Literal{Text: `.b","$input":1,"c":"`}, mapping.AuthorizerVariable{Key: "claims.sub"},
		mapping.Literal{Text: `"}`},
	}, parts)

	const text = "$context.identity.sourceIP $context.status method.request.body"
	_, problems = mapping.ParseText(text)
	var got []mistake
	for _, p := range problems {
		got = append(got, mistake{p.Code, text[p.Offset : p.Offset+p.Length]})
	}
	assert.Equal(t, []mistake{{diag.BadTemplateReference, "identity.sourceIP"}, {diag.LogOnlyContext, "status"}, {diag.BadTemplateReference, "method.request.body"}}, got)
}

func TestContextVariables(t *testing.T) {
	names := mapping.ContextVariables()
	assert.Contains(t, names, "identity.clientCert.validity.notAfter")
	assert.Contains(t, names, "error.validationErrorString")
	assert.NotContains(t, names, "status")
	assert.IsIncreasing(t, names)
}

// within fails when a problem points outside its text.
func within(t *testing.T, text string, p *mapping.Problem) {
	t.Helper()
	if p == nil {
		return
	}
	if p.Code == "" || p.Message == "" || p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > len(text) {
		t.Fatalf("problem %+v of %q", *p, text)
	}
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"'a'", "method.request.body.a[0]['b']..c[1:2]", "context.identity.sourceIp", "integration.response.header.X",
		"stageVariables.x", "method.request.multivalueheader.X", "method.request.body.[", "method.request.body.$[?("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (mapping.Source, *mapping.Problem){mapping.ParseRequest, mapping.ParseResponse, mapping.ParseGatewayResponse} {
			source, p := parse(text)
			if (source == nil) == (p == nil) {
				t.Fatalf("%q gives %v and %v", text, source, p)
			}
			within(t, text, p)
		}
		for _, parse := range []func(string) (mapping.Target, *mapping.Problem){mapping.ParseRequestTarget, mapping.ParseResponseTarget, mapping.ParseGatewayResponseTarget} {
			target, p := parse(text)
			if (target.Name == "") == (p == nil) {
				t.Fatalf("%q gives %v and %v", text, target, p)
			}
			within(t, text, p)
		}
	})
}

func FuzzURI(f *testing.F) {
	for _, seed := range []string{"http://${stageVariables.host}/a/{b}?c={d}", "${x}", "a{", "http://?", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		uri, p := mapping.ParseURI(text)
		if (uri == nil) == (p == nil) {
			t.Fatalf("%q gives %v and %v", text, uri, p)
		}
		within(t, text, p)
		if uri == nil {
			return
		}
		end, in := 0, mapping.Component(0)
		for _, part := range uri.Parts {
			if part.Offset < end || part.Length <= 0 || part.In < in {
				t.Fatalf("%q: part %+v is out of order", text, part)
			}
			end, in = part.Offset+part.Length, part.In
		}
		if end > len(text) {
			t.Fatalf("%q: parts end at %d", text, end)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"$context.error.message", "$context.", "$stageVariables.", "method.request.header.", "$context.authorizer..", "$$context.requestId"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, problems := mapping.ParseText(text)
		for _, p := range problems {
			within(t, text, p)
		}
		if len(problems) == 0 && text != "" && len(parts) == 0 {
			t.Fatalf("%q has no parts", text)
		}
	})
}
