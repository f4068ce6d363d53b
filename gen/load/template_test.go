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
)

// body is a document of one operation whose integration has the uri.
func body(uri string) string {
	return "openapi: 3.0.1\n        info: {title: Shop, version: '1'}\n        paths:\n          /pets:\n            get:\n" +
		"              x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: " + uri + "}\n"
}

// sam is a template with one API; above stands before its resources, beside are more of its properties.
func sam(uri, above, beside string) string {
	return above + "Resources:\n  Table: {Type: AWS::DynamoDB::Table}\n  Shop:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: prod\n" + beside +
		"      DefinitionBody:\n        " + body(uri)
}

// with loads a document with options.
func with(t *testing.T, text string, change func(*load.Options)) (*model.API, []string) {
	t.Helper()
	o := load.Options{Paths: []string{write(t, "a.yaml", text)}}
	if change != nil {
		change(&o)
	}
	var found diag.List
	api := load.Load(context.Background(), o, &found)
	return api, texts(&found)
}

// give gives parameters.
func give(pairs ...string) func(*load.Options) {
	return func(o *load.Options) {
		for i := 0; i < len(pairs); i += 2 {
			o.Parameters = append(o.Parameters, load.Parameter{Name: pairs[i], Value: pairs[i+1]})
		}
	}
}

const declared = `Parameters:
  Host: {Type: String, Default: pets.example.com}
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Hosts: {Type: CommaDelimitedList, Default: "a.example, b.example"}
  Secret: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
Mappings:
  Zones: {prod: {host: prod.example}, dev: {host: dev.example}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  NotProd: {Fn::Not: [{Condition: IsProd}]}
  Both: !And [!Condition IsProd, !Not [!Condition NotProd]]
  Loop: !Or [!Condition Loop, !Equals [a, b]]
`

func TestFunctions(t *testing.T) {
	for _, test := range []struct{ uri, want string }{
		{`!Sub "https://${Host}/p"`, "https://pets.example.com/p"},
		{`{"Fn::Sub": "https://${Host}/${!Kept}/${stageVariables.x}"}`, "https://pets.example.com/${Kept}/${stageVariables.x}"},
		{`!Sub ["https://${H}${Path}", {H: !Ref Host, Path: {Fn::Join: [/, ["", a, b]]}}]`, "https://pets.example.com/a/b"},
		{`!Join ["", [https://, !Select [1, !Ref Hosts], /, !Ref AWS::Region]]`, "https://b.example/us-east-1"},
		{`!If [IsProd, "https://${stageVariables.x}", !Ref Nothing]`, "https://${stageVariables.x}"},
		{`{Fn::If: [Both, !Sub "https://${Host}", no]}`, "https://pets.example.com"},
		{`!Sub ["https://${H}", {H: !FindInMap [Zones, !Ref Stage, host]}]`, "https://prod.example"},
		{`!FindInMap [Zones, !Ref Stage, other, {DefaultValue: !Sub "https://${Host}"}]`, "https://pets.example.com"},
		{`!Join [".", !Split ["-", https://a-b]]`, "https://a.b"},
		{`!Sub "https://${Table}.${Role.Arn}.${AWS::URLSuffix}"`, "https://orders.arn:x.amazonaws.com"},
		{`!GetAtt Role.Arn`, "arn:x"},
		{`{Fn::GetAtt: [Role, Arn]}`, "arn:x"},
		{`{Fn::ImportValue: !Sub "${Host}-x"}`, "imported"},
		{`!Base64 abc`, "YWJj"},
		{`!Sub "${Hosts}"`, "a.example,b.example"},
		{`"https://${terraform_host}/${var.other}"`, "https://t.example/o"},
		{`!If [NotProd, a, !Ref AWS::NoValue]`, ""},
	} {
		t.Run(test.uri, func(t *testing.T) {
			api, found := with(t, sam(test.uri, declared, ""), give("Stage", "prod", "Table", "orders", "Role.Arn", "arn:x",
				"pets.example.com-x", "imported", "terraform_host", "t.example", "other", "o"))
			for _, f := range found {
				assert.Contains(t, f, "GW1053", "all else is a mistake")
			}
			uri := find(t, api, "/pets", "GET").Integration.URI
			if test.want == "" {
				assert.Nil(t, uri)
				return
			}
			require.NotNil(t, uri)
			assert.Equal(t, test.want, uri.Value)
		})
	}
}

