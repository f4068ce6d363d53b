package load

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
)

// FuzzLoad loads whatever text as a document whose folder holds another file. Nothing may panic or take long, and
// every finding has a place.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.*", "testdata/split/parts/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data), "get: {}\n", strings.HasSuffix(name, ".json"), uint8(1))
		}
	}
	f.Add("openapi: 3.0.1\npaths: {/a: {$ref: b.yaml#/x}, /b: {$ref: '#/paths/~1a/get'}}\n", "x: {$ref: a.yaml#/paths/~1a}\n", false, uint8(2))
	f.Add("openapi: 3.0.1\npaths: &p {/a: &a {get: &g {x-gateway-integration: {<<: *g}}}, /b: *a}\nx-gateway-stages: *p\n", "", false, uint8(0))
	f.Add("swagger: '2.0'\nhost: h\nbasePath: /a/b/\nsecurityDefinitions: {a: {$ref: '#/x'}}\nx: {}\n", "", false, uint8(2))
	f.Add(`Conditions: {P: !Not [!Equals [!Ref Q, !Join [x, [a, !Ref R]]]]}
Parameters: {Q: {Type: CommaDelimitedList, Default: 'a,b'}}
Resources:
  A:
    Type: AWS::Serverless::Api
    Properties:
      Auth: {}
      Policy: !FindInMap [a, b, c]
      DefinitionBody:
        openapi: 3.0.1
        paths: {/a: {get: {x-gateway-integration: {type: mock, uri: !Sub ['https://${A}/${B.C}/${!D}', {A: !If [P, !Ref Q, !Ref AWS::NoValue]}]}}}}
`, "", false, uint8(3))
	f.Add("Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: b.yaml}}}\n", "openapi: 3.0.1\npaths: {/a: {get: &a !Select [0, !Split [a, *a]]}}\n", false, uint8(4))
	f.Add(`{"Resources": {"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "b.yaml"}}}}}}}`, "openapi: 3.0.1\n", true, uint8(5))
	f.Fuzz(func(t *testing.T, text, other string, json bool, mode uint8) {
		name := "a.yaml"
		if json {
			name = "a.json"
		}
		var found diag.List
		read := newFiles(1<<20, &found)
		home := &folder{dir: ".", fsys: fstest.MapFS{"b.yaml": {Data: []byte(other)}}}
		start := time.Now()
		read.env = cfn.NewEnv(mode >= 3, &found)
		root := read.parse(home, name, name, []byte(text))
		if root != nil {
			read.env.AddTemplate(root.root)
			root = read.unwrap(root, "")
		}
		if root != nil {
			load(context.Background(), Options{BasePath: BasePath(mode % 3)}, read, []*file{root}, &found)
		}
		if spent := time.Since(start); spent > 5*time.Second {
			t.Fatalf("%d bytes took %v", len(text), spent)
		}
		shown, _ := found.Sorted()
		for _, d := range shown {
			if d.Code == diag.Internal {
				t.Fatal(d.Message)
			}
			if !d.Span.Valid() {
				t.Fatalf("no place for %s %s", d.Code, d.Message)
			}
		}
	})
}
