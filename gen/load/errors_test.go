package load_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/model"
)

const head = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\n"

// loaded loads one document of text.
func loaded(t testing.TB, text string) (*model.API, []string) {
	t.Helper()
	var found diag.List
	api := load.Load(context.Background(), load.Options{Paths: []string{write(t, "a.yaml", text)}}, &found)
	return api, texts(&found)
}

func TestFindings(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{"a.yaml:1:1 GW1010 the file is empty"}},
		{"only a comment", "# nothing\n", []string{"a.yaml:1:1 GW1010 the file is empty"}},
		{"a list", "- a\n", []string{"a.yaml:1:1 GW1011 an OpenAPI document is a map, not a list"}},
		{"a text", "hello\n", []string{"a.yaml:1:1 GW1011 an OpenAPI document is a map, not a text"}},
		{"something else", "name: x\n", []string{"a.yaml:1:1 GW1011 this is not an OpenAPI document: it has neither the key openapi nor swagger"}},
		{"a template", "Resources: {}\n", []string{"a.yaml:1:1 GW1901 this is a CloudFormation template, and it holds no API"}},
		{"version 4", "openapi: 4.0.0\n", []string{`a.yaml:1:10 GW1012 openapi "4.0.0" is not a version that can be read`}},
		{"version 1.2", "swagger: '1.2'\n", []string{`a.yaml:1:11 GW1012 swagger "1.2" is not a version that can be read`}},
		{"swagger 3", "swagger: '3.0.1'\n", []string{`a.yaml:1:11 GW1012 swagger "3.0.1" is not a version that can be read`}},
		{"version as a list", "openapi: [3]\n", []string{"a.yaml:1:10 GW1013 openapi must be a text, not a list"}},
		{"syntax", head + "paths:\n\t/a: {}\n", []string{"a.yaml:4:1 GW1004 a tab cannot indent YAML"}},
		{"key twice", head + "paths: {}\npaths: {}\n", []string{`a.yaml:4:1 GW1007 the key "paths" stands twice in this map`}},
		{"second document", head + "paths: {}\n---\na: 1\n", []string{"a.yaml:4:1 GW1009 the file holds a second YAML document"}},
		{"wrong kinds", head + "paths: [/a]\nservers: x\nsecurity: {a: []}\ncomponents: 5\n", []string{
			"a.yaml:3:8 GW1013 paths must be a map, not a list",
			"a.yaml:4:10 GW1013 servers must be a list, not a text",
			"a.yaml:5:11 GW1013 security must be a list, not a map",
			"a.yaml:6:13 GW1013 components must be a map, not a whole number",
		}},
		{"wrong kinds in an operation", head + `paths:
  /a:
    get:
      parameters: {name: a}
      responses: [200]
      deprecated: very
      x-amazon-apigateway-integration:
        type: [mock]
        uri: 12
        timeoutInMillis: fast
        requestParameters: x
        requestTemplates: {application/json: {a: 1}}
        tlsConfig: true
        responses: {default: {statusCode: [200]}}
`, []string{
			"a.yaml:6:19 GW1013 parameters must be a list, not a map",
			"a.yaml:7:18 GW1013 responses must be a map, not a list",
			"a.yaml:8:19 GW1013 deprecated must be true or false, not a text",
			"a.yaml:10:15 GW1013 type must be a text, not a list",
			"a.yaml:11:14 GW1013 uri must be a text, not a whole number",
			"a.yaml:12:26 GW1013 timeoutInMillis must be a whole number, not a text",
			"a.yaml:13:28 GW1013 requestParameters must be a map, not a text",
			"a.yaml:14:46 GW1013 a template must be a text, not a map",
			"a.yaml:15:20 GW1013 tlsConfig must be a map, not true or false",
			"a.yaml:16:43 GW1013 statusCode must be a text, not a list",
		}},
		{"wrong kinds in settings", head + `paths: {}
x-gateway-timeout: soon
x-gateway-max-body: 10 MB
x-gateway-upstreams: {a: {targets: x, maxConnections: 1.5, tls: {insecureSkipVerify: 'no'}, retries: {budget: half}}}
x-gateway-stages: {prod: {variables: {a: [1]}}}
`, []string{
			"a.yaml:4:20 GW1013 x-gateway-timeout must be a whole number, not a text",
			"a.yaml:5:21 GW1013 x-gateway-max-body must be a number of bytes such as 1024 or 10 MiB, not a text",
			"a.yaml:6:36 GW1013 targets must be a list, not a text",
			"a.yaml:6:55 GW1013 maxConnections must be a whole number, not a number",
			"a.yaml:6:86 GW1013 insecureSkipVerify must be true or false, not a text",
			"a.yaml:6:111 GW1013 budget must be a number, not a text",
			"a.yaml:7:42 GW1013 a stage variable must be a text, not a list",
		}},
		{"unknown keys inside x-gateway-*", head + `paths: {/a: {get: {x-gateway-throttle: {rateLimit: 1, bustLimit: 2}}}}
x-gateway-api: {typ: REST}
x-gateway-upstreams: {a: {target: [], health: {pathh: /}}}
x-gateway-stages: {prod: {variable: {}, methods: {"GET /a": {throttle: {rate: 1}}}}}
x-gateway-usage-plans: {gold: {quota: {limits: 1}}}
`, []string{
			`a.yaml:3:55 GW7002 x-gateway-throttle has no key "bustLimit"`,
			`a.yaml:4:17 GW7002 x-gateway-api has no key "typ"`,
			`a.yaml:5:27 GW7002 an upstream has no key "target"`,
			`a.yaml:5:48 GW7002 health has no key "pathh"`,
			`a.yaml:6:27 GW7002 a stage has no key "variable"`,
			`a.yaml:6:73 GW7002 the throttle of a method has no key "rate"`,
			`a.yaml:7:40 GW7002 the quota of a usage plan has no key "limits"`,
		}},
		{"both twins", head + "paths: {}\nx-amazon-apigateway-policy: {}\nx-gateway-policy: {}\n", []string{
			"a.yaml:4:1 GW1040 warning x-amazon-apigateway-policy is ignored, because x-gateway-policy stands here too",
		}},
		{"keys at the wrong place", head + "x-amazon-apigateway-integration: {}\npaths: {/a: {x-amazon-apigateway-integration: {}, get: {x-amazon-apigateway-policy: {}, x-gateway-stages: {}}}}\n", []string{
			"a.yaml:3:1 GW1041 x-amazon-apigateway-integration means nothing in the root",
			"a.yaml:4:14 GW1041 x-amazon-apigateway-integration means nothing in a path item",
			"a.yaml:4:57 GW1041 x-amazon-apigateway-policy means nothing in an operation",
			"a.yaml:4:89 GW1041 x-gateway-stages means nothing in an operation",
		}},
		{"keys of a path", head + "paths: {/a: {GET: {}, opttions: {}, x-mine: {}}}\n", []string{
			`a.yaml:3:14 GW1030 a path has no key "GET"`, `a.yaml:3:23 GW1030 a path has no key "opttions"`,
		}},
		{"parameters", head + `paths:
  /a:
    get:
      parameters:
        - {name: a}
        - {in: query}
        - {name: a, in: url}
        - {name: a, in: query}
        - {name: a, in: query}
        - {name: b, in: body}
        - text
`, []string{
			"a.yaml:7:11 GW1031 the parameter has no in", "a.yaml:8:11 GW1031 the parameter has no name",
			`a.yaml:9:25 GW1031 a parameter cannot stand in "url"`,
			`a.yaml:11:18 GW1032 the query parameter "a" stands twice in this list`,
			`a.yaml:12:25 GW1031 a parameter cannot stand in "body"`,
			"a.yaml:13:11 GW1013 a parameter must be a map, not a text",
		}},
		{"servers without a dash", head + "paths: {}\nservers: {url: /a}\n", []string{"a.yaml:4:10 GW1033 warning servers is read as a list of one server"}},
		{"placeholders", head + `paths:
  /a:
    get:
      x-amazon-apigateway-integration:
        type: aws_proxy
        uri: "arn:${AWS::Partition}:${Fn.Arn}/${stageVariables.a}/${AWS::StackName}"
        credentials: {Fn::GetAtt: [Role, Arn]}
        connectionId: !Ref Link
        requestParameters: {integration.request.header.a: "'${X}'", integration.request.header.b: !Sub "'x'"}
        requestTemplates: {application/json: "${VTL}"}
    post:
      x-amazon-apigateway-integration: {Fn::If: [a, {}, {}]}
`, []string{
			"a.yaml:8:37 GW1902 the placeholder ${Fn.Arn} has no value",
			"a.yaml:8:67 GW1902 the placeholder ${AWS::StackName} has no value",
			"a.yaml:9:23 GW1902 the attribute Arn of the resource Role is not known before it is deployed",
			"a.yaml:10:28 GW1902 no value is given for Link",
			"a.yaml:11:61 GW1902 the placeholder ${X} has no value",
			"a.yaml:14:50 GW1902 there is no condition a",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found := loaded(t, test.text)
			assert.Equal(t, test.want, found)
		})
	}
}

