package load_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// clean loads documents and requires that nothing is wrong with them.
func clean(t testing.TB, o load.Options) *model.API {
	t.Helper()
	var found diag.List
	api := load.Load(context.Background(), o, &found)
	require.Empty(t, texts(&found))
	require.NotNil(t, api)
	return api
}

// texts are the findings as lines "file:line:col CODE message".
func texts(found *diag.List) []string {
	shown, _ := found.Sorted()
	var lines []string
	for _, d := range shown {
		place := strings.TrimPrefix(d.Span.String(), filepath.Dir(d.Span.File.Path)+"/")
		severity := ""
		if d.Severity == diag.Warning {
			severity = "warning "
		}
		lines = append(lines, place+" "+string(d.Code)+" "+severity+d.Message)
	}
	return lines
}

// at returns a text and its place as "value @ line:col".
func at(s source.String) string {
	if !s.Span.Valid() {
		return s.Value + " @ nowhere"
	}
	return s.Value + " @ " + strings.TrimPrefix(s.Span.String(), s.Span.File.Path+":")
}

func atp(s *source.String) string {
	if s == nil {
		return "absent"
	}
	return at(*s)
}

func find(t testing.TB, api *model.API, path, method string) *model.Operation {
	t.Helper()
	for _, item := range api.Paths {
		for _, op := range item.Operations {
			if item.Path.Value == path && op.Method == method {
				return op
			}
		}
	}
	require.Failf(t, "no operation", "%s %s", method, path)
	return nil
}

func TestSwagger20(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/swagger.yaml"}, Region: "eu-west-1"})
	assert.Equal(t, model.Swagger20, api.Version)
	assert.True(t, api.Amazon)
	assert.Equal(t, "1.2 @ 4:12", at(api.DocVersion))
	require.Len(t, api.Servers, 2)
	assert.Equal(t, "https://books.example.com/shop/v1 @ 5:7", at(api.Servers[0].URL))
	assert.Equal(t, "http://books.example.com/shop/v1", api.Servers[1].Resolved)
	assert.Equal(t, "/shop/v1 @ 6:11", at(api.BasePath))
	require.NotNil(t, api.Security)
	assert.Equal(t, "key @ 23:5", at(api.Security.Alternatives[0].Schemes[0].Name))
	assert.Equal(t, "all @ 26:40", atp(api.RequestValidator))
	assert.Equal(t, "*/* @ 27:54", at(api.BinaryMediaTypes[1]))
	assert.EqualValues(t, 1024, api.MinimumCompressionSize.Value)
	assert.Equal(t, "testdata/swagger.yaml:28:47", api.MinimumCompressionSize.Span.String())
	require.Len(t, api.GatewayResponses, 1)
	response := api.GatewayResponses[0]
	assert.Equal(t, "DEFAULT_4XX @ 30:3", at(response.Type))
	assert.Equal(t, "418 @ 31:17", atp(response.StatusCode))
	assert.Equal(t, "'b' @ 33:36", at(response.Parameters[0].Source))
	assert.Equal(t, `{"m": $context.error.messageString} @ 35:26`, at(response.Templates[0].Text))
	assert.True(t, api.EndpointConfiguration.DisableExecuteAPIEndpoint.Value)
	assert.Len(t, api.Schemas, 2)
	assert.Empty(t, api.Unknown)

	scheme := api.SecuritySchemes[1]
	assert.Equal(t, "oauth2 @ 16:35", atp(scheme.AuthType))
	assert.EqualValues(t, 60, scheme.Authorizer.ResultTTL.Value)
	uri := scheme.Authorizer.URI
	assert.Equal(t, "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:check/invocations", uri.Value)
	word := strings.Index(uri.Value, "check")
	assert.Equal(t, "testdata/swagger.yaml:19:160", uri.Sub(word, 5).String())
	assert.Equal(t, "^Bearer [${]+$", scheme.Authorizer.ValidationExpression.Value)
}

