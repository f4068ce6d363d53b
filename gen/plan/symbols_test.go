package plan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// TestSymbolsExist resolves every name of the runtime that the generator spells, in the runtime's own packages.
func TestSymbolsExist(t *testing.T) {
	symbols, selectors := spelled(t)
	require.Greater(t, len(symbols), 50)
	require.Greater(t, len(selectors), 30)
	paths := map[string]bool{}
	for _, s := range symbols {
		paths[s.Package] = true
	}
	config := &packages.Config{Mode: packages.NeedName | packages.NeedTypes}
	var patterns []string
	for path := range paths {
		patterns = append(patterns, path)
	}
	loaded, err := packages.Load(config, patterns...)
	require.NoError(t, err)
	byPath := map[string]*types.Package{}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, e)
		}
		byPath[p.PkgPath] = p.Types
	}
	for _, s := range symbols {
		if p := byPath[s.Package]; p == nil || p.Scope().Lookup(s.Name) == nil {
			t.Errorf("%s has no %s", s.Package, s.Name)
		}
	}
	for _, s := range selectors {
		p := byPath[s.Of.Package]
		if p == nil || p.Scope().Lookup(s.Of.Name) == nil {
			continue // reported above
		}
		of := p.Scope().Lookup(s.Of.Name).Type()
		if found, _, _ := types.LookupFieldOrMethod(types.NewPointer(of), true, p, s.Name); found == nil || !found.Exported() {
			t.Errorf("%s.%s has no %s", s.Of.Package, s.Of.Name, s.Name)
		}
	}
}

// spelled reads the symbols and selectors of this package's source, so that none is left out of the test.
func spelled(t *testing.T) ([]Symbol, []Selector) {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	consts := map[string]string{}
	named := map[string]Symbol{}
	var symbols []Symbol
	var selectors []Selector
	var pending [][2]string
	for range 3 { // constants may be made of others, in any file
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok {
					for i, name := range spec.Names {
						if i < len(spec.Values) {
							if text, ok := fold(spec.Values[i], consts); ok {
								consts[name.Name] = text
							}
						}
					}
				}
				return true
			})
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok || len(literal.Elts) != 2 {
				return true
			}
			first, isIdent := literal.Elts[0].(*ast.Ident)
			name, isText := fold(literal.Elts[1], consts)
			if !isIdent || !isText {
				return true
			}
			if path, ok := consts[first.Name]; ok {
				symbols = append(symbols, Symbol{path, name})
			} else {
				pending = append(pending, [2]string{first.Name, name})
			}
			return true
		})
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.CompositeLit); ok && fmt.Sprint(literal.Type) == "Symbol" {
				path, _ := fold(literal.Elts[0], consts)
				name, _ := fold(literal.Elts[1], consts)
				named[spec.Names[0].Name] = Symbol{path, name}
			}
			return true
		})
	}
	for _, p := range pending {
		of, ok := named[p[0]]
		require.True(t, ok, "selector of %s, which is no symbol", p[0])
		selectors = append(selectors, Selector{of, p[1]})
	}
	return symbols, selectors
}

// fold is the text of a constant expression.
func fold(e ast.Expr, consts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, ok := consts[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		x, okX := fold(e.X, consts)
		y, okY := fold(e.Y, consts)
		return x + y, okX && okY
	default:
		return "", false
	}
}