func TestUnresolved(t *testing.T) {
	for _, test := range []struct {
		name, uri string
		want      []string
	}{
		{"no default", `!Sub "https://${Host}/${Stage}"`, []string{"a.yaml:25:111 GW1902 the parameter Stage has no value"}},
		{"a resource", `!Sub "https://${Table}"`, []string{"a.yaml:25:103 GW1902 the value of the resource Table is not known before it is deployed"}},
		{"an attribute", `!GetAtt Table.Arn`, []string{"a.yaml:25:97 GW1902 the attribute Arn of the resource Table is not known before it is deployed"}},
		{"nothing of this name", `!Ref Hots`, []string{"a.yaml:25:94 GW1902 no value is given for Hots"}},
		{"several of them", `!Join ["", [!Ref A, !Ref B, !Ref Host]]`, []string{"a.yaml:25:106 GW1902 no value is given for A", "a.yaml:25:114 GW1902 no value is given for B"}},
		{"a condition", `!If [IsProd, a, b]`, []string{"a.yaml:25:94 GW1902 the condition IsProd cannot be decided: the parameter Stage has no value"}},
		{"a condition in a circle", `!If [Loop, a, b]`, []string{"a.yaml:25:94 GW1051 the condition Loop cannot be decided: the condition Loop depends on itself"}},
		{"Parameter Store", `!Ref Secret`, []string{"a.yaml:25:94 GW1902 the parameter Secret has no value"}},
		{"an unknown function", `!Cidr [a, b]`, []string{"a.yaml:25:89 GW1902 the CloudFormation function !Cidr is not evaluated"}},
		{"a wrong argument", `!Join [a]`, []string{"a.yaml:25:89 GW1051 Fn::Join takes a list of 2 values"}},
		{"a wrong item", `!Select [7, [a]]`, []string{"a.yaml:25:89 GW1051 Fn::Select takes item 7 of a list of 1; items count from 0"}},
		{"a secret", `"https://{{resolve:ssm:/host}}"`, []string{"a.yaml:25:98 GW1902 dynamic references to other services are not resolved"}},
		{"a template reference", `!Sub "$input.params('a') ${input.x()}"`, []string{`a.yaml:25:114 GW1902 Fn::Sub finds nothing named "input.x()"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found := with(t, sam(test.uri, declared, ""), nil)
			assert.Equal(t, test.want, found)
		})
	}
}

// TestTemplatesKeepTheirReferences fills nothing in where ${ belongs to the template language, unless CloudFormation would.
func TestTemplatesKeepTheirReferences(t *testing.T) {
	const text = head + `paths:
  /a:
    get:
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates:
          application/json: "${x} ${AWS::Region}"
          text/plain: {Fn::Sub: "${x} ${!y} $input"}
`
	api, found := with(t, text, give("x", "1"))
	assert.Empty(t, found)
	templates := find(t, api, "/a", "GET").Integration.RequestTemplates
	assert.Equal(t, "${x} us-east-1", templates[0].Text.Value)
	assert.Equal(t, "1 ${y} $input", templates[1].Text.Value)
	assert.Equal(t, 45, templates[1].Text.Sub(7, 6).Col, "$input, behind what was put in")
	assert.Equal(t, 45, templates[1].Node.Slice(7, 13).Col)
	assert.Equal(t, 34, templates[1].Text.Sub(0, 1).Col, "what was put in stands where the placeholder does")
}

// TestValuesAreTyped takes numbers and truth values out of functions and placeholders.
func TestValuesAreTyped(t *testing.T) {
	const text = head + `paths:
  /a:
    get:
      deprecated: !Ref Old
      x-amazon-apigateway-integration: {type: mock, timeoutInMillis: !Ref Time}
    put:
      x-amazon-apigateway-integration: {type: mock, timeoutInMillis: "${Time}"}
    post:
      x-amazon-apigateway-integration: {type: mock, timeoutInMillis: "${Old}"}
`
	api, found := with(t, text, give("Time", "250", "Old", "true"))
	assert.Equal(t, []string{"a.yaml:11:71 GW1013 timeoutInMillis must be a whole number, not a text"}, found)
	assert.EqualValues(t, 250, find(t, api, "/a", "GET").Integration.TimeoutInMillis.Value)
	assert.True(t, find(t, api, "/a", "GET").Deprecated)
	assert.EqualValues(t, 250, find(t, api, "/a", "PUT").Integration.TimeoutInMillis.Value)
}

func TestStandIns(t *testing.T) {
	standIns := func(o *load.Options) { o.StandIns = true }
	api, found := with(t, sam(`!Sub "https://${Table}/${Table}/${Role.Arn}"`, "", ""), standIns)
	assert.Equal(t, "https://unresolved-Table/unresolved-Table/arn:aws:iam::123456789012:role/unresolved-Role.Arn", find(t, api, "/pets", "GET").Integration.URI.Value)
	assert.Equal(t, []string{
		"a.yaml:13:103 GW1052 warning unresolved-Table stands in for Table",
		"a.yaml:13:121 GW1052 warning arn:aws:iam::123456789012:role/unresolved-Role.Arn stands in for Role.Arn",
	}, found)
}

// TestStandInsOfCallers has the ARNs that authorizers and integrations want pass for what they are.
func TestStandInsOfCallers(t *testing.T) {
	api, found := with(t, strings.Replace(sam(`!Sub "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${GetPet.Arn}/invocations?${Users.Arn}"`, "", ""), "Resources:\n", "Resources:\n  Users: {Type: AWS::Cognito::UserPool}\n", 1), func(o *load.Options) { o.StandIns = true })
	assert.Len(t, found, 2)
	assert.Equal(t, "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:unresolved-GetPet-Arn/invocations"+
		"?arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_unresolved-Users-Arn", find(t, api, "/pets", "GET").Integration.URI.Value)
}

func TestParameterNames(t *testing.T) {
	_, found := with(t, sam(`!Sub "https://${Host}"`, declared, ""), give("Hots", "x", "Stage", "test", "Secret", "unused, and declared"))
	assert.Equal(t, []string{"a.yaml:1:1 GW1053 warning nothing in the document asks for the parameter Hots"}, found)
	_, found = with(t, sam(`!Sub "https://${Stage}"`, declared, ""), give("Stage", "test"))
	assert.Equal(t, []string{`a.yaml:3:25 GW1055 the parameter Stage may not be "test"`}, found)
}

func TestParameterFiles(t *testing.T) {
	for name, text := range map[string]string{
		"values.yaml":      "Host: h.example\nmodule: {uri: u}\nlist: [a, b]\nleft: over\n",
		"values.json":      `{"Host": "h.example", "module": {"uri": "u"}, "list": ["a", "b"]}`,
		"list.json":        `[{"ParameterKey": "Host", "ParameterValue": "h.example"}, {"ParameterKey": "module.uri", "ParameterValue": "u"}, {"ParameterKey": "list", "ParameterValue": "a,b"}]`,
		"pipeline.json":    `{"Parameters": {"Host": "h.example", "module.uri": "u", "list": "a,b"}}`,
		"auto.tfvars.json": `{"Host": "h.example", "module": {"uri": "u"}, "list": "a,b"}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, name, text)
			api, found := with(t, sam(`"https://${Host}/${module.uri}/${list}"`, "", ""), func(o *load.Options) { o.ParameterFiles = []string{file} })
			assert.Empty(t, found)
			assert.Equal(t, "https://h.example/u/a,b", find(t, api, "/pets", "GET").Integration.URI.Value)
		})
	}
	for text, want := range map[string]string{
		"- Host\n":          "p.yaml:1:3 GW1054 an item of a list of parameters is a map of ParameterKey and ParameterValue",
		"Host\n":            "p.yaml:1:1 GW1054 a file of parameters is a map of names and values, not a text",
		"Host: [[a]]\n":     "p.yaml:1:8 GW1054 the value of Host must be a text or a list of texts, not a list",
		"Host: !Ref Name\n": "p.yaml:1:7 GW1054 the value of Host must be a text or a list of texts, not a text",
		"Host: {\n":         "p.yaml:2:1 GW1004 did not find expected node content while parsing a flow node",
	} {
		file := write(t, "p.yaml", text)
		_, found := with(t, sam("https://x.example", "", ""), func(o *load.Options) { o.ParameterFiles = []string{file} })
		require.NotEmpty(t, found, text)
		assert.Contains(t, found, want)
	}
	// --param wins, and so does the later file.
	one, two := write(t, "1.yaml", "A: 1\nB: 1\nC: 1\n"), write(t, "2.yaml", "A: 2\nB: 2\n")
	api, found := with(t, sam(`!Sub "https://${A}${B}${C}"`, "", ""), func(o *load.Options) {
		o.ParameterFiles, o.Parameters = []string{one, two}, []load.Parameter{{Name: "A", Value: "3"}}
	})
	assert.Empty(t, found)
	assert.Equal(t, "https://321", find(t, api, "/pets", "GET").Integration.URI.Value)
}

