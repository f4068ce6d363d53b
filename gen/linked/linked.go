// Package linked finds the Go functions that a document wants linked into its gateway (`go:` of x-gateway-functions) in
// the module around the document. It looks at names only: whether a function is a handler that Lambda knows, the gateway says
// when it starts. The package must not generate anything.
package linked

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// Resolve fills in the functions that api wants linked, and reports what cannot be found. Without such a function nothing is run.
func Resolve(ctx context.Context, api *model.API, found *diag.List) {
	r := &resolver{ctx: ctx, dir: filepath.Dir(api.Files[0].Path), byPath: map[string]*packages.Package{}}
	for _, f := range api.Function {
		if f.Go != nil && f.Go.Value != "" {
			r.resolve(f, found)
		}
	}
}

// resolver looks packages up, each once.
type resolver struct {
	ctx    context.Context
	dir    string // the document's
	byPath map[string]*packages.Package
}

// reference is IMPORT/PATH.Name, taken apart.
func reference(text string) (path, name string, ok bool) {
	dot := strings.LastIndexByte(text, '.')
	if dot <= 0 || dot < strings.LastIndexByte(text, '/') {
		return "", "", false
	}
	path, name = text[:dot], text[dot+1:]
	return path, name, token.IsIdentifier(name)
}

func (r *resolver) resolve(f *model.Function, found *diag.List) {
	report := func(span source.Span, help, format string, args ...any) {
		found.Add(diag.Diagnostic{Code: diag.UnlinkedFunction, Span: span, Message: fmt.Sprintf(format, args...), Help: help})
	}
	path, name, ok := reference(f.Go.Value)
	if !ok {
		report(f.Go.Span, "write import path, a dot and the function's name, such as github.com/acme/pets/functions.GetPet",
			"%q is no function of a Go package", f.Go.Value)
		return
	}
	inPath, inName := f.Go.Sub(0, len(path)), f.Go.Sub(len(path)+1, len(name))
	if !token.IsExported(name) {
		report(inName, "export it: begin its name with a capital letter", "the function %s is not exported", name)
		return
	}
	p, err := r.load(path)
	if err != nil {
		report(inPath, "", "the package %s cannot be read: %v", path, err)
		return
	}
	if p.Name == "main" {
		report(inPath, "move the function to a package that both the function's own program and the gateway import", "%s is a program: no other package can import it", path)
		return
	}
	names, err := exported(p)
	if err != nil {
		report(inPath, "", "the package %s cannot be read: %v", path, err)
		return
	}
	if !slices.Contains(names, name) {
		help := ""
		if near := diag.Nearest(name, names); near != "" {
			help = fmt.Sprintf("did you mean %s?", near)
		}
		report(inName, help, "the package %s has no function %s", path, name)
		return
	}
	f.Linked = &model.LinkedFunction{ImportPath: path, Package: p.Name, Name: name}
}

// load reads a package by its import path; the module around the document says where it is.
func (r *resolver) load(path string) (*packages.Package, error) {
	if p := r.byPath[path]; p != nil {
		return p, nil
	}
	config := &packages.Config{Context: r.ctx, Dir: r.dir, Mode: packages.NeedName | packages.NeedFiles}
	all, err := packages.Load(config, path)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("it names %d packages", len(all))
	}
	p := all[0]
	if len(p.Errors) > 0 {
		return nil, fmt.Errorf("%s", firstLine(p.Errors[0].Msg))
	}
	r.byPath[path] = p
	return p, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// exported are the functions and variables of a package that others can name: a handler may be either.
func exported(p *packages.Package) ([]string, error) {
	var names []string
	for _, path := range p.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			names = append(names, declared(decl)...)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !token.IsExported(name) }), nil
}

// declared are the names of functions and variables that a declaration makes.
func declared(decl ast.Decl) []string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil && decl.Type.TypeParams == nil {
			return []string{decl.Name.Name}
		}
	case *ast.GenDecl:
		if decl.Tok != token.VAR {
			return nil
		}
		var names []string
		for _, spec := range decl.Specs {
			for _, id := range spec.(*ast.ValueSpec).Names {
				names = append(names, id.Name)
			}
		}
		return names
	}
	return nil
}
