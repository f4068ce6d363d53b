package diag

// Reading a document.
const (
	Unreadable        Code = "GW1001"
	TooLarge          Code = "GW1002"
	NotUTF8           Code = "GW1003"
	BadSyntax         Code = "GW1004"
	TooDeep           Code = "GW1005"
	BadAlias          Code = "GW1006"
	DuplicateKey      Code = "GW1007"
	BadKey            Code = "GW1008"
	SecondDocument    Code = "GW1009"
	EmptyFile         Code = "GW1010"
	NotOpenAPI        Code = "GW1011"
	BadVersion        Code = "GW1012"
	WrongKind         Code = "GW1013"
	DocumentsConflict Code = "GW1014"
	MissingTarget     Code = "GW1020"
	MissingFile       Code = "GW1021"
	RefOutside        Code = "GW1022"
	RemoteRef         Code = "GW1023"
	CyclicRef         Code = "GW1024"
	WrongTarget       Code = "GW1025"
	BadRef            Code = "GW1026"
	UnknownPathKey    Code = "GW1030"
	BadParameter      Code = "GW1031"
	RepeatedParameter Code = "GW1032"
	ServersNotList    Code = "GW1033"
	BothTwins         Code = "GW1040"
	MisplacedKey      Code = "GW1041"
	SeveralAPIs       Code = "GW1050"
	BadFunction       Code = "GW1051"
	StandIn           Code = "GW1052"
	UnusedParameter   Code = "GW1053"
	BadParameterFile  Code = "GW1054"
	BadParameterValue Code = "GW1055"
	UnreadResource    Code = "GW1056"
	NoDocument        Code = "GW1901"
	Unresolved        Code = "GW1902"
	PropertyNotYet    Code = "GW1903"
	TemplateAuth      Code = "GW1904"
)

// loadCodes are the findings of reading a document.
func loadCodes() []Info {
	return append(fileCodes(), append(refCodes(), append(documentCodes(), fillingCodes()...)...)...)
}

func fileCodes() []Info {
	return []Info{{
		Code: Unreadable, Title: "file that cannot be read",
		Explanation: "The file could not be opened or read; the message says what the system answered.",
		Example:     "gatewright check no-such-file.yaml",
		Remedy:      "Correct the name, or the file's permissions.",
	}, {
		Code: TooLarge, Title: "document too large",
		Explanation: "All files of a document together are bounded, so that a document cannot take the generator's machine down.",
		Example:     "gatewright check 100MiB.json",
		Remedy:      "Check that the file is the right one. If it is, split it into several APIs.",
	}, {
		Code: NotUTF8, Title: "file that is not UTF-8 text",
		Explanation: "Documents are UTF-8 text. The file holds a byte that is none, a NUL, or is text in another encoding.",
		Example:     "title: Caf\\xe9   # Latin-1",
		Remedy:      "Save the file as UTF-8.",
	}, {
		Code: BadSyntax, Title: "neither JSON nor YAML",
		Explanation: "The file cannot be read as JSON or YAML. The place is where the reader could not go on; the mistake is there or just before.",
		Example:     "paths:\n\t/pets: {}   # a tab",
		Remedy:      "Correct the text. In YAML, look at indentation, tabs and quotes; in JSON, at commas and quotes.",
	}, {
		Code: TooDeep, Title: "nested too deeply",
		Explanation: "Lists and maps may nest 256 levels deep, aliases followed. Documents that people write stay far below.",
		Example:     "[[[[[[ … ]]]]]]",
		Remedy:      "Flatten the value, or move parts of it to components.",
	}, {
		Code: BadAlias, Title: "alias that stands for too much",
		Explanation: "YAML aliases (*name) stand for whole values, so that a few lines can mean billions of values, or a value that holds itself. Their sum is bounded, and a cycle is refused.",
		Example:     "a: &a [*a]",
		Remedy:      "Write the values out, or use $ref.",
	}, {
		Code: DuplicateKey, Title: "key twice in one map",
		Explanation: "A key stands twice in the same map. JSON and YAML readers disagree about which of the two counts.",
		Example:     "/pets:\n  get: {}\n  get: {}",
		Remedy:      "Take one of them away, or rename it.",
		Allowed:     "The first one counts.",
	}, {
		Code: BadKey, Title: "key that is not a text",
		Explanation: "YAML allows lists and maps as keys; OpenAPI does not. A merge key (<<) takes a map or a list of maps.",
		Example:     "? [a, b]\n: 1",
		Remedy:      "Write a text as the key.",
	}, {
		Code: SecondDocument, Title: "several YAML documents in one file",
		Explanation: "A line --- starts another document in the same file, and only the first one would be read.",
		Example:     "openapi: 3.0.1\n---\nopenapi: 3.0.1",
		Remedy:      "Put each document in a file of its own.",
		Allowed:     "The first document counts.",
	}, {
		Code: EmptyFile, Title: "empty file",
		Explanation: "There is nothing in the file, or only comments.",
		Example:     "# to be written",
		Remedy:      "Name the file that holds the document. `gatewright init` writes one to start from.",
	}, {
		Code: NotOpenAPI, Title: "not an OpenAPI document",
		Explanation: "An OpenAPI document is a map with the key openapi, or swagger for Swagger 2.0.",
		Example:     "name: something else",
		Remedy:      "Name the right file, or write `openapi: 3.0.1` as its first line.",
	}, {
		Code: BadVersion, Title: "unknown version of OpenAPI",
		Explanation: "Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1 are read. Other versions say things that would be misread.",
		Example:     "openapi: 4.0.0",
		Remedy:      "Write the version that the document follows.",
	}}
}