func TestChoosingAnAPI(t *testing.T) {
	two := sam("https://shop.example", "", "") + "  Admin:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Body:\n        " + body("https://admin.example")
	_, found := with(t, two, nil)
	assert.Equal(t, []string{"a.yaml:3:3 GW1050 the template holds 2 APIs: Shop, Admin"}, found)
	for name, uri := range map[string]string{"Shop": "https://shop.example", "Admin": "https://admin.example"} {
		api, found := with(t, two, func(o *load.Options) { o.Paths[0] += "#" + name })
		assert.Empty(t, found)
		assert.Equal(t, uri, find(t, api, "/pets", "GET").Integration.URI.Value)
		assert.Equal(t, "REST", api.APIType.Value)
		assert.Contains(t, api.Paths[0].Pointer, "/Resources/"+name+"/Properties/")
	}
	_, found = with(t, two, func(o *load.Options) { o.Paths[0] += "#Shap" })
	assert.Equal(t, []string{"a.yaml:1:1 GW1901 the template has no API named Shap"}, found)
	_, found = with(t, head+"paths: {}\n", func(o *load.Options) { o.Paths[0] += "#Shop" })
	assert.Equal(t, []string{"a.yaml:1:1 GW1901 this is not a CloudFormation template, which has resources to choose from"}, found)
	api, found := with(t, "Resources:\n  A:\n    Type: AWS::Serverless::HttpApi\n    Properties:\n      DefinitionBody:\n        "+body("https://x.example"), nil)
	assert.Empty(t, found)
	assert.Equal(t, "HTTP", api.APIType.Value)
	assert.Equal(t, [2]int{3, 11}, [2]int{api.APIType.Span.Line, api.APIType.Span.Col})
}

