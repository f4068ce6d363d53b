package vtl

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/value"
)

// request is a Source with a body and nothing else.
type request struct {
	memory value.Document
	body   string
	doc    Value
	parsed bool
}

func (s *request) Body() string            { return s.body }
func (s *request) Memory() *value.Document { return &s.memory }
func (s *request) Document() (Value, error) {
	var err error
	if !s.parsed {
		s.doc, err = s.memory.Parse(s.body)
		s.parsed = true
	}
	return s.doc, err
}
func (s *request) Param(name string) (string, bool)    { return "p-" + name, name != "none" }
func (s *request) Params() *value.Map                  { return &value.Map{} }
func (s *request) Context(string) Value                { return value.Null }
func (s *request) ContextMap() *value.Map              { return &value.Map{} }
func (s *request) StageVariable(string) (string, bool) { return "", false }
func (s *request) StageVariables() *value.Map          { return &value.Map{} }

var (
	pathID    = MustPath("$.id")
	pathItems = MustPath("$.items")
)

// readsPaths is what the generator makes of a template that only reads and escapes.
func readsPaths(r *Renderer) {
	r.Text(`{"id":`)
	r.PrintJSON(pathID)
	r.Text(`,"items":[`)
	loop := r.Foreach(r.Input(pathItems).OrEmpty())
	for loop.Next() {
		item := loop.Item()
		r.Text(`{"name":"`)
		r.PrintEscaped(item.Get("name").OrEmpty())
		r.Text(`","n":`)
		r.Print(item.Get("n"))
		r.Text("}")
		if loop.HasNext() {
			r.Text(",")
		}
	}
	r.Leave(loop)
	r.Text("]}")
}

func TestRender(t *testing.T) {
	src := &request{body: `{"id":7,"items":[{"name":"a\"b","n":1},{"name":"c/d","n":2.50}]}`}
	var r Renderer
	out, err := r.Render(src, []byte("> "), readsPaths)
	require.NoError(t, err)
	assert.Equal(t, `> {"id":7,"items":[{"name":"a\"b","n":1},{"name":"c\/d","n":2.5}]}`, string(out))
}

// TestAllocations holds the promise that a template which reads paths and escapes allocates nothing.
func TestAllocations(t *testing.T) {
	src := &request{body: `{"id":7,"items":[{"name":"a\"b","n":1},{"name":"c/d","n":2.50}]}`}
	var r Renderer
	buf := make([]byte, 0, 1024)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		src.memory.Reset()
		src.parsed = false
		if _, err := r.Render(src, buf, readsPaths); err != nil {
			t.Fatal(err)
		}
	}))
}

// TestEnds checks what is left of the output when a rendering ends early.
func TestEnds(t *testing.T) {
	src := &request{body: "{}"}
	var r Renderer
	out, err := r.Render(src, nil, func(r *Renderer) {
		r.Text("kept")
		r.Print(r.String(func() { r.Text("dropped"); r.Stop() }))
	})
	require.NoError(t, err)
	assert.Equal(t, "kept", string(out))

	out, err = r.Render(src, []byte("before"), func(r *Renderer) {
		r.Text("lost")
		r.Print(List().At(Int(3)))
	})
	assert.ErrorAs(t, err, &value.Thrown{})
	assert.Equal(t, "before", string(out))

	assert.PanicsWithValue(t, "a bug", func() { _, _ = r.Render(src, nil, func(*Renderer) { panic("a bug") }) })
}

// TestRounds holds the limit of a loop's rounds.
func TestRounds(t *testing.T) {
	var r Renderer
	rounds := 0
	_, err := r.Render(&request{}, nil, func(r *Renderer) {
		loop := r.Foreach(Range(Int(1), Int(5000)))
		for loop.Next() {
			rounds++
		}
		r.Leave(loop)
	})
	require.NoError(t, err)
	assert.Equal(t, MaxRounds, rounds)
	_, err = r.Render(&request{}, nil, func(*Renderer) { Range(Int(1), Int(1<<31-1)) })
	assert.Error(t, err, "a range without bound")
}

// TestPatterns checks that a regular expression which backtracks for ever ends the rendering.
func TestPatterns(t *testing.T) {
	var r Renderer
	_, err := r.Render(&request{}, nil, func(r *Renderer) {
		r.Print(Str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!").Call("matches", Str("(a+)+b")))
	})
	assert.ErrorContains(t, err, "took too long")
}
