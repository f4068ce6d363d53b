package check

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
)

// maxSegments is how many segments of a path a gateway looks at.
const maxSegments = 32

// paths checks the templates of the paths, each alone and all together.
func (c *checker) paths() {
	shapes := make(map[string][]*model.PathItem)
	variables := make(map[string]variable)
	for _, item := range c.api.Paths {
		template, problems := mapping.ParsePath(item.Path.Value)
		for _, p := range problems {
			c.problem(item.Path, p)
		}
		if len(problems) > 0 {
			continue
		}
		if n := len(template.Parameters()); n > maxSegments {
			c.add(diag.Diagnostic{Code: diag.TooManySegments, Span: item.Path.Span,
				Message: fmt.Sprintf("the path has %d parameters, and %d is the most", n, maxSegments)})
			continue
		}
		c.templates[item] = template
		if n := len(template.Segments); n > maxSegments {
			c.add(diag.Diagnostic{Code: diag.TooManySegments, Span: item.Path.Span,
				Message: fmt.Sprintf("the path has %d segments, and %d is the most", n, maxSegments),
				Help:    "take the end of the path with a greedy parameter: {rest+}"})
			continue
		}
		shape := template.Shape()
		if !c.conflict(item, shapes[shape]) && c.api.Amazon {
			c.oneVariable(item, template, variables)
		}
		if len(item.Operations) > 0 {
			shapes[shape] = append(shapes[shape], item)
		}
	}
}

// conflict reports that an item serves requests that an earlier one of the same shape serves.
func (c *checker) conflict(item *model.PathItem, earlier []*model.PathItem) bool {
	for _, other := range earlier {
		var methods []string
		for _, operation := range item.Operations {
			if declares(other, operation.Method) {
				methods = append(methods, operation.Method)
			}
		}
		if len(methods) == 0 {
			continue
		}
		c.add(diag.Diagnostic{Code: diag.RouteConflict, Span: item.Path.Span,
			Message: fmt.Sprintf("%s %s serves the same requests as %s", strings.Join(methods, ", "), item.Path.Value, other.Path.Value),
			Help:    "put all operations of one path under one key",
			Related: []diag.Related{{Span: other.Path.Span, Message: "the earlier path"}}})
		return true
	}
	return false
}

func declares(item *model.PathItem, method string) bool {
	for _, operation := range item.Operations {
		if operation.Method == method {
			return true
		}
	}
	return false
}

// variable is the first variable child of a parent.
type variable struct {
	text string // such as {id}
	item *model.PathItem
	part mapping.PathPart
}

// oneVariable reports a second variable child of one parent (rest.md 1.2). Segments that hold more than a parameter are
// none of Amazon's, and are told apart by their text.
func (c *checker) oneVariable(item *model.PathItem, template *mapping.PathTemplate, variables map[string]variable) {
	parent := ""
	for _, segment := range template.Segments {
		if part, ok := segment.Whole(); ok {
			text := item.Path.Value[segment.Offset : segment.Offset+segment.Length]
			first, known := variables[parent]
			switch {
			case !known:
				variables[parent] = variable{text, item, part}
			case first.text != text:
				c.add(diag.Diagnostic{Code: diag.SeveralVariables, Span: item.Path.Sub(segment.Offset, segment.Length),
					Message: fmt.Sprintf("%s is a second variable child beside %s", text, first.text),
					Cause:   "Amazon's gateway lets a resource have one",
					Help:    fmt.Sprintf("write %s here too, or move the path", first.text),
					Related: []diag.Related{{Span: first.item.Path.Sub(first.part.Offset-1, len(first.text)), Message: "the first one"}}})
				return
			}
		}
		parent += "/" + segment.Shape()
	}
}