func TestTemplatesWithoutDocument(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        Get: {Type: Api, Properties: {Path: /, Method: get}}\n",
			"a.yaml:6:9 GW1901 this SAM template builds its API from events of functions, and holds no OpenAPI document"},
		{"Resources: {Q: {Type: AWS::SQS::Queue}}\n", "a.yaml:1:1 GW1901 this is a CloudFormation template, and it holds no API"},
		{"Resources: {A: {Type: AWS::ApiGateway::RestApi, Properties: {Name: a}}}\n", "a.yaml:1:13 GW1901 the API A holds no OpenAPI document: it has neither Body nor BodyS3Location"},
		{"Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: 's3://bucket/key'}}}\n", "a.yaml:1:73 GW1901 the document of this API is kept in S3, not in a local file"},
		{"Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: {Bucket: b, Key: k}}}}\n", "a.yaml:1:73 GW1901 the document of this API is kept in S3, not in a local file"},
		{"Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: ../b.yaml}}}\n", `a.yaml:1:73 GW1022 the file "../b.yaml" is out of reach: it leaves the folder of the document`},
		{"Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: !Ref X}}}\n", "a.yaml:1:79 GW1902 no value is given for X"},
		{"Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: text}}}\n", "a.yaml:1:74 GW1011 an OpenAPI document is a map, not a text"},
	} {
		_, found := with(t, test.text, nil)
		assert.Equal(t, []string{test.want}, found)
	}
}

// TestDocumentBesideTemplate reads the file that a template names.
func TestDocumentBesideTemplate(t *testing.T) {
	dir := t.TempDir()
	const doc = head + "paths: {/pets: {get: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: !Sub 'https://${Host}'}}}}\n"
	require.NoError(t, os.Mkdir(filepath.Join(dir, "api"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "api", "doc.yaml"), []byte(doc), 0o600))
	for _, property := range []string{
		"DefinitionUri: ./api/doc.yaml", "DefinitionUri: !Sub 'api/${Name}.yaml'",
		"DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./api/doc.yaml}}}",
		"DefinitionBody: !If [Yes, {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api/doc.yaml}}}, {}]",
	} {
		template := "Parameters: {Host: {Type: String, Default: h.example}, Name: {Type: String, Default: doc}}\nConditions: {Yes: !Equals [a, a]}\n" +
			"Resources: {A: {Type: AWS::Serverless::Api, Properties: {" + property + "}}}\n"
		path := filepath.Join(dir, "template.yaml")
		require.NoError(t, os.WriteFile(path, []byte(template), 0o600))
		var found diag.List
		api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
		require.Empty(t, texts(&found), property)
		uri := find(t, api, "/pets", "GET").Integration.URI
		assert.Equal(t, "https://h.example", uri.Value)
		assert.Equal(t, filepath.Join(dir, "api", "doc.yaml"), uri.Span.File.Path)
		assert.Len(t, api.Files, 2)
	}
}