func TestIncompleteIntegrations(t *testing.T) {
	api, _ := loaded(t, head+"paths: {/a: {get: {x-gateway-integration: {type: http, uri: !Ref X}}, put: {x-gateway-integration: {type: http, colour: red}}}}\n")
	assert.True(t, find(t, api, "/a", "GET").Integration.Incomplete)
	in := find(t, api, "/a", "PUT").Integration
	assert.False(t, in.Incomplete)
	assert.Equal(t, "colour @ 3:113", at(in.Unknown[0]))

	// A warning hides nothing from the checks; what is taken knowingly is still not there.
	var found diag.List
	require.NoError(t, found.Allow(diag.Unresolved))
	path := write(t, "a.yaml", head+"paths: {/a: {get: {x-gateway-integration: {type: http, uri: !Ref X}}, put: {x-gateway-integration: {tlsConfig: {x: 1}}}}}\n")
	api = load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
	assert.Equal(t, 2, found.Warnings())
	assert.True(t, find(t, api, "/a", "GET").Integration.Incomplete)
	assert.False(t, find(t, api, "/a", "PUT").Integration.Incomplete)
}

func TestUnknownExtensions(t *testing.T) {
	api, found := loaded(t, head+"x-amazon-apigateway-polisy: {}\npaths: {/a: {get: {x-gateway-upstrem: a, x-other: 1, parameters: [{name: a, in: query, x-gateway-what: 1}]}}}\n")
	assert.Empty(t, found)
	var names []string
	for _, key := range api.Unknown {
		names = append(names, at(key))
	}
	assert.Equal(t, []string{"x-amazon-apigateway-polisy @ 3:1", "x-gateway-upstrem @ 4:20", "x-gateway-what @ 4:88"}, names)
}