func refCodes() []Info {
	return []Info{{
		Code: MissingTarget, Title: "reference to nothing",
		Explanation: "A $ref names a place that is not in the file. The part behind # is a JSON pointer: the keys from the file's root on, with ~1 for / and ~0 for ~.",
		Example:     "$ref: '#/components/parameters/Nobody'",
		Remedy:      "Correct the pointer, or write what it should name.",
	}, {
		Code: MissingFile, Title: "reference to a file that is not there",
		Explanation: "A $ref names a file that cannot be read. Its path starts at the folder of the file that holds the $ref.",
		Example:     "$ref: 'parameters.yml#/Limit'   # the file is parameters.yaml",
		Remedy:      "Correct the path.",
	}, {
		Code: RefOutside, Title: "reference out of the document's folder",
		Explanation: "A document may refer to files in its own folder and below, symbolic links followed. Otherwise a document from a stranger could read any file of the machine.",
		Example:     "$ref: '../../etc/passwd'",
		Remedy:      "Move the file below the document's folder, or the document above both.",
	}, {
		Code: RemoteRef, Title: "reference to the network",
		Explanation: "The generator reads local files only: what it writes must not depend on what a server answers today.",
		Example:     "$ref: 'https://example.com/pet.yaml'",
		Remedy:      "Store the file beside the document and refer to that.",
	}, {
		Code: CyclicRef, Title: "references in a circle",
		Explanation: "Following the $ref leads back to it without ever reaching a value. Schemas may be recursive; a path item, parameter or response may not.",
		Example:     "a: {$ref: '#/b'}\nb: {$ref: '#/a'}",
		Remedy:      "Write the value in one of the places.",
	}, {
		Code: WrongTarget, Title: "reference to the wrong kind of thing",
		Explanation: "The $ref names something that cannot stand here, such as a schema where a parameter is wanted.",
		Example:     "parameters:\n  - $ref: '#/components/schemas/Limit'",
		Remedy:      "Refer to a thing of the right kind.",
	}, {
		Code: BadRef, Title: "malformed reference",
		Explanation: "A $ref is a text: a relative path, #, and a JSON pointer that starts with a slash; the path or the pointer may be missing.",
		Example:     "$ref: '#components/parameters/Limit'",
		Remedy:      "Write it as '#/components/parameters/Limit'.",
	}}
}