// TestPropertiesBesideDocument never drops what a template says of its API.
func TestPropertiesBesideDocument(t *testing.T) {
	api, found := with(t, sam("https://x.example", "", `      BinaryMediaTypes: [image~1png, text/plain]
      MinimumCompressionSize: 1024
      Policy: {Version: '2012-10-17'}
      MethodSettings: [{HttpMethod: '*', ResourcePath: /*, LoggingLevel: INFO, CachingEnabled: false}]
`), nil)
	assert.Empty(t, found)
	var types []string
	for _, s := range api.BinaryMediaTypes {
		types = append(types, s.Value)
	}
	assert.Equal(t, []string{"image/png", "text/plain"}, types)
	assert.EqualValues(t, 1024, api.MinimumCompressionSize.Value)
	require.NotNil(t, api.Policy)
	assert.Equal(t, [2]int{9, 7}, [2]int{api.Policy.Key().Span.Line, api.Policy.Key().Span.Col})
	_, found = with(t, sam("https://x.example", "Globals: {Api: {Auth: {ApiKeyRequired: true}, Cors: '*', Name: a}}\n", "      Cors: \"'a'\"\n      DisableExecuteApiEndpoint: true\n"), nil)
	assert.Equal(t, []string{
		"a.yaml:1:17 GW1904 Auth of AWS::Serverless::Api is not supported yet",
		"a.yaml:8:7 GW1903 Cors of AWS::Serverless::Api is not supported yet",
		"a.yaml:9:7 GW1903 DisableExecuteApiEndpoint of AWS::Serverless::Api is not supported yet",
	}, found)
	_, found = with(t, sam("https://x.example", "", "      Parameters: {endpointConfigurationTypes: REGIONAL}\n"), nil)
	assert.Empty(t, found, "as SAM and the CDK write it")
	_, found = with(t, sam("https://x.example", "", "      Parameters: {endpointConfigurationTypes: REGIONAL, basepath: prepend}\n"), nil)
	assert.Equal(t, []string{"a.yaml:7:7 GW1903 Parameters of AWS::Serverless::Api is not supported yet"}, found)
	_, found = with(t, sam("https://x.example", "", "      Auth: {DefaultAuthorizer: Pool}\n      Cors: \"'*'\"\n      MethodSettings: [{CachingEnabled: true}]\n"), nil)
	assert.Equal(t, []string{
		"a.yaml:7:7 GW1904 Auth of AWS::Serverless::Api is not supported yet",
		"a.yaml:8:7 GW1903 Cors of AWS::Serverless::Api is not supported yet",
		"a.yaml:9:7 GW1903 MethodSettings of AWS::Serverless::Api is not supported yet",
	}, found)
}

// TestResourcesBesideAPI never drops what other resources of a template say of the API: limits above all.
func TestResourcesBesideAPI(t *testing.T) {
	const resources = `Resources:
  Shop: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {openapi: 3.0.1, info: {title: a, version: '1'}, paths: {}}}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Shop
      StageName: prod
      MethodSettings: [{ResourcePath: /*, HttpMethod: '*', ThrottlingRateLimit: 10}]
      Variables: {a: b}
      TracingEnabled: true
  Quiet: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Shop, MethodSettings: [{ResourcePath: /*, HttpMethod: '*', LoggingLevel: INFO}]}}
  Release: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !GetAtt Shop.RestApiId, StageDescription: {ThrottlingRateLimit: 5, Tags: []}}}
  Plan: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Sub "${Shop}", Stage: prod}], Quota: {Limit: 5, Period: DAY}}}
  Answer: {Type: AWS::ApiGateway::GatewayResponse, Properties: {RestApiId: {Ref: Shop}, ResponseType: THROTTLED}}
  More: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: {Ref: Shop}, HttpMethod: GET}}
  Foreign: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Ref Shopping, Stage: prod}]}}
  Others: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !ImportValue Shop2, Variables: {a: b}}}
`
	_, found := with(t, resources, nil)
	answers := []string{
		"a.yaml:14:3 GW1056 warning AWS::ApiGateway::GatewayResponse Answer has no effect: Shop alone is read of the template",
		"a.yaml:15:3 GW1056 warning AWS::ApiGateway::Method More has no effect: Shop alone is read of the template",
	}
	assert.Equal(t, append([]string{
		"a.yaml:8:7 GW1056 warning MethodSettings of AWS::ApiGateway::Stage has no effect: Shop alone is read of the template",
		"a.yaml:9:7 GW1056 warning Variables of AWS::ApiGateway::Stage has no effect: Shop alone is read of the template",
		"a.yaml:12:115 GW1056 warning ThrottlingRateLimit of AWS::ApiGateway::Deployment has no effect: Shop alone is read of the template",
		"a.yaml:13:3 GW1056 warning AWS::ApiGateway::UsagePlan Plan has no effect: Shop alone is read of the template",
	}, answers...), found)
	dir := filepath.Dir(write(t, "a.yaml", resources))
	more := filepath.Join(dir, "gateway.yaml")
	require.NoError(t, os.WriteFile(more, []byte("x-gateway-stages: {prod: {throttle: {rateLimit: 10, burstLimit: 10}}}\nx-gateway-usage-plans: {gold: {keys: []}}\n"), 0o644))
	_, found = with(t, resources, func(o *load.Options) { o.Paths = []string{filepath.Join(dir, "a.yaml"), more} })
	assert.Equal(t, answers, found, "said beside the template")
}

