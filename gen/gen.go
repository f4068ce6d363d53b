package gen

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/authorizer"
	"github.com/gatewright/gatewright/gen/check"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/integration"
	"github.com/gatewright/gatewright/gen/linked"
	"github.com/gatewright/gatewright/gen/load"
	"github.com/gatewright/gatewright/gen/lower"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/gen/throttle"
	"github.com/gatewright/gatewright/gen/validation"
	"github.com/gatewright/gatewright/gen/write"
)

// Options say what to compile and how.
type Options struct {
	// Document is the file to compile; More are others that add to it. A CloudFormation template that holds several documents
	// takes the logical name of one behind its own: template.yaml#Shop.
	Document string
	More     []string
	// Package is the name of the generated package.
	Package string
	// BasePath says what the document's base path does to its paths: ignore, prepend or split (rest.md 1.2). Empty is ignore.
	BasePath string
	// Parameters and ParameterFiles give values to what a document leaves to be filled in: CloudFormation's functions and ${…}
	// placeholders. StandIns lets visible stand-ins pass for what has no value.
	Parameters     []Parameter
	ParameterFiles []string
	StandIns       bool
	// Allow are findings to take knowingly.
	Allow []diag.Code
	// Coverage makes mapping templates tell which of their branches are reached. It is meant for tests: such code is slower,
	// and names places in the document by line.
	Coverage bool
	// CheckResponses makes the gateway report answers that are not what the document says, for staging.
	CheckResponses bool
	// Formats are the formats of schemas that are asserted, such as email; the rest only tell readers something.
	Formats []string
	// With are the parts that the gateway has beside what the document asks for, each linked only where it is named; see Parts.
	With []string
}

// Formats are the formats that Options can ask for.
func Formats() []string { return validation.Formats() }

// Parts are the names that Options.With can hold.
func Parts() []string { return lower.Parts() }

// Parameter is a value to fill in.
type Parameter struct{ Name, Value string }

// Result is what Generate makes.
type Result struct {
	// Documents are the files that were read, also where there are errors.
	Documents []string
	// Program and Files are nil where there are errors.
	Program *plan.Program
	Files   *write.Set
	// Links is the folder around which the module is whose functions the gateway links; empty where it links none.
	Links string
}

// Generate compiles a document. Nothing is written: Result.Files does that.
func Generate(ctx context.Context, o Options) (Result, *diag.List) {
	found := &diag.List{}
	api, result := front(ctx, o, found)
	if api == nil || found.Errors() > 0 {
		return result, found
	}
	program := lowered(api, o, found)
	if program == nil {
		return result, found
	}
	files, err := emit.Program(program)
	if err != nil {
		found.Add(internal(api, err))
		return result, found
	}
	set := write.NewSet(emit.Header)
	for _, f := range files {
		set.Add(f.Name, f.Text)
	}
	result.Program, result.Files = program, set
	if len(program.Imports) > 0 {
		result.Links = filepath.Dir(api.Files[0].Path)
	}
	return result, found
}

// Check returns what is wrong with a document, without compiling it.
func Check(ctx context.Context, o Options) *diag.List {
	found := &diag.List{}
	front(ctx, o, found)
	return found
}

// front loads and checks a document; the model is nil where there is nothing to go on with.
func front(ctx context.Context, o Options, found *diag.List) (*model.API, Result) {
	specs := append([]string{o.Document}, o.More...)
	result := Result{Documents: slices.Clone(o.ParameterFiles)}
	for _, spec := range specs {
		path, _ := load.SplitSpec(spec)
		result.Documents = append(result.Documents, path)
	}
	basePath, err := load.ParseBasePath(orIgnore(o.BasePath))
	if err == nil {
		err = found.Allow(o.Allow...)
	}
	if err == nil {
		err = knownParts(o.With)
	}
	if err != nil {
		found.Add(diag.Diagnostic{Code: diag.BadOption, Message: err.Error()})
		return nil, result
	}
	options := load.Options{Paths: specs, BasePath: basePath, ParameterFiles: o.ParameterFiles, StandIns: o.StandIns}
	for _, p := range o.Parameters {
		options.Parameters = append(options.Parameters, load.Parameter(p))
	}
	api := load.Load(ctx, options, found)
	if api == nil {
		return nil, result
	}
	result.Documents = slices.Clone(o.ParameterFiles)
	for _, file := range api.Files {
		result.Documents = append(result.Documents, file.Path)
	}
	linked.Resolve(ctx, api, found)
	found.Add(check.Check(api)...)
	found.Add(integration.CheckAll(api)...)
	found.Add(authorizer.CheckAll(api)...)
	found.Add(throttle.Check(api, func(op *model.Operation) throttle.Caller { return authorizer.Of(api, op) })...)
	found.Add(validation.Check(api, validation.Options{Replies: o.CheckResponses, Formats: o.Formats})...)
	return api, result
}

// knownParts says which of names is no part.
func knownParts(names []string) error {
	for _, name := range names {
		if !slices.Contains(Parts(), name) {
			return fmt.Errorf("there is no part %q: %s", name, strings.Join(Parts(), ", "))
		}
	}
	return nil
}

func orIgnore(mode string) string {
	if mode == "" {
		return "ignore"
	}
	return mode
}

// lowered plans the gateway. What goes wrong here is a mistake of ours, as check found nothing.
func lowered(api *model.API, o Options, found *diag.List) (program *plan.Program) {
	defer func() {
		if cause := recover(); cause != nil {
			found.Add(internal(api, fmt.Errorf("lowering %v", cause)))
			program = nil
		}
	}()
	var allowed []string
	for _, d := range found.Allowed() {
		allowed = append(allowed, fmt.Sprintf("%s: %s", d.Code, d.Message))
	}
	return lower.Lower(api, lower.Options{Package: o.Package, Allowed: allowed, Coverage: o.Coverage, CheckResponses: o.CheckResponses, Formats: o.Formats, With: o.With})
}

// internal is a mistake of Gatewright's own.
func internal(api *model.API, err error) diag.Diagnostic {
	return diag.Diagnostic{Code: diag.Internal, Span: start(api), Message: err.Error(),
		Help: "please report this together with the document"}
}

// start is the beginning of the document.
func start(api *model.API) source.Span {
	return source.Span{File: api.Files[0], Line: 1, Col: 1, EndLine: 1, EndCol: 2}
}