func TestKeysWithoutEffect(t *testing.T) {
	_, found := loaded(t, head+`paths: {/a: {get: {parameters: [{name: a, in: query, x-gateway-validate: off}]}}}
components:
  pathItems: {Lost: {get: {x-amazon-apigateway-integration: {type: mock}}}}
  securitySchemes: {s: {type: apiKey, name: a, in: header, x-amazon-apigateway-authorizer: {type: token, identityValidationExpresion: x}}}
`)
	assert.Equal(t, []string{
		"a.yaml:3:54 GW1041 warning x-gateway-validate has no effect here",
		"a.yaml:5:28 GW1041 warning x-amazon-apigateway-integration has no effect here",
		`a.yaml:6:106 GW7001 warning the authorizer has no key "identityValidationExpresion"`,
	}, found)
}

func TestNamesMayStartLikeExtensions(t *testing.T) {
	api := clean(t, load.Options{Paths: []string{write(t, "a.yaml", head+`paths:
  x-note: {get: {}}
  /a:
    $ref: '#/paths/~1b'
    parameters: [{name: x, in: query}]
  /b:
    parameters: [{name: y, in: query}]
    get: {responses: {x-note: {}, '200': {description: ok, headers: {x-request-id: {schema: {}}}}}}
components: {schemas: {x-thing: {}}, securitySchemes: {x-key: {type: apiKey, name: x-key, in: header}}}
---
`)}})
	require.Len(t, api.Paths, 2)
	get := find(t, api, "/a", "GET")
	require.Len(t, get.Responses, 1)
	assert.Equal(t, "x-request-id", get.Responses[0].Headers[0].Value)
	assert.Len(t, get.Parameters, 2, "the path's own beside those of its $ref")
	assert.Equal(t, "x-thing", api.Schemas[0].Name.Value)
	assert.Equal(t, "x-key", api.SecuritySchemes[0].Name.Value)
}

func TestReferencesToWholeMapsAndLists(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":     head + "paths: {$ref: paths.yaml}\ncomponents: {$ref: parts.yaml}\n",
		"paths.yaml": "/a: {get: {$ref: get.yaml}}\n",
		"get.yaml":   "parameters: {$ref: 'parts.yaml#/lists/common'}\nresponses: {$ref: 'parts.yaml#/all'}\noperationId: getA\n",
		"parts.yaml": "schemas: {A: {}}\nlists: {common: [{name: a, in: query}]}\nall: {'200': {description: ok}}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	api := clean(t, load.Options{Paths: []string{filepath.Join(dir, "a.yaml")}})
	get := find(t, api, "/a", "GET")
	assert.Equal(t, "getA", get.OperationID.Value)
	assert.Equal(t, "/paths/~1a/get", get.Pointer)
	assert.Len(t, get.Parameters, 1)
	assert.Len(t, get.Responses, 1)
	assert.Len(t, api.Schemas, 1)
}

