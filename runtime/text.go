package runtime

// Text is a text put together per request: a header or a body of a gateway response (rest.md, section 1.5).
type Text []TextPart

// TextPart is one piece of a Text.
type TextPart struct {
	kind     partKind
	variable Variable
	text     string
}

type partKind uint8

const (
	literalPart partKind = iota
	variablePart
	authorizerPart
	stagePart
	headerPart
	queryPart
	pathPart
)

// Literal is text of the document.
func Literal(text string) TextPart { return TextPart{kind: literalPart, text: text} }

// Var is $context.…
func Var(v Variable) TextPart { return TextPart{kind: variablePart, variable: v} }

// AuthorizerPart is $context.authorizer.key.
func AuthorizerPart(key string) TextPart { return TextPart{kind: authorizerPart, text: key} }

// StagePart is $stageVariables.name.
func StagePart(name string) TextPart { return TextPart{kind: stagePart, text: name} }

// HeaderPart is method.request.header.name.
func HeaderPart(name string) TextPart { return TextPart{kind: headerPart, text: name} }

// QueryPart is method.request.querystring.name.
func QueryPart(name string) TextPart { return TextPart{kind: queryPart, text: name} }

// PathPart is method.request.path.name.
func PathPart(name string) TextPart { return TextPart{kind: pathPart, text: name} }

// render is t for c. A text of one part is not copied.
func (c *Ctx) render(t Text) string {
	if len(t) == 1 {
		return c.renderPart(&t[0])
	}
	// The parts themselves may use the arena, so the whole is put together elsewhere.
	mark := len(c.rendered)
	for i := range t {
		c.rendered = append(c.rendered, c.renderPart(&t[i])...)
	}
	return text(c.rendered[mark:])
}

func (c *Ctx) renderPart(p *TextPart) string {
	switch p.kind {
	case literalPart:
		return p.text
	case variablePart:
		return c.Var(p.variable)
	case authorizerPart:
		return c.AuthorizerVar(p.text)
	case stagePart:
		return c.StageVariable(p.text)
	case headerPart:
		return c.Header(p.text)
	case queryPart:
		return c.Query(p.text)
	default:
		return c.Param(p.text)
	}
}