func documentCodes() []Info {
	return []Info{{
		Code: WrongKind, Title: "value of the wrong kind",
		Explanation: "The value is a list where a map is wanted, a text where a number is wanted, or the like. Nothing can be read from it.",
		Example:     "timeoutInMillis: fast",
		Remedy:      "Write a value of the kind that the message names.",
	}, {
		Code: DocumentsConflict, Title: "two documents say the same thing",
		Explanation: "Several documents on the command line are read as one: the first gives version, title and servers, the others may add paths, components and settings, but none may say again what another says.",
		Example:     "gatewright check a.yaml b.yaml   # both have /pets",
		Remedy:      "Take it away from one of the documents.",
	}, {
		Code: UnknownPathKey, Title: "unknown key of a path",
		Explanation: "A path holds operations under get, put, post, delete, options, head, patch and trace, x-amazon-apigateway-any-method, and parameters, servers, summary, description and $ref. An operation under any other key would not exist.",
		Example:     "/pets:\n  GET: {}",
		Remedy:      "Write the method in lower case. For other methods use x-amazon-apigateway-any-method.",
		Allowed:     "What stands under the key is not served.",
	}, {
		Code: BadParameter, Title: "incomplete parameter",
		Explanation: "A parameter needs a name and a place: path, query, header or cookie (Swagger 2.0: path, query, header, formData or body).",
		Example:     "parameters:\n  - {name: limit, in: url}",
		Remedy:      "Write both name and in.",
	}, {
		Code: RepeatedParameter, Title: "parameter twice",
		Explanation: "Two parameters of one list have the same name and the same place. An operation's parameter may replace one of its path; within one list, it is unclear which one counts.",
		Example:     "parameters:\n  - {name: limit, in: query}\n  - {name: limit, in: query, required: true}",
		Remedy:      "Take one of them away.",
	}, {
		Code: ServersNotList, Title: "servers is not a list",
		Explanation: "servers is a list. Amazon's examples write a single server without the dash, which is read as a list of one.",
		Example:     "servers:\n  variables:\n    basePath: {default: /v1}",
		Remedy:      "Write a dash before the server.",
	}, {
		Code: BothTwins, Title: "x-gateway- and x-amazon-apigateway- of one name",
		Explanation: "Every x-amazon-apigateway-* key may also be written x-gateway-*. Where both stand, x-gateway-* counts and the other is ignored.",
		Example:     "x-gateway-policy: {}\nx-amazon-apigateway-policy: {}",
		Remedy:      "Take one of them away.",
	}, {
		Code: MisplacedKey, Title: "key at a place where it means nothing",
		Explanation: "The key is known, but not here: what it asks for would not happen. It is an error where keys of its kind stand, and a warning elsewhere, such as in a component that nothing refers to.",
		Example:     "paths:\n  /pets:\n    x-amazon-apigateway-integration: {type: mock}   # belongs into an operation",
		Remedy:      "Move it to where the message says.",
		Allowed:     "The key is ignored.",
	}}
}