func TestBadReferences(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "secret.yaml")
	inside := filepath.Join(dir, "api")
	require.NoError(t, os.MkdirAll(filepath.Join(inside, "sub"), 0o755))
	require.NoError(t, os.WriteFile(outside, []byte("get: {}\n"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(inside, "link.yaml")))
	require.NoError(t, os.Symlink(dir, filepath.Join(inside, "up")))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "sub", "broken.yaml"), []byte("a: [\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "sub", "back.yaml"), []byte("$ref: ../a.yaml#/paths/~1cycle2\n"), 0o600))
	for _, test := range []struct{ ref, want string }{
		{"#/paths/~1nobody", `GW1020 nothing stands at "#/paths/~1nobody"`},
		{"#/components/parameters/P", `GW1025 "#/components/parameters/P" is a parameter, and a path item is wanted here`},
		{"#/info/title", "GW1013 what the $ref of a path item names must be a map, not a text"},
		{"#paths/x", `GW1026 "#paths/x" is not a JSON pointer`},
		{"no.yaml", `GW1021 cannot read the file "no.yaml": no such file or directory`},
		{"sub", `GW1021 cannot read the file "sub": it is not a regular file`},
		{"../secret.yaml", `GW1022 the file "../secret.yaml" is out of reach: it leaves the folder of the document`},
		{"sub/../../secret.yaml", `GW1022 the file "sub/../../secret.yaml" is out of reach: it leaves the folder of the document`},
		{"%2e%2e/secret.yaml", `GW1022 the file "../secret.yaml" is out of reach: it leaves the folder of the document`},
		{outside, fmt.Sprintf(`GW1022 the file %q is out of reach: absolute paths and backslashes are not allowed`, outside)},
		{`..\secret.yaml`, `GW1022 the file "..\\secret.yaml" is out of reach: absolute paths and backslashes are not allowed`},
		{"link.yaml", `GW1022 the file "link.yaml" is out of reach: a symbolic link leads out of the folder of the document`},
		{"up/secret.yaml", `GW1022 the file "up/secret.yaml" is out of reach: a symbolic link leads out of the folder of the document`},
		{"https://example.com/a.yaml", `GW1023 "https://example.com/a.yaml" is not a local file`},
		{"//example.com/a.yaml", `GW1023 "//example.com/a.yaml" is not a local file`},
		{"file:///etc/passwd", `GW1023 "file:///etc/passwd" is not a local file`},
		{"#/paths/~1a", `GW1024 the references from "#/paths/~1a" lead back to it`},
		{"sub/back.yaml", `GW1024 the references from "../a.yaml#/paths/~1cycle2" lead back to it`},
		{"#/paths/~1a/get", `GW1020 nothing stands at "#/paths/~1a/get"`},
	} {
		t.Run(test.ref, func(t *testing.T) {
			path := filepath.Join(inside, "a.yaml")
			text := head + fmt.Sprintf("paths:\n  /a: {$ref: %q}\n  /cycle2: {$ref: sub/back.yaml}\ncomponents: {parameters: {P: {name: p, in: query}}}\n", test.ref)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			var found diag.List
			load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
			var lines []string
			for _, line := range texts(&found) {
				if strings.HasPrefix(line, "a.yaml:4:") || strings.Contains(line, "GW1013") || strings.Contains(line, "back.yaml:1:") {
					_, line, _ = strings.Cut(line, " ")
					lines = append(lines, line)
				}
			}
			assert.Equal(t, []string{test.want}, lines)
		})
	}
}

func TestReferencesInsideSchemas(t *testing.T) {
	_, found := loaded(t, head+`paths: {/a: {get: {responses: {'200': {description: x, content: {a/b: {schema: {type: array, items: {$ref: '#/components/schemas/Pat'}}}}}}}}}
components:
  schemas:
    Pet:
      example: {$ref: '#/nowhere'}
      enum: [{$ref: '#/nowhere'}]
      properties:
        $ref: {type: string}
        example: {$ref: '#/components/schemas/Pet'}
        deep: {allOf: [{not: {additionalProperties: {$ref: '#/lost'}}}]}
        odd: {$ref: [1]}
`)
	assert.Equal(t, []string{
		`a.yaml:3:109 GW1020 nothing stands at "#/components/schemas/Pat"`,
		`a.yaml:12:61 GW1020 nothing stands at "#/lost"`,
		"a.yaml:13:21 GW1026 $ref must be a text, not a list",
	}, found)
}

