package load

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// SplitSpec splits what the user names into a file and the logical name of an API in it: template.yaml#Shop. A file whose
// own name has a # in it is taken as it is.
func SplitSpec(spec string) (path, name string) {
	at := strings.LastIndexByte(spec, '#')
	if at < 0 {
		return spec, ""
	}
	if _, err := os.Stat(spec); err == nil {
		return spec, ""
	}
	return spec[:at], spec[at+1:]
}

// apiKind says where a kind of resource holds its document.
type apiKind struct {
	body, uri string
	http      bool
}

// apiKinds are the resources that are APIs.
var apiKinds = map[string]apiKind{
	"AWS::Serverless::Api":     {"DefinitionBody", "DefinitionUri", false},
	"AWS::ApiGateway::RestApi": {"Body", "BodyS3Location", false},
	"AWS::Serverless::HttpApi": {"DefinitionBody", "DefinitionUri", true},
	"AWS::ApiGatewayV2::Api":   {"Body", "BodyS3Location", true},
}

// resource is an API of a template.
type resource struct {
	source.Pair
	kind     apiKind
	typeName source.String
	private  *source.String // the type of its endpoint, where that is PRIVATE
}

// unwrapper takes the document out of a template.
type unwrapper struct {
	files *files
	from  *file
}

func (u *unwrapper) error(code diag.Code, at source.Span, help, format string, args ...any) {
	u.files.found.Add(diag.Diagnostic{Code: code, Span: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// unwrap returns the file that holds the document, which is read itself unless it is a template; nil, with a finding,
// when there is none. name is the logical name of the API that the user wants.
func (f *files) unwrap(read *file, name string) *file {
	u := &unwrapper{files: f, from: read}
	if !isTemplate(read.root) {
		if name != "" {
			u.error(diag.NoDocument, read.root.Start(), "leave #"+name+" out", "this is not a CloudFormation template, which has resources to choose from")
			return nil
		}
		return read
	}
	chosen, ok := u.choose(name)
	if !ok {
		return nil
	}
	return u.document(chosen)
}

// choose finds the API.
func (u *unwrapper) choose(name string) (resource, bool) {
	var all []resource
	var names []string
	for _, p := range u.from.root.Get("Resources").Pairs() {
		kind, _ := p.Value.Get("Type").Text()
		if k, ok := apiKinds[kind.Value]; ok {
			all, names = append(all, resource{Pair: p, kind: k, typeName: kind}), append(names, p.Key.Value)
		}
	}
	switch at := slices.Index(names, name); {
	case at >= 0:
		return all[at], true
	case name != "" && len(all) > 0:
		help := "its APIs are " + strings.Join(names, ", ")
		if near := diag.Nearest(name, names); near != "" {
			help = "did you mean #" + near + "?"
		}
		u.error(diag.NoDocument, u.from.root.Start(), help, "the template has no API named %s", name)
	case len(all) == 1:
		return all[0], true
	case len(all) > 1:
		d := diag.Diagnostic{Code: diag.SeveralAPIs, Span: all[0].Key.Span,
			Message: fmt.Sprintf("the template holds %d APIs: %s", len(all), strings.Join(names, ", ")),
			Help:    fmt.Sprintf("name one of them: %s#%s", u.from.Path, names[0])}
		for _, r := range all[1:] {
			d.Related = append(d.Related, diag.Related{Span: r.Key.Span, Message: "another one is here"})
		}
		u.files.found.Add(d)
	default:
		u.noAPI()
	}
	return resource{}, false
}

// exportHelp says how to come by a document where there is none.
const exportHelp = "export the deployed API: aws apigateway get-export --rest-api-id ID --stage-name STAGE --export-type oas30 --parameters extensions=apigateway openapi.json"

// noAPI reports a template without an API.
func (u *unwrapper) noAPI() {
	for _, p := range u.from.root.Get("Resources").Pairs() {
		for _, event := range p.Value.Get("Properties").Get("Events").Pairs() {
			if kind, _ := event.Value.Get("Type").Text(); kind.Value == "Api" || kind.Value == "HttpApi" {
				u.error(diag.NoDocument, event.Key.Span, exportHelp,
					"this SAM template builds its API from events of functions, and holds no OpenAPI document")
				return
			}
		}
	}
	u.error(diag.NoDocument, u.from.root.Start(), "name the file that holds the OpenAPI document", "this is a CloudFormation template, and it holds no API")
}

// document returns the file of an API's document.
func (u *unwrapper) document(r resource) *file {
	properties := r.Value.Get("Properties")
	body, uri := properties.Get(r.kind.body), properties.Get(r.kind.uri)
	var doc *file
	switch {
	case !body.IsZero():
		doc = u.inline(r, body)
	case !uri.IsZero():
		doc = u.outside(uri)
	default:
		help := exportHelp
		u.error(diag.NoDocument, r.Key.Span, help, "the API %s holds no OpenAPI document: it has neither %s nor %s", r.Key.Value, r.kind.body, r.kind.uri)
	}
	if doc == nil {
		return nil
	}
	doc.resource, doc.template = &r, u.from.root
	u.properties(r, properties, doc)
	return doc
}

// inline returns the file with a document that stands in the template as its root.
func (u *unwrapper) inline(r resource, body source.Node) *file {
	filled := u.files.env.Fill(body)
	if problems := u.files.env.Problems(filled); problems != nil {
		if include, ok := included(filled); ok {
			return u.outside(include)
		}
		u.files.found.Add(problems...)
		return nil
	}
	doc := *u.from
	doc.root = filled
	doc.pointer = pointer("Resources", r.Key.Value, "Properties", r.kind.body)
	u.files.replace(u.from, &doc)
	return &doc
}

// included returns the file that a transform of AWS::Include names.
func included(n source.Node) (source.Node, bool) {
	name, argument := cfn.Function(n)
	if name != "Fn::Transform" {
		return source.Node{}, false
	}
	kind, _ := argument.Get("Name").Text()
	location := argument.Get("Parameters").Get("Location")
	return location, kind.Value == "AWS::Include" && !location.IsZero() && len(n.Pairs()) == 1
}

// outside reads a document that stands in a file of its own.
func (u *unwrapper) outside(at source.Node) *file {
	filled := u.files.env.Fill(at)
	if problems := u.files.env.Problems(filled); problems != nil {
		u.files.found.Add(problems...)
		return nil
	}
	name, ok := filled.Text()
	if !ok || remote.MatchString(name.Value) {
		u.error(diag.NoDocument, at.Start(), "name the local file instead, or give it to gatewright directly", "the document of this API is kept in S3, not in a local file")
		return nil
	}
	return u.files.reach(u.from, strings.TrimPrefix(name.Value, "./"), name.Span)
}

// ignored are the properties that change nothing of what a gateway answers.
var ignored = set("Name", "Description", "StageName", "OpenApiVersion", "Tags", "FailOnWarnings",
	"AlwaysDeploy", "PropagateTags", "TracingEnabled", "AccessLogSetting", "AccessLogSettings", "Models", "Domain", "Mode",
	"CacheClusterEnabled", "CacheClusterSize", "ProtocolType", "Version", "IpAddressType", "DefinitionBody", "DefinitionUri", "Body", "BodyS3Location")

// extensionsOf are the properties that say what an extension of the document does.
var extensionsOf = map[string]string{
	"BinaryMediaTypes": "binary-media-types", "MinimumCompressionSize": "minimum-compression-size",
	"ApiKeySourceType": "api-key-source", "Policy": "policy", "SecurityPolicy": "security-policy",
	"EndpointAccessMode": "endpoint-access-mode",
}

// helps say how the document itself says what a property does.
var helps = map[string]string{
	"Auth":             "declare it in the document: security schemes, security, x-amazon-apigateway-policy",
	"Cors":             "write OPTIONS operations with mock integrations into the document",
	"GatewayResponses": "write x-amazon-apigateway-gateway-responses into the document",
	"Variables":        "write x-gateway-stages with variables into the document",
	"StageVariables":   "write x-gateway-stages with variables into the document",
	"MethodSettings":   "write x-gateway-stages with methods into the document; settings of logs and metrics alone may stay",
	"CanarySetting":    "write x-gateway-stages with a canary into the document",
	"Parameters":       "of these, endpointConfigurationTypes and ignore may stay; instead of basepath give --base-path MODE",
	"MergeDefinitions": "write the routes of the functions' events into the document",
}

// loggingOnly are the settings of a method that change nothing of what it answers.
var loggingOnly = set("HttpMethod", "ResourcePath", "LoggingLevel", "MetricsEnabled", "DataTraceEnabled")

// idleParameters are parameters of Amazon's importer that change nothing of what a gateway answers. SAM and the CDK write the
// first beside every EndpointConfiguration.
var idleParameters = set("endpointConfigurationTypes", "ignore")

// properties looks at what an API's resource says beside its document, and what the template says for all APIs of SAM.
func (u *unwrapper) properties(r resource, properties source.Node, doc *file) {
	u.beside(r, properties.Pairs(), doc)
	globals := map[string]string{"AWS::Serverless::Api": "Api", "AWS::Serverless::HttpApi": "HttpApi"}[r.typeName.Value]
	if globals == "" {
		return
	}
	var others []source.Pair
	for _, p := range u.from.root.Get("Globals").Get(globals).Pairs() {
		if _, own := properties.Lookup(p.Key.Value); !own {
			others = append(others, p)
		}
	}
	u.beside(r, others, doc)
}

// beside looks at properties of an API.
func (u *unwrapper) beside(r resource, properties []source.Pair, doc *file) {
	for _, p := range properties {
		name := extensionsOf[p.Key.Value]
		switch {
		case ignored[p.Key.Value], isIdle(p):
		case p.Key.Value == "EndpointConfiguration":
			u.endpoint(doc, p)
		case name != "" && doc.File == u.from.File && doc.root.Kind() == source.Map:
			u.extend(doc, p, name)
		case name != "":
			u.error(diag.PropertyNotYet, p.Key.Span, "write "+amazonPrefix+name+" into the document", "%s beside a document in a file of its own is not supported yet", p.Key.Value)
		default:
			help := helps[p.Key.Value]
			if help == "" {
				help = "say it in the document itself"
			}
			code := diag.PropertyNotYet
			if p.Key.Value == "Auth" {
				code = diag.TemplateAuth
			}
			u.error(code, p.Key.Span, help, "%s of %s is not supported yet", p.Key.Value, r.typeName.Value)
		}
	}
}

// isIdle reports whether a property has a value that changes nothing of what a gateway answers.
func isIdle(p source.Pair) bool {
	switch p.Key.Value {
	case "MethodSettings":
		return onlyLogs(p.Value)
	case "Parameters":
		return !slices.ContainsFunc(p.Value.Pairs(), func(one source.Pair) bool { return !idleParameters[one.Key.Value] }) && p.Value.Kind() == source.Map
	case "DisableExecuteApiEndpoint", "MergeDefinitions":
		on, ok := p.Value.Bool()
		return ok && !on.Value
	}
	return false
}

// onlyLogs reports whether method settings are about logs and metrics.
func onlyLogs(settings source.Node) bool {
	for _, item := range settings.Items() {
		for key, value := range item.Entries() {
			off, _ := value.Bool()
			if !loggingOnly[key] && (key != "CachingEnabled" || value.Kind() != source.Boolean || off.Value) {
				return false
			}
		}
	}
	return settings.Kind() == source.List
}

// extend writes a property into the document as the extension that it stands for, unless the document has it.
func (u *unwrapper) extend(doc *file, p source.Pair, name string) {
	value := u.files.env.Fill(p.Value)
	if p.Key.Value == "BinaryMediaTypes" {
		unescape(value)
	}
	u.extension(doc, p.Key.Span, name, value.YAML)
}

// extension writes an extension into the document, unless the document has it.
func (u *unwrapper) extension(doc *file, at source.Span, name string, value *yaml.Node) {
	for _, prefix := range []string{amazonPrefix, gatewayPrefix} {
		if _, ok := doc.root.Lookup(prefix + name); ok {
			return
		}
	}
	key := u.from.Compute(source.String{Value: amazonPrefix + name, Span: at})
	root := doc.root.Identity().(*yaml.Node)
	root.Content = append(root.Content, key.YAML, value)
}

// endpoint writes the VPC endpoints that lead to a private API into the document. How an API is reached otherwise changes
// no answer.
func (u *unwrapper) endpoint(doc *file, p source.Pair) {
	configuration := u.files.env.Fill(p.Value)
	if function, _ := cfn.Function(configuration); function != "" {
		u.files.found.Add(u.files.env.Problems(configuration)...)
		return
	}
	doc.resource.private = privateType(configuration)
	for _, key := range []string{"VpcEndpointIds", "VPCEndpointIds"} { // CloudFormation's, and SAM's
		ids := configuration.Get(key)
		if ids.IsZero() {
			continue
		}
		if doc.File != u.from.File || doc.root.Kind() != source.Map {
			u.error(diag.PropertyNotYet, p.Key.Span, "write "+amazonPrefix+"endpoint-configuration with vpcEndpointIds into the document",
				"%s beside a document in a file of its own is not supported yet", p.Key.Value)
			return
		}
		name := u.from.Compute(source.String{Value: "vpcEndpointIds", Span: ids.Key().Span})
		u.extension(doc, p.Key.Span, "endpoint-configuration", &yaml.Node{
			Kind: yaml.MappingNode, Tag: "!!map", Line: ids.YAML.Line, Column: ids.YAML.Column, Content: []*yaml.Node{name.YAML, ids.YAML},
		})
	}
}

// privateType is where an EndpointConfiguration says PRIVATE: by itself or as Type, as SAM has it, or in Types; nil: nowhere.
func privateType(configuration source.Node) *source.String {
	all := append([]source.Node{configuration, configuration.Get("Type")}, configuration.Get("Types").Items()...)
	for _, n := range all {
		if text, ok := n.Text(); ok && strings.EqualFold(text.Value, "PRIVATE") {
			return &text
		}
	}
	return nil
}

// unescape makes the slashes of media types, which SAM wants written as ~1.
func unescape(list source.Node) {
	for i, item := range list.Items() {
		if text, ok := item.Text(); ok && strings.Contains(text.Value, "~1") {
			list.Identity().(*yaml.Node).Content[i] = item.File.Compute(text.Replace("~1", "/")).YAML
		}
	}
}