func TestSwagger20Operations(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/swagger.yaml"}})
	require.Len(t, api.Paths, 1)
	item := api.Paths[0]
	assert.Equal(t, "/books/{id} @ 42:3", at(item.Path))
	assert.Equal(t, "/paths/~1books~1{id}", item.Pointer)
	var methods []string
	for _, op := range item.Operations {
		methods = append(methods, op.Method)
	}
	assert.Equal(t, []string{"GET", "PUT", "POST", "ANY"}, methods)

	get := item.Operations[0]
	assert.Equal(t, "testdata/swagger.yaml:46:5", get.Span.String())
	require.Len(t, get.Parameters, 2)
	assert.Equal(t, "id @ 44:16", at(get.Parameters[0].Name))
	assert.Equal(t, "limit @ 49:18", at(get.Parameters[1].Name), "the operation's own parameter wins")
	assert.False(t, get.Parameters[1].Required)
	require.Len(t, get.Responses, 2)
	assert.Equal(t, "200 @ 51:9", at(get.Responses[0].Status))
	assert.Equal(t, "X-Rate @ 51:80", at(get.Responses[0].Headers[0]))
	assert.Equal(t, "text/csv @ 9:30", at(get.Responses[0].Content[1].Name))
	assert.Len(t, get.Responses[1].Content, 2, "through $ref")
	assert.Nil(t, get.Security)

	post := find(t, api, "/books/{id}", "POST")
	require.NotNil(t, post.Security)
	assert.Empty(t, post.Security.Alternatives)
	assert.True(t, post.RequestBody.Required)
	assert.Equal(t, "application/xml @ 75:18", at(post.RequestBody.Content[0].Name))
	assert.Len(t, post.Parameters, 2)
	put := find(t, api, "/books/{id}", "PUT")
	assert.True(t, put.RequestBody.Required)
	assert.Equal(t, "multipart/form-data", put.RequestBody.Content[0].Name.Value)

	rest := find(t, api, "/books/{id}", "ANY")
	assert.Equal(t, "/paths/~1books~1{id}/x-amazon-apigateway-any-method", rest.Pointer)
	assert.Equal(t, "AWS_IAM @ 85:40", atp(rest.Auth))
	assert.Equal(t, "all", rest.RequestValidator.Value)
	assert.Equal(t, "mock @ 88:37", at(rest.Integration.Type))
}

func TestIntegration(t *testing.T) {
	in := find(t, clean(t, load.Options{Paths: []string{"testdata/swagger.yaml"}}), "/books/{id}", "GET").Integration
	assert.Equal(t, "testdata/swagger.yaml:53:7", in.Span.String())
	assert.Equal(t, "http @ 54:15", at(in.Type))
	assert.Equal(t, "https://${stageVariables.host}/books/{id} @ 56:14", atp(in.URI))
	assert.EqualValues(t, 5000, in.TimeoutInMillis.Value)
	require.Len(t, in.RequestParameters, 2)
	assert.Equal(t, "integration.request.path.id @ 59:11", at(in.RequestParameters[0].Target))
	assert.Equal(t, "method.request.path.id @ 59:40", at(in.RequestParameters[0].Source))
	assert.False(t, in.RequestParameters[0].NotString)
	assert.True(t, in.RequestParameters[1].NotString)
	assert.Equal(t, "true @ 60:41", at(in.RequestParameters[1].Source))
	template := in.RequestTemplates[0]
	assert.Equal(t, "#set($x = 1)\n{\"a\": ${x}}\n", template.Text.Value)
	assert.Equal(t, "testdata/swagger.yaml:64:19", template.Text.Sub(strings.Index(template.Text.Value, "${x}"), 4).String())
	assert.True(t, in.TLSConfig.InsecureSkipVerification.Value)
	assert.Equal(t, "method.request.path.id @ 65:30", at(in.CacheKeyParameters[0]))
	require.Len(t, in.Responses, 2)
	assert.Equal(t, "default @ 68:11", at(in.Responses[0].Pattern))
	assert.Equal(t, "200 @ 68:33", atp(in.Responses[0].StatusCode))
	assert.Equal(t, `4\d{2} @ 69:11`, at(in.Responses[1].Pattern))
	assert.Equal(t, "integration.response.header.Rate @ 71:65", at(in.Responses[1].Parameters[0].Source))
	require.Len(t, in.Responses[1].Templates, 1, "an empty template is a template")
	assert.Equal(t, "", in.Responses[1].Templates[0].Text.Value)
	assert.False(t, in.Incomplete)
	assert.Empty(t, in.Unknown)
}