func TestAnchorsOfSchemasAreLeftToTheirCompiler(t *testing.T) {
	_, found := loaded(t, "openapi: 3.1.0\ncomponents: {schemas: {A: {$defs: {x: {$anchor: in}}, properties: {a: {$ref: '#in'}, b: {$ref: 'urn:x:y'}}}}}\n")
	assert.Empty(t, found)
	_, found = loaded(t, "openapi: 3.0.0\ncomponents: {schemas: {A: {properties: {a: {$ref: '#in'}, b: {$ref: 'urn:x:y'}}}}}\n")
	assert.Equal(t, []string{`a.yaml:2:52 GW1026 "#in" is not a JSON pointer`, `a.yaml:2:70 GW1023 "urn:x:y" is not a local file`}, found)
}

func TestHelpNamesWhatWasMeant(t *testing.T) {
	var found diag.List
	path := write(t, "a.yaml", head+"paths: {/a: {gte: {}, get: {parameters: [{$ref: '#/components/parameters/Limt'}]}}}\ncomponents: {parameters: {Limit: {name: a, in: query}}}\n")
	load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
	shown, _ := found.Sorted()
	require.Len(t, shown, 2)
	assert.Equal(t, "did you mean get?", shown[0].Help)
	assert.Equal(t, "did you mean #/components/parameters/Limit?", shown[1].Help)
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "no.yaml"):       "no.yaml:0:0 GW1001 cannot read " + dir + "/no.yaml: no such file or directory",
		filepath.Join(dir, "no", "no.yaml"): "GW1001 cannot read",
		dir:                                 "GW1001 cannot read",
	} {
		var found diag.List
		assert.Nil(t, load.Load(context.Background(), load.Options{Paths: []string{path}}, &found))
		shown, _ := found.Sorted()
		require.Len(t, shown, 1)
		assert.Equal(t, diag.Unreadable, shown[0].Code)
		assert.Contains(t, want, strings.Fields(shown[0].Message)[0])
	}
}

func TestSizeIsBounded(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "a.yaml")
	require.NoError(t, os.WriteFile(main, []byte(head+"paths: {/a: {$ref: b.yaml}}\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.yaml"), []byte("get: {}\n# "+strings.Repeat("x", 2<<20)), 0o600))
	for limit, want := range map[int][]string{
		1 << 20: {"a.yaml:3:20 GW1002 the document is larger than 1 MiB"},
		3 << 20: nil,
		10:      {"GW1002"},
	} {
		var found diag.List
		load.Load(context.Background(), load.Options{Paths: []string{main}, MaxBytes: limit}, &found)
		if limit == 10 {
			shown, _ := found.Sorted()
			require.Len(t, shown, 1)
			assert.Equal(t, diag.TooLarge, shown[0].Code)
			continue
		}
		assert.Equal(t, want, texts(&found))
	}
}

func TestSeveralDocuments(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	first := file("a.yaml", head+"paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/B'}]}}}\ncomponents: {parameters: {A: {name: a, in: query}}}\n")
	second := file("b.yaml", "paths: {/b: {get: {parameters: [{$ref: '#/components/parameters/A'}]}}}\ncomponents: {parameters: {B: {name: b, in: query}}, schemas: {S: {}}}\nx-gateway-stages: {prod: {}}\n")
	api := clean(t, load.Options{Paths: []string{first, second}})
	assert.Equal(t, "b", find(t, api, "/a", "GET").Parameters[0].Name.Value)
	assert.Equal(t, "a", find(t, api, "/b", "GET").Parameters[0].Name.Value)
	assert.Len(t, api.Stages, 1)
	assert.Len(t, api.Files, 2)

	third := file("c.yaml", "swagger: '2.0'\npaths: {}\n")
	var found diag.List
	assert.Nil(t, load.Load(context.Background(), load.Options{Paths: []string{first, third}}, &found))
	assert.Equal(t, []string{"c.yaml:1:11 GW1014 this document follows another version than " + first}, texts(&found))

	fourth := file("d.yaml", "info: {title: D}\npaths: {/a: {}}\nsecurity: []\nx-gateway-stages: {}\nx-gateway-timeout: 5\n")
	found = diag.List{}
	load.Load(context.Background(), load.Options{Paths: []string{first, second, fourth}}, &found)
	assert.Equal(t, []string{
		"d.yaml:1:1 GW1014 two documents say info", "d.yaml:2:9 GW1014 two documents say /a",
		"d.yaml:4:1 GW1014 two documents say x-gateway-stages",
	}, texts(&found))
}