// TestPrivateAPIs never makes a private API a public one.
func TestPrivateAPIs(t *testing.T) {
	const parameters = "Parameters: {Endpoint: {Type: String}, Endpoints: {Type: CommaDelimitedList}}\n"
	for property, want := range map[string]string{
		"{Type: PRIVATE, VPCEndpointIds: [vpce-1, !Ref Endpoint]}": "vpce-1 vpce-2",
		"{Types: [PRIVATE], VpcEndpointIds: !Ref Endpoints}":       "vpce-3 vpce-4",
		"!If [No, !Ref AWS::NoValue, {VpcEndpointIds: [vpce-5]}]":  "vpce-5",
		"{Types: [REGIONAL]}": "",
		"PRIVATE":             "",
	} {
		above := parameters + "Conditions: {No: !Equals [a, b]}\n"
		api, found := with(t, sam("https://x.example", above, "      EndpointConfiguration: "+property+"\n"), give("Endpoint", "vpce-2", "Endpoints", "vpce-3,vpce-4"))
		require.Empty(t, found, property)
		var ids []string
		if api.EndpointConfiguration != nil {
			for _, id := range api.EndpointConfiguration.VPCEndpointIDs {
				ids = append(ids, id.Value)
			}
		}
		assert.Equal(t, want, strings.Join(ids, " "), property)
	}
	for property, want := range map[string]string{
		"{VpcEndpointIds: [!Ref Endpoint]}": "a.yaml:8:53 GW1902 the parameter Endpoint has no value",
		"!Ref Endpoint":                     "a.yaml:8:35 GW1902 the parameter Endpoint has no value",
	} {
		_, found := with(t, sam("https://x.example", parameters, "      EndpointConfiguration: "+property+"\n"), nil)
		assert.Equal(t, []string{want}, found, property)
	}
	dir := filepath.Dir(write(t, "a.yaml", "Resources:\n  Shop:\n    Type: AWS::Serverless::Api\n    Properties: {DefinitionUri: doc.yaml, EndpointConfiguration: {VPCEndpointIds: [vpce-1]}}\n"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "doc.yaml"), []byte(head+"paths: {}\n"), 0o644))
	var found diag.List
	load.Load(context.Background(), load.Options{Paths: []string{filepath.Join(dir, "a.yaml")}}, &found)
	assert.Equal(t, []string{"a.yaml:4:43 GW1903 EndpointConfiguration beside a document in a file of its own is not supported yet"}, texts(&found))
}

// TestUnknownGuards never leaves an operation open because a function in its security has no value.
func TestUnknownGuards(t *testing.T) {
	for _, guard := range []string{"!If [Guarded, [{key: []}], []]", "[!Ref Guard]"} {
		var found diag.List
		require.NoError(t, found.Allow(diag.Unresolved))
		path := write(t, "a.yaml", head+"paths: {/a: {get: {security: "+guard+"}}}\n")
		api := load.Load(context.Background(), load.Options{Paths: []string{path}}, &found)
		assert.Equal(t, 1, found.Warnings())
		security := find(t, api, "/a", "GET").Security
		require.NotNil(t, security, guard)
		require.Len(t, security.Alternatives, 1)
		assert.Len(t, security.Alternatives[0].Schemes, 1)
	}
}
