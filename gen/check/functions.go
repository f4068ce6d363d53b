package check

import (
	"fmt"
	"math"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// functionSettings checks x-gateway-functions (extensions.md).
func (c *checker) functionSettings() {
	for _, f := range c.api.Function {
		c.functionName(f.Name)
		c.functionPlace(f)
	}
}

// functionName checks the name of a function.
func (c *checker) functionName(name source.String) {
	if !mapping.IsFunctionName(name.Value) {
		c.add(diag.Diagnostic{Code: diag.BadFunctionName, Span: name.Span, Message: fmt.Sprintf("%q is no name of a function", name.Value),
			Help: "write letters, digits, - and _, or the whole ARN"})
	}
}

// functionPlace checks where a function runs: in one place, which is well described.
func (c *checker) functionPlace(f *model.Function) {
	const help = "write one of go, exec, url and aws"
	bad := func(span source.Span, message, help string) {
		c.add(diag.Diagnostic{Code: diag.BadFunctionPlace, Span: span, Message: message, Help: help})
	}
	switch {
	case len(f.Ways) == 0:
		bad(f.Name.Span, fmt.Sprintf("nothing says where the function %q runs", f.Name.Value), help)
		return
	case len(f.Ways) > 1:
		bad(f.Ways[1].Span, fmt.Sprintf("the function %q runs in one place, not by both %s and %s", f.Name.Value, f.Ways[0].Value, f.Ways[1].Value), help)
		return
	}
	switch way := f.Ways[0]; way.Value {
	case "go":
		if f.Go != nil && f.Go.Value == "" {
			bad(way.Span, "go names no function", "write import path, a dot and the function's name")
		}
	case "url":
		if f.URL != nil {
			if message, help := badAddress(f.URL.Value); message != "" {
				bad(f.URL.Span, message, help)
			}
		}
	case "exec":
		c.exec(f.Exec, way, bad)
	case "aws":
		if f.AWS != nil && f.AWS.Region != nil && !region.MatchString(f.AWS.Region.Value) {
			c.setting(f.AWS.Region, "region", "write one such as us-east-1")
		}
	}
}

// exec checks how the gateway runs a function itself. The bounds are Lambda's where it has any.
func (c *checker) exec(e *model.Exec, way source.String, bad func(source.Span, string, string)) {
	if e != nil && e.Incomplete {
		return
	}
	if e == nil || len(e.Command) == 0 || e.Command[0].Value == "" {
		bad(way.Span, "exec names no command", "write `command: [./bootstrap]`")
		return
	}
	for _, v := range e.Env {
		if !variableName.MatchString(v.Name.Value) {
			bad(v.Name.Span, fmt.Sprintf("%q is no name of a variable", v.Name.Value), "write letters, digits and _")
		}
	}
	c.number("concurrency", e.Concurrency, 1, 1000)
	c.number("memoryMiB", e.MemoryMiB, 1, math.MaxInt32)
	c.number("timeoutSeconds", e.Timeout, 1, maxSeconds)
	c.number("idleSeconds", e.Idle, 1, maxSeconds)
}
