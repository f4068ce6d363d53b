package source

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEdit(t *testing.T) {
	root, mistakes := Parse(&File{Path: "a.yaml", Data: []byte("a: 'x''${b}-${c}!'\n")})
	require.Empty(t, mistakes)
	text, _ := root.Get("a").Text()
	require.Equal(t, "x'${b}-${c}!", text.Value)
	edited := text.Edit(Part{At: 2, Length: 4, With: "longer"}, Part{At: 7, Length: 4, With: ""})
	assert.Equal(t, "x'longer-!", edited.Value)
	assert.Equal(t, "x'${b}-${c}!", text.Value, "the text it was made of stays")
	// What was taken out belongs to the characters beside it.
	for _, place := range []struct{ at, length, col, end int }{
		{0, 1, 5, 6}, {2, 6, 8, 12}, {4, 1, 8, 12}, {8, 1, 12, 17}, {9, 1, 13, 18}, {1, 1, 6, 8},
	} {
		span := edited.Sub(place.at, place.length)
		assert.Equal(t, [2]int{place.col, place.end}, [2]int{span.Col, span.EndCol}, "%q", edited.Value[place.at:place.at+place.length])
	}
	assert.Equal(t, text, text.Edit())
}

func TestCompute(t *testing.T) {
	f := &File{Path: "a.yaml", Data: []byte("a: ${b}\nc: 1\n")}
	root, _ := Parse(f)
	text, _ := root.Get("a").Text()
	assert.False(t, root.Get("a").Computed())
	for _, test := range []struct {
		value    string
		number   int64
		isNumber bool
		truth    bool
		isTruth  bool
	}{{"25", 25, true, false, false}, {"1e3", 1000, true, false, false}, {"true", 0, false, true, true}, {"false", 0, false, false, true}, {"b", 0, false, false, false}} {
		n := f.Compute(text.Edit(Part{At: 0, Length: 4, With: test.value}))
		assert.True(t, n.Computed())
		assert.Equal(t, Text, n.Kind())
		got, ok := n.Text()
		require.True(t, ok)
		assert.True(t, got.Computed())
		assert.Equal(t, test.value, got.Value)
		assert.Equal(t, "a.yaml:1:4", n.Span().String())
		assert.Equal(t, "a.yaml:1:4", n.Start().String())
		assert.Equal(t, 8, n.Slice(0, len(test.value)).EndCol)
		number, isNumber := n.Int()
		assert.Equal(t, test.isNumber, isNumber, test.value)
		assert.Equal(t, test.number, number.Value)
		truth, isTruth := n.Bool()
		assert.Equal(t, test.isTruth, isTruth, test.value)
		assert.Equal(t, test.truth, truth.Value)
	}
	_, isTruth := root.Get("a").Bool()
	assert.False(t, isTruth)
}

// TestChanged looks up keys of a large map again after its entries were taken away.
func TestChanged(t *testing.T) {
	text := "first: 0\n"
	for i := range 2 * largeMap {
		text += "k" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ": 1\n"
	}
	f := &File{Path: "a.yaml", Data: []byte(text)}
	root, mistakes := Parse(f)
	require.Empty(t, mistakes)
	require.False(t, root.Get("kab").IsZero())
	root.YAML.Content = root.YAML.Content[2:]
	f.Changed()
	assert.True(t, root.Get("first").IsZero())
	assert.Equal(t, "kab", root.Get("kab").Key().Value)
}
