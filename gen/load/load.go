// Package load reads OpenAPI documents into the model: Swagger 2.0, OpenAPI 3.0 and 3.1, as JSON or YAML, in one file or
// several that $ref joins. Whatever it cannot read is a finding with its place. It must not decide what a gateway does,
// and fills no default in.
//
// It works on nodes (gen/source) from the first byte to the model, rather than on a library's object model. Such models
// have no place for what matters here: which file a node came from, one key that stands twice, a value of the wrong
// kind (they read it as absent), a character inside a template. And the input is a stranger's: a $ref is only followed below the
// document's folder, aliases and depth are bounded before anything walks the tree, and no goroutine is started that
// could take the process down. libopenapi is the oracle of the tests: it must find the same operations,
// parameters and responses.
package load

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// BasePath says what a document's base path does to its paths (rest.md 1.2).
type BasePath uint8

// The ways to treat the base path.
const (
	IgnoreBasePath  BasePath = iota // paths stay as they are written
	PrependBasePath                 // every path begins with it
	SplitBasePath                   // its first segment is left out, the rest is prepended
)

// ParseBasePath reads the words that the command line uses: ignore, prepend, split.
func ParseBasePath(word string) (BasePath, error) {
	for mode, name := range []string{"ignore", "prepend", "split"} {
		if word == name {
			return BasePath(mode), nil
		}
	}
	return 0, fmt.Errorf("unknown base path mode %q: use ignore, prepend or split", word)
}

// DefaultMaxBytes is how much text a document may have, all its files together.
const DefaultMaxBytes = 32 << 20

// Options says what to load and how.
type Options struct {
	// Paths are the documents, or templates that hold one, with #NAME behind where there are several. The first gives version, title, servers and the defaults of all operations; the others add
	// paths, components and settings. None may repeat what another says.
	Paths    []string
	BasePath BasePath
	// Region and Account replace ${AWS::Region} and ${AWS::AccountId}. Empty: what x-gateway-api says, else us-east-1
	// and 123456789012.
	Region  string
	Account string
	// Parameters and ParameterFiles give values to CloudFormation's functions and ${…} placeholders. Parameters win over
	// files, and later files over earlier ones.
	Parameters     []Parameter
	ParameterFiles []string
	// StandIns lets what has no value pass, with a visible stand-in and a warning.
	StandIns bool
	// MaxBytes bounds the text of all files together. 0: DefaultMaxBytes.
	MaxBytes int
}

// Parameter is the value of a template's parameter, of a resource (Table), of an attribute (Role.Arn) or of a placeholder.
type Parameter struct{ Name, Value string }

// Load reads the documents and adds what is wrong with them to found. It returns nil when there is nothing to go on
// with. An API is returned beside errors too, so that the checks can add theirs.
func Load(ctx context.Context, o Options, found *diag.List) *model.API {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	f := newFiles(o.MaxBytes, found)
	defer f.close()
	if !f.parameters(o) {
		return nil
	}
	var roots []*file
	for _, spec := range o.Paths {
		path, name := SplitSpec(spec)
		root := f.document(path)
		if root == nil {
			return nil
		}
		if isTemplate(root.root) {
			f.env.AddTemplate(root.root)
		}
		f.pseudo(o, root.root)
		if root = f.unwrap(root, name); root == nil {
			return nil
		}
		roots = append(roots, root)
	}
	return load(ctx, o, f, roots, found)
}

// parameters reads what the user gives for functions and placeholders.
func (f *files) parameters(o Options) bool {
	f.env = cfn.NewEnv(o.StandIns, f.found)
	for _, p := range o.Parameters {
		f.env.Give(p.Name, p.Value)
	}
	for _, name := range o.ParameterFiles {
		data, err := f.readNamed(name)
		read := &source.File{Path: name, Name: filepath.Base(name), Data: data}
		if err != nil {
			f.unreadable(source.Span{File: read}, name, err)
			return false
		}
		root, mistakes := source.Parse(read)
		for _, m := range mistakes {
			f.found.Add(mistake(m))
		}
		switch {
		case !root.IsZero():
			f.env.GiveAll(root)
		case len(mistakes) > 0:
			return false
		}
	}
	return true
}

// pseudo settles what ${AWS::…} stands for (rest.md 1.2). A document in a template is not yet known, and need not be.
func (f *files) pseudo(o Options, root source.Node) {
	settings := root.Get(gatewayPrefix + "api")
	region, account := "us-east-1", "123456789012"
	if text, ok := settings.Get("region").Text(); ok && text.Value != "" && settings.Get("region").Tag() == "" {
		region = text.Value
	}
	if text, ok := settings.Get("account").Scalar(); ok && text.Value != "" && settings.Get("account").Tag() == "" {
		account = text.Value
	}
	region, account = cmp.Or(o.Region, region), cmp.Or(o.Account, account)
	f.env.SetPseudo("AWS::Region", region)
	f.env.SetPseudo("AWS::AccountId", account)
	f.env.SetPseudo("AWS::Partition", partition(region))
	f.env.SetPseudo("AWS::URLSuffix", urlSuffix(region))
}