// fillingCodes are the findings of templates and of what they leave to be filled in.
func fillingCodes() []Info {
	return []Info{{
		Code: SeveralAPIs, Title: "template with several APIs",
		Explanation: "A gateway serves one API. The template holds several, and none of them is chosen.",
		Example:     "gatewright check template.yaml   # has the resources Shop and Admin",
		Remedy:      "Write the logical name of one behind the file's: template.yaml#Shop.",
	}, {
		Code: BadFunction, Title: "function of CloudFormation with a wrong argument",
		Explanation: "A function such as Fn::Join or !Select has an argument that it does not take. CloudFormation would refuse the template as well.",
		Example:     "uri: !Join [\"/\"]",
		Remedy:      "Correct the argument.",
		Allowed:     "The value counts as absent.",
	}, {
		Code: StandIn, Title: "stand-in for a value that is not known",
		Explanation: "With --param-defaults, a value that nobody gives is replaced by a text that shows what it stands for, such as unresolved-Table. The gateway can be generated and built; what needs the value will not work.",
		Example:     "uri: !Sub \"https://${Host}/pets\"   # becomes https://unresolved-Host/pets",
		Remedy:      "Give the value: --param Host=pets.example.com.",
	}, {
		Code: UnusedParameter, Title: "parameter that nothing asks for",
		Explanation: "--param gives a value under a name that neither the template declares nor anything in the document asks for. Values of a --params file may be left over, as such a file serves several documents.",
		Example:     "gatewright check --param Hots=pets.example.com api.yaml",
		Remedy:      "Correct the name, or leave it out.",
	}, {
		Code: BadParameterFile, Title: "file of parameters that cannot be read",
		Explanation: "A --params file is a YAML or JSON map of names and values, in which maps give dotted names, or CloudFormation's list of ParameterKey and ParameterValue.",
		Example:     "- Host   # neither",
		Remedy:      "Write `Host: pets.example.com`.",
	}, {
		Code: BadParameterValue, Title: "value that a parameter does not allow",
		Explanation: "The template says which values the parameter may have, and the one that was given is not among them.",
		Example:     "Environment: {Type: String, AllowedValues: [dev, prod]}   # --param Environment=test",
		Remedy:      "Give one of the values that the template allows.",
		Allowed:     "The value is taken as it is.",
	}, {
		Code: UnreadResource, Title: "resource of a template that is not read",
		Explanation: "A template is read for one API with its document. Another of its resources says how that API behaves, such as a usage plan, the throttles of a stage or a gateway response, and has no effect.",
		Example:     "Plan:\n  Type: AWS::ApiGateway::UsagePlan\n  Properties: {ApiStages: [{ApiId: !Ref Shop, Stage: prod}], Quota: {Limit: 1000, Period: DAY}}",
		Remedy:      "Say it in the document, or in a document beside the template: gatewright run template.yaml gateway.yaml.",
	}, {
		Code: NoDocument, Title: "template without an OpenAPI document",
		Explanation: "The file is a CloudFormation or SAM template. A document is read from the Body of an AWS::ApiGateway::RestApi, the DefinitionBody of an AWS::Serverless::Api, or the local file that DefinitionUri names. An API that is made of SAM's events or of AWS::ApiGateway::Method resources has none.",
		Example:     "Events:\n  Get: {Type: Api, Properties: {Path: /pets, Method: get}}",
		Remedy:      "Deploy the API once and export it: aws apigateway get-export --rest-api-id ID --stage-name STAGE --export-type oas30 --parameters extensions=apigateway openapi.json",
	}, {
		Code: Unresolved, Title: "value that is left to be filled in",
		Explanation: "The value is a function of CloudFormation (Ref, Fn::Sub, !GetAtt …) or a ${…} placeholder, and nothing says what it stands for: neither --param nor --params, nor a default of the template's. ${AWS::AccountId}, ${AWS::Region}, ${AWS::Partition} and ${AWS::URLSuffix} have values, and ${stageVariables.…} is resolved when a request is served.",
		Example:     "uri: {\"Fn::Sub\": \"https://${Host}/pets\"}",
		Remedy:      "Give the value: --param Host=pets.example.com, or many in a file: --params values.yaml. --param-defaults lets visible stand-ins pass.",
		Allowed:     "A ${…} placeholder is taken as the text that it is; a CloudFormation function as an absent value.",
	}, {
		Code: PropertyNotYet, Title: "property of a template's API that is not supported yet",
		Explanation: "Beside the document, the template's resource says something that changes how the API behaves, such as SAM's Cors, which SAM works into the document when it is deployed. That is not supported yet.",
		Example:     "Type: AWS::Serverless::Api\nProperties:\n  Cors: \"'*'\"",
		Remedy:      "Say it in the document itself, or export the deployed API.",
		Allowed:     "The property has no effect.",
	}, {
		Code: TemplateAuth, Title: "Auth of a template's API is not supported yet",
		Explanation: "SAM's Auth guards the operations of the API: by authorizers, API keys or a resource policy that SAM works into the document when it is deployed. Without it they would be open, so this cannot be allowed.",
		Example:     "Type: AWS::Serverless::Api\nProperties:\n  Auth: {DefaultAuthorizer: Pool}",
		Remedy:      "Declare the guards in the document itself, or export the deployed API.",
	}}
}
