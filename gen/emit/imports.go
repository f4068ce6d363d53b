package emit

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/plan"
)

// alias is the name that generated code calls a package by.
func (p *printer) alias(importPath string) string {
	for _, i := range p.linked {
		if i.Path == importPath {
			return identifier(i.Alias)
		}
	}
	return alias(importPath)
}

// ownName is the name that a package gives itself. Those of the runtime and the standard library have their folder's.
func (p *printer) ownName(importPath string) string {
	for _, i := range p.linked {
		if i.Path == importPath {
			return i.Package
		}
	}
	return path.Base(importPath)
}

// alias is the name that generated code calls a package of the runtime or the standard library by.
func alias(importPath string) string {
	if importPath == plan.Runtime {
		return "gw" // the standard library has a package runtime, too
	}
	return path.Base(importPath)
}

// Aliases are the names of packages in generated code: no other thing in it may bear one.
func Aliases() []string {
	names := []string{"time"}
	for _, importPath := range []string{
		plan.Runtime, plan.ABI, plan.HTTPProxy, plan.Mock, plan.SchemaRuntime, plan.ValueRuntime, plan.VTL, plan.PolicyRuntime,
		plan.Lambda, plan.AWSService, plan.InProc, plan.Process, plan.Emulator, plan.InvokeAPI, plan.AccessRuntime, plan.AuthorizerRuntime,
		plan.BearerRuntime, plan.IAMRuntime, plan.JWTRuntime, plan.MTLSRuntime, plan.APIKeyRuntime, plan.UsagePlanRuntime,
		plan.LimitRuntime, plan.ThrottleRuntime, plan.RedisRuntime,
	} {
		names = append(names, alias(importPath))
	}
	return names
}

// writeImports writes the import declaration: the standard library first, then the rest.
func (p *printer) writeImports(out *bytes.Buffer) {
	if len(p.imports) == 0 {
		return
	}
	var std, others []string
	for _, importPath := range slices.Sorted(maps.Keys(p.imports)) {
		if first, _, _ := strings.Cut(importPath, "/"); strings.Contains(first, ".") {
			others = append(others, importPath)
		} else {
			std = append(std, importPath)
		}
	}
	if len(std)+len(others) == 1 {
		out.WriteString("import ")
		p.writeImport(out, append(std, others...)[0])
		out.WriteString("\n")
		return
	}
	out.WriteString("import (\n")
	for _, importPath := range std {
		p.writeImport(out, importPath)
	}
	if len(std) > 0 && len(others) > 0 {
		out.WriteString("\n")
	}
	for _, importPath := range others {
		p.writeImport(out, importPath)
	}
	out.WriteString(")\n\n")
}

func (p *printer) writeImport(out *bytes.Buffer, importPath string) {
	// A name that the path does not end in is written out, so that readers need not look it up.
	if name := p.alias(importPath); name != path.Base(importPath) || name != p.ownName(importPath) {
		fmt.Fprintf(out, "\t%s %q\n", name, importPath)
		return
	}
	fmt.Fprintf(out, "\t%q\n", importPath)
}
