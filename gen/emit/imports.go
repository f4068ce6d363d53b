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
func alias(importPath string) string {
	if importPath == plan.Runtime {
		return "gw" // the standard library has a package runtime, too
	}
	return path.Base(importPath)
}

// Aliases are the names of packages in generated code: no other thing in it may bear one.
func Aliases() []string {
	return []string{alias(plan.Runtime), alias(plan.ABI), alias(plan.HTTPProxy), alias(plan.Mock), alias(plan.SchemaRuntime), alias(plan.ValueRuntime), alias(plan.PolicyRuntime), "time"}
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
		writeImport(out, append(std, others...)[0])
		out.WriteString("\n")
		return
	}
	out.WriteString("import (\n")
	for _, importPath := range std {
		writeImport(out, importPath)
	}
	if len(std) > 0 && len(others) > 0 {
		out.WriteString("\n")
	}
	for _, importPath := range others {
		writeImport(out, importPath)
	}
	out.WriteString(")\n\n")
}

func writeImport(out *bytes.Buffer, importPath string) {
	if name := alias(importPath); name != path.Base(importPath) {
		fmt.Fprintf(out, "\t%s %q\n", name, importPath)
		return
	}
	fmt.Fprintf(out, "\t%q\n", importPath)
}