func TestCancelledLoading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var found diag.List
	assert.Nil(t, load.Load(ctx, load.Options{Paths: []string{write(t, "a.yaml", head+"paths: {/a: {}}\n")}}, &found))
	assert.Equal(t, 1, found.Errors())
}

func chainOfSchemas(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    S%d: {$ref: '#/components/schemas/S%d'}\n", i, (i+1)%n)
	}
	return b.String()
}

// slow is far above the second that hostile documents may take: the machine may be busy, or the race detector on. They are long
// enough for what grows with the square of its input to take longer still.
const slow = 20 * time.Second

// TestHostileDocuments holds that bad input gets a finding within a second, and never a panic.
func TestHostileDocuments(t *testing.T) {
	chain := func(n int) string { // each path refers to the next one
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  /p%d: {$ref: '#/paths/~1p%d'}\n", i, i+1)
		}
		return b.String()
	}
	refs := func(n int) string { // pointers that lead through references, each twice as long
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  /p%d: {a: {$ref: '#/paths/~1p%d/a'}, b: {$ref: '#/paths/~1p%d/a/a/a'}, $ref: '#/paths/~1p%d/b'}\n", i, i+1, i+1, i)
		}
		return b.String()
	}
	schemas := func(n int) string { // every schema refers to all others
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "    S%d: {allOf: [", i)
			for j := range n {
				fmt.Fprintf(&b, "{$ref: '#/components/schemas/S%d'}, ", j)
			}
			b.WriteString("{}]}\n")
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"chain of references":     head + "paths:\n" + chain(1000),
		"pointers through refs":   head + "paths:\n" + refs(200),
		"chain of schemas":        head + "paths: {}\ncomponents:\n  schemas:\n" + chainOfSchemas(60_000),
		"schemas of schemas":      head + "paths: {}\ncomponents:\n  schemas:\n" + schemas(210),
		"one huge text":           head + "paths: {/a: {get: {description: '" + strings.Repeat("x y ", 1_000_000) + "'}}}\n",
		"one huge key":            head + "paths: {" + strings.Repeat("x", 200_000) + ": {}}\n",
		"many duplicates":         head + strings.Repeat("a: 1\n", 100_000),
		"many keys":               head + "paths: {" + strings.Repeat("? a\n", 40_000) + "}\n",
		"many anchors":            head + strings.Repeat("x: &a [*a]\n", 2000),
		"deep":                    head + "paths: " + strings.Repeat("{a: ", 10_000),
		"deep flow in JSON":       `{"openapi": "3.0.1", "paths": ` + strings.Repeat(`{"a":`, 10_000),
		"an alias to everything":  "&a\nopenapi: 3.0.1\npaths: *a\n",
		"merge of itself":         "openapi: 3.0.1\npaths: &p\n  <<: *p\n",
		"merge of merges":         head + "x: [&a {p: 1}" + strings.Repeat(", &a {<<: [*a, *a, *a, *a]}", 60) + "]\n",
		"control characters":      head + "paths: \x01\x02\x1b\n",
		"a NUL":                   head + "paths: \x00\n",
		"not UTF-8":               head + "paths: \xc3\x28\n",
		"UTF-16":                  "\xfe\xff\x00o\x00p",
		"many errors":             head + "paths:\n" + strings.Repeat("  /a: {GET: {}}\n", 6000),
		"placeholders everywhere": head + "paths: {/a: {get: {x-gateway-integration: {uri: '" + strings.Repeat("${a}", 40_000) + "'}}}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			var found diag.List
			path := write(t, "a.yaml", text)
			start := time.Now()
			load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
			require.Less(t, time.Since(start), slow)
			shown, _ := found.Sorted()
			for _, d := range shown {
				require.NotEqual(t, diag.Internal, d.Code, d.Message)
			}
			if name != "one huge text" && name != "one huge key" && !strings.Contains(name, "of schemas") && name != "merge of merges" {
				require.NotZero(t, found.Errors())
			}
		})
	}
}
