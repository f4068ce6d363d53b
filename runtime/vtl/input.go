package vtl

import "github.com/gatewright/gatewright/runtime/value"

// Path is a JSONPath of a template.
type Path = value.Path

// MustPath compiles a JSONPath that the generator has checked.
func MustPath(text string) *Path { return value.MustPath(text) }

// Body is $input.body: the raw payload, {} when it is empty.
func (r *Renderer) Body() Value {
	if body := r.src.Body(); body != "" {
		return value.String(body)
	}
	return value.String("{}")
}

// Input is $input.path(p): null when nothing is there.
func (r *Renderer) Input(p *Path) Value {
	doc, err := r.src.Document()
	if err != nil {
		panic(value.Thrown{Reason: "the payload: " + err.Error()})
	}
	v, found := p.Eval(doc)
	if found == value.Broken {
		panic(value.Thrown{Reason: "a JSONPath that does not fit the payload"})
	}
	return v
}

// InputAt is $input.path(p) with a path that the template computes.
func (r *Renderer) InputAt(path Value) Value { return r.Input(compilePath(path)) }

// InputJSON is $input.json(p).
func (r *Renderer) InputJSON(p *Path) Value {
	start := len(r.out)
	r.PrintJSON(p)
	s := r.keep(r.out[start:])
	r.out = r.out[:start]
	return s
}

// InputJSONAt is $input.json(p) with a path that the template computes.
func (r *Renderer) InputJSONAt(path Value) Value { return r.InputJSON(compilePath(path)) }

// PrintJSON prints $input.json(p); what is not there prints two quotes.
func (r *Renderer) PrintJSON(p *Path) {
	v := r.Input(p)
	if v.IsNull() {
		r.out = append(r.out, `""`...)
		return
	}
	r.bound(0)
	r.out = value.AppendJSON(r.out, v)
}

// compilePath compiles a path that is not known before the request.
func compilePath(path Value) *Path {
	p, err := value.CompilePath(value.Text(path.OrEmpty()))
	if err != nil {
		panic(value.Thrown{Reason: err.Error()})
	}
	return p
}

// Param is $input.params(name).
func (r *Renderer) Param(name string) Value {
	s, ok := r.src.Param(name)
	if !ok {
		return value.Null
	}
	return value.String(s)
}

// ParamAt is $input.params(name) with a name that the template computes.
func (r *Renderer) ParamAt(name Value) Value { return r.Param(value.Text(name.OrEmpty())) }

// Params is $input.params().
func (r *Renderer) Params() Value { return value.MapOf(r.src.Params()) }

// Context is $context.name, dots included, for the names that API Gateway gives.
func (r *Renderer) Context(name string) Value { return r.src.Context(name) }

// ContextMap is $context.
func (r *Renderer) ContextMap() Value { return value.MapOf(r.src.ContextMap()) }

// StageVariable is $stageVariables.name.
func (r *Renderer) StageVariable(name string) Value {
	s, ok := r.src.StageVariable(name)
	if !ok {
		return value.Null
	}
	return value.String(s)
}

// StageVariables is $stageVariables.
func (r *Renderer) StageVariables() Value { return value.MapOf(r.src.StageVariables()) }