func TestOpenAPI30(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/openapi30.json"}})
	assert.Equal(t, model.OpenAPI30, api.Version)
	assert.Equal(t, "Żółw @ 3:22", at(api.Title))
	assert.Equal(t, "https://api.example.com//v2/all", api.Servers[0].Resolved)
	assert.Equal(t, "/v2/all @ 5:121", at(api.BasePath))
	assert.Equal(t, "vpce-2 @ 6:73", at(api.EndpointConfiguration.VPCEndpointIDs[0]))
	assert.EqualValues(t, 5000, api.Paths[0].Gateway.Timeout.Value)

	list := find(t, api, "/pets", "GET")
	assert.Equal(t, "limit @ 25:39", at(list.Parameters[0].Name))
	assert.True(t, list.Parameters[0].Required)
	assert.False(t, *list.Parameters[1].Explode)
	assert.Equal(t, "form", list.Parameters[1].Style)
	assert.Equal(t, "4XX @ 13:72", at(list.Responses[1].Status))
	uri := list.Integration.URI
	assert.Equal(t, "http://pets.example.com/é/{x}", uri.Value)
	assert.Equal(t, "testdata/openapi30.json:14:127", uri.Sub(strings.Index(uri.Value, "{x}"), 3).String())

	post := find(t, api, "/pets", "POST")
	assert.True(t, post.RequestBody.Required)
	assert.Equal(t, "application/xml @ 27:132", at(post.RequestBody.Content[1].Name))
	require.Len(t, post.Security.Alternatives, 2)
	assert.Equal(t, "a/b @ 19:32", at(post.Security.Alternatives[0].Schemes[0].Scopes[0]))
	assert.Empty(t, post.Security.Alternatives[1].Schemes)
}

func TestOpenAPI31(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/openapi31.yaml"}})
	assert.Equal(t, model.OpenAPI31, api.Version)
	assert.True(t, api.Amazon, "x-gateway-api names a type")
	assert.Equal(t, "012345678901 @ 3:54", atp(api.Account))
	require.Len(t, api.Paths, 2, "webhooks are not served")
	get := find(t, api, "/boxes", "GET")
	assert.Equal(t, "/paths/~1boxes/get", get.Pointer)
	assert.Equal(t, "depot @ 37:29", atp(get.Gateway.Upstream))
	assert.Equal(t, "cookie", get.Parameters[0].In)
	assert.Equal(t, "https://boxes.example.com @ 33:23", at(api.Paths[0].Servers[0].URL))
	assert.Equal(t, "testdata/openapi31.yaml:36:7", get.Span.String())
}

func TestGatewaySettings(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/openapi31.yaml"}})
	require.Len(t, api.Stages, 1)
	stage := api.Stages[0]
	assert.Equal(t, "prod @ 5:3", at(stage.Name))
	assert.Equal(t, "the real one", stage.Description)
	var variables []string
	for _, v := range stage.Variables {
		variables = append(variables, v.Name.Value+"="+v.Value.Value)
	}
	assert.Equal(t, []string{"host=depot.internal", "size=12", "on=true"}, variables)
	assert.Empty(t, stage.Other)
	assert.Equal(t, "testdata/openapi31.yaml:8:5", stage.Throttle.Span.String())
	assert.EqualValues(t, 10<<20, api.Gateway.MaxBody.Value)
	assert.Equal(t, "strict", api.Gateway.Validate.Value)

	require.Len(t, api.Upstream, 1)
	u := api.Upstream[0]
	assert.Equal(t, "http://10.0.0.1:8080 @ 11:15", at(u.Targets[0].URL))
	assert.EqualValues(t, 2, u.Targets[1].Weight.Value)
	assert.Equal(t, "header:X-User", u.HashOn.Value)
	assert.EqualValues(t, 3, u.Health.UnhealthyAfter.Value)
	assert.EqualValues(t, 10, u.Passive.Eject.Value)
	assert.Equal(t, "502 @ 16:42", at(u.Retries.On[1]))
	assert.Equal(t, "0.2 @ 16:56", atp(u.Retries.Budget))
	assert.EqualValues(t, 0, u.MaxConcurrent.Value)
	assert.Equal(t, "depot", u.TLS.ServerName.Value)
	assert.False(t, u.TLS.InsecureSkipVerify.Value)
}

