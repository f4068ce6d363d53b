package vtl

import "github.com/gatewright/gatewright/runtime/value"

// MaxRounds is how often a #foreach runs at most on API Gateway (mapping-templates.md 1.4).
const MaxRounds = 1000

// maxLoops bounds the nesting of loops at run time: a #define can contain a loop that renders it again.
const maxLoops = 64

// Loop is one running #foreach: the template's $foreach.
type Loop struct {
	items   []Value
	item    Value
	index   int
	parent  *Loop
	changes *int // of the list or map that is walked
	seen    int
}

// Foreach starts a loop over the elements of v; what cannot be walked gives no round. Leave ends it.
func (r *Renderer) Foreach(v Value) *Loop {
	var l *Loop
	switch {
	case r.depth < len(r.loops):
		l = &r.loops[r.depth]
		*l = Loop{}
	case r.depth < maxLoops:
		l = &Loop{}
	default:
		panic(value.TooDeep{})
	}
	r.depth++
	l.index, l.parent = -1, r.loop
	r.loop = l
	switch v.Kind() {
	case value.KindList:
		list, _ := v.AsList()
		l.items, l.changes = list.Elements, list.Root()
		l.seen = *l.changes
	case value.KindMap:
		m, _ := v.AsMap()
		l.items, l.changes, l.seen = m.Values(), &m.Changes, m.Changes
	case value.KindObject:
		o, _ := v.AsObject()
		l.items, _ = o.Items()
		if c, ok := o.(*value.Collection); ok {
			l.changes = c.Changes()
			l.seen = *l.changes
		}
	}
	return l
}

// Next goes to the next element and reports whether there is one. A list or map that the template changed meanwhile throws.
func (l *Loop) Next() bool {
	l.index++
	if l.index >= len(l.items) || l.index >= MaxRounds {
		return false
	}
	if l.changes != nil && *l.changes != l.seen {
		panic(value.Thrown{Reason: "a list or map was changed while #foreach walked it"})
	}
	l.item = l.items[l.index]
	return true
}

// Leave ends l and the loops inside it.
func (r *Renderer) Leave(l *Loop) {
	for r.loop != l {
		r.loop = r.loop.parent
		r.depth--
	}
	r.loop = l.parent
	r.depth--
}

// Item is the current element.
func (l *Loop) Item() Value { return l.item }

// Index is $foreach.index, from 0.
func (l *Loop) Index() Value { return value.Int(int64(l.index)) }

// Count is $foreach.count, from 1.
func (l *Loop) Count() Value { return value.Int(int64(l.index + 1)) }

// HasNext is $foreach.hasNext.
func (l *Loop) HasNext() bool { return l.index+1 < len(l.items) }

// First is $foreach.first.
func (l *Loop) First() bool { return l.index == 0 }

// Last is $foreach.last.
func (l *Loop) Last() bool { return !l.HasNext() }

// Current is $foreach: the innermost running loop, or null.
func (r *Renderer) Current() Value {
	if r.loop == nil {
		return value.Null
	}
	return value.ObjectOf(r.loop)
}

// Text prints {}.
func (l *Loop) Text() string { return "{}" }

// Property has index, count, hasNext, first, last, parent and topmost.
func (l *Loop) Property(name string) (Value, bool) {
	switch name {
	case "index":
		return l.Index(), true
	case "count":
		return l.Count(), true
	case "hasNext":
		return value.Bool(l.HasNext()), true
	case "first":
		return value.Bool(l.First()), true
	case "last":
		return value.Bool(l.Last()), true
	case "parent":
		if l.parent == nil {
			return value.Null, false
		}
		return value.ObjectOf(l.parent), true
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return value.ObjectOf(top), true
	}
	return value.Null, false
}

// Call has the getters of the properties.
func (l *Loop) Call(name string, args []Value) (Value, bool) {
	if len(args) > 0 {
		return value.Null, false
	}
	switch name {
	case "hasNext":
		return l.Property("hasNext")
	case "getIndex":
		return l.Index(), true
	case "getCount":
		return l.Count(), true
	case "isFirst", "getFirst":
		return l.Property("first")
	case "isLast", "getLast":
		return l.Property("last")
	case "getParent":
		return l.Property("parent")
	case "getTopmost":
		return l.Property("topmost")
	}
	return value.Null, false
}

// Items is none: a loop cannot be walked.
func (l *Loop) Items() ([]Value, bool) { return nil, false }

// block is what #define stores.
type block struct {
	r     *Renderer
	body  func()
	depth int // how often it is being rendered
}

// maxDefines is how deep a #define block may render itself before it prints nothing (mapping-templates.md 3.4).
const maxDefines = 2

// maxBlocks bounds how deep different blocks render each other, where Java's stack would overflow.
const maxBlocks = 500

// Define is #define: body runs each time the value is printed.
func (r *Renderer) Define(body func()) Value { return value.ObjectOf(&block{r: r, body: body}) }

func (b *block) render() {
	if b.depth >= maxDefines {
		return
	}
	if b.r.defines++; b.r.defines > maxBlocks {
		panic(value.TooDeep{})
	}
	b.depth++
	b.body()
	b.depth--
	b.r.defines--
}

// Text renders the block.
func (b *block) Text() string {
	s, _ := b.r.String(b.render).AsString()
	return s
}

// Property has none.
func (b *block) Property(string) (Value, bool) { return value.Null, false }

// Call has toString.
func (b *block) Call(name string, args []Value) (Value, bool) {
	if name == "toString" && len(args) == 0 {
		return value.String(b.Text()), true
	}
	return value.Null, false
}

// Items is none.
func (b *block) Items() ([]Value, bool) { return nil, false }

var (
	_ value.Object = (*Loop)(nil)
	_ value.Object = (*block)(nil)
)