// load reads the model from documents that are parsed.
func load(ctx context.Context, o Options, f *files, roots []*file, found *diag.List) (api *model.API) {
	if len(roots) == 0 {
		return nil
	}
	l := &loader{options: o, files: f, found: found, roots: roots, used: make(map[any]bool), checked: make(map[any]bool)}
	l.fill()
	defer func() {
		if fault := recover(); fault != nil {
			found.Add(diag.Diagnostic{Code: diag.Internal, Span: l.here(), Message: fmt.Sprintf("the loader failed: %v", fault)})
			api = nil
		}
	}()
	return l.api(ctx)
}

// fill evaluates the functions of the documents.
func (l *loader) fill() {
	l.files.pseudo(l.options, l.roots[0].root)
	l.files.ready = true
	for _, root := range l.roots {
		l.files.fill(root)
	}
}

// loader reads one API.
type loader struct {
	options Options
	files   *files
	found   *diag.List
	roots   []*file // the documents of the command line

	version  model.Version
	consumes []source.String // Swagger 2.0's root defaults
	produces []source.String
	used     map[any]bool  // extension keys that were read, by the identity of their key
	checked  map[any]bool  // schemas whose references were followed
	waiting  []source.Node // schemas that references named
	steps    int           // that the reference being followed may still take
	errors   int           // how many error reported
	reading  source.Span   // the operation or setting being read, for internal errors
}

// here returns the place that is being read.
func (l *loader) here() source.Span {
	if l.reading.Valid() {
		return l.reading
	}
	return source.Span{File: l.roots[0].File, Line: 1, Col: 1, EndLine: 1, EndCol: 1}
}

// api reads everything, in the order of the model.
func (l *loader) api(ctx context.Context) *model.API {
	api := &model.API{Span: l.roots[0].root.Span()}
	if !l.versions(api) {
		return nil
	}
	l.gatewayAPI(api)
	l.templateAPI(api)
	l.info(api)
	l.servers(api)
	l.restSettings(api)
	l.gatewaySettings(api)
	l.securitySchemes(api)
	api.Security = l.security(l.top("security"))
	l.schemas(api)
	if !l.paths(ctx, api) {
		return nil
	}
	l.leftovers()
	l.wholeDocument(api)
	l.neighbours(api)
	l.files.env.StandIns()
	l.files.env.Unused(source.Span{File: l.roots[0].File, Line: 1, Col: 1, EndLine: 1, EndCol: 1})
	return api
}

// templateAPI takes the API's type from the template that the document comes from.
func (l *loader) templateAPI(api *model.API) {
	r := l.roots[0].resource
	if r != nil {
		api.PrivateType = r.private
	}
	if r == nil || api.APIType != nil {
		return
	}
	kind := source.String{Value: "REST", Span: r.typeName.Span}
	if r.kind.http {
		kind.Value = "HTTP"
	}
	api.APIType = &kind
}

// wholeDocument looks through all files for extension keys, wherever they stand.
func (l *loader) wholeDocument(api *model.API) {
	api.Amazon = api.APIType != nil
	for _, f := range l.files.list {
		api.Files = append(api.Files, f.File)
		f.root.Walk(func(key string, value source.Node) {
			name, ours, ok := extensionName(key)
			if !ok {
				return
			}
			api.Amazon = api.Amazon || !ours || amazonNames[name] && name != "cors"
			if !known(name, ours) {
				api.Unknown = append(api.Unknown, value.Key())
			} else if !l.used[value.KeyIdentity()] {
				l.warn(diag.MisplacedKey, value.Key().Span, "it belongs into "+homeOf(name), "%s has no effect here", key)
			}
		})
	}
}

// error adds an error.
func (l *loader) error(code diag.Code, at source.Span, help, format string, args ...any) {
	l.errors++
	l.found.Add(diag.Diagnostic{Code: code, Span: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// warn adds a warning.
func (l *loader) warn(code diag.Code, at source.Span, help, format string, args ...any) {
	l.found.Add(diag.Diagnostic{Code: code, Severity: diag.Warning, Span: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// pointer makes a JSON pointer of keys.
func pointer(keys ...string) string {
	var b strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, key := range keys {
		b.WriteByte('/')
		b.WriteString(escape.Replace(key))
	}
	return b.String()
}

// shown is the path that diagnostics print for a file reached from a document.
func shown(dir, name string) string {
	return filepath.Join(dir, filepath.FromSlash(name))
}