func TestFilesJoinedByReferences(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{"testdata/split/openapi.yaml"}})
	list := find(t, api, "/pets", "GET")
	assert.Equal(t, "testdata/split/parts/pets.yaml:2:3", list.Span.String())
	assert.Equal(t, "/paths/~1pets/get", list.Pointer)
	assert.Equal(t, "testdata/split/parts/pets.yaml:11:15", list.Parameters[0].Name.Span.String())
	assert.Equal(t, "testdata/split/parts/shared.yaml:2:16", list.Parameters[1].Name.Span.String())
	assert.Equal(t, "application/json", list.Responses[0].Content[0].Name.Value)
	assert.Equal(t, "testdata/split/parts/shared.yaml:9:8", list.Integration.URI.Span.String())
	get := find(t, api, "/pets/{id}", "GET")
	assert.Equal(t, "testdata/split/parts/pet item.json:1:3", get.Span.String())
	assert.Equal(t, "id", get.Parameters[0].Name.Value, "beside the $ref")
	var names []string
	for _, f := range api.Files {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"openapi.yaml", "parts/pets.yaml", "parts/shared.yaml", "parts/whole.json", "parts/pet item.json"}, names)
}

func TestBasePathModes(t *testing.T) {
	for _, test := range []struct {
		document string // what stands beside /test
		base     string
		want     map[load.BasePath]string
	}{
		{"servers: [{url: 'https://h.example/base-url/part/'}]", "/base-url/part/",
			map[load.BasePath]string{load.IgnoreBasePath: "/test", load.PrependBasePath: "/base-url/part/test", load.SplitBasePath: "/part/test"}},
		{"servers: [{url: 'https://h.example/a', variables: {basePath: {default: /base-var}}}]", "/base-var",
			map[load.BasePath]string{load.IgnoreBasePath: "/test", load.PrependBasePath: "/base-var/test", load.SplitBasePath: "/test"}},
		{"servers: [{url: /rel/x}]", "/rel/x",
			map[load.BasePath]string{load.PrependBasePath: "/rel/x/test", load.SplitBasePath: "/x/test"}},
		{"servers: [{url: 'https://h.example'}]", "/",
			map[load.BasePath]string{load.PrependBasePath: "/test", load.SplitBasePath: "/test"}},
		{"", "", map[load.BasePath]string{load.PrependBasePath: "/test"}},
	} {
		path := write(t, "a.yaml", "openapi: 3.0.1\npaths: {/test: {get: {}}}\n"+test.document+"\n")
		for mode, want := range test.want {
			api := clean(t, load.Options{Paths: []string{path}, BasePath: mode})
			assert.Equal(t, want, api.Paths[0].Path.Value, test.document)
			assert.Equal(t, want, api.PathPrefix+"/test")
			assert.Equal(t, "/paths/~1test", api.Paths[0].Pointer)
			assert.Equal(t, test.base, api.BasePath.Value)
			assert.Equal(t, "2:9", strings.TrimPrefix(api.Paths[0].Path.Span.String(), path+":"))
			assert.Equal(t, "2:12", strings.TrimPrefix(api.Paths[0].Path.Sub(len(want)-2, 1).String(), path+":"))
		}
	}
	_, err := load.ParseBasePath("keep")
	assert.ErrorContains(t, err, `"keep"`)
	mode, err := load.ParseBasePath("split")
	require.NoError(t, err)
	assert.Equal(t, load.SplitBasePath, mode)
}

func TestAmazonOrPlain(t *testing.T) {
	for text, amazon := range map[string]bool{
		"":                                      false,
		"x-gateway-cors: {allowOrigins: ['*']}": false,
		"x-gateway-upstream: http://h":          false,
		"x-gateway-api: {id: a1b2c3d4e5}":       false,
		"x-gateway-api: {type: REST}":           true,
		"x-gateway-policy: {}":                  true,
		"x-amazon-apigateway-cors: {}":          true,
		"tags: [{name: a, x-amazon-apigateway-tag-value: b}]": true,
	} {
		path := write(t, "a.yaml", "openapi: 3.0.1\npaths: {/a: {get: {}}}\n"+text+"\n")
		assert.Equal(t, amazon, clean(t, load.Options{Paths: []string{path}}).Amazon, text)
	}
}

// write makes a file in a folder of its own.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
