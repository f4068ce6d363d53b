package mapping_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
)

func TestParsePath(t *testing.T) {
	template, problems := mapping.ParsePath("/v1/{a}-{b}/x%20y/{rest+}/")
	require.Empty(t, problems)
	require.Len(t, template.Segments, 4)
	assert.Equal(t, mapping.PathSegment{Offset: 4, Length: 7, Parts: []mapping.PathPart{
		{Name: "a", Offset: 5, Length: 1}, {Text: "-", Offset: 7, Length: 1}, {Name: "b", Offset: 9, Length: 1}}}, template.Segments[1])
	literal, ok := template.Segments[2].Literal()
	assert.True(t, ok)
	assert.Equal(t, "x y", literal)
	whole, ok := template.Segments[3].Whole()
	assert.True(t, ok)
	assert.Equal(t, mapping.PathPart{Name: "rest", Greedy: true, Offset: 19, Length: 4}, whole)
	assert.Equal(t, "/v1/\x01-\x01/x y/\x02", template.Shape())
	assert.Len(t, template.Parameters(), 3)

	template, problems = mapping.ParsePath("/")
	assert.Empty(t, problems)
	assert.Empty(t, template.Segments)
	for _, text := range []string{"/files/{id}.json", "/v1/{name}:cancel", "/a/b/", "/{a}/{b}"} {
		_, problems = mapping.ParsePath(text)
		assert.Empty(t, problems, text)
	}
}

func TestPathMistakes(t *testing.T) {
	for text, want := range map[string]mistake{
		"":          {diag.PathCannotBeServed, ""},
		"pets":      {diag.PathCannotBeServed, "p"},
		"//":        {diag.PathCannotBeServed, "//"},
		"/a//b":     {diag.PathCannotBeServed, "//"},
		"/a//":      {diag.PathCannotBeServed, "//"},
		"/a/../b":   {diag.PathCannotBeServed, ".."},
		"/a/%2e%2E": {diag.PathCannotBeServed, "%2e%2E"},
		"/a?b=c":    {diag.PathCannotBeServed, "?"},
		`/a\b`:      {diag.PathCannotBeServed, `\`},
		"/a%5cb":    {diag.PathCannotBeServed, "a%5cb"},
		"/a%zz":     {diag.PathCannotBeServed, "%zz"},
		"/a%00":     {diag.PathCannotBeServed, "a%00"},
		"/a b":      {diag.PathCannotBeServed, " "},
		"/{a":       {diag.BadPathTemplate, "{a"},
		"/{a/b}":    {diag.BadPathTemplate, "{a"},
		"/a}":       {diag.BadPathTemplate, "}"},
		"/{a{b}}":   {diag.BadPathTemplate, "{a"},
		"/{a}{b}":   {diag.BadPathTemplate, "{b}"},
		"/{}":       {diag.BadParameterName, "{}"},
		"/{a b}":    {diag.BadParameterName, "a b"},
		"/{a}/{a}":  {diag.RepeatedPathParameter, "a"},
		"/v{a+}":    {diag.GreedyNotWhole, "v{a+}"},
		"/{a+}/b":   {diag.ChildOfGreedy, "{a+}"},
	} {
		_, problems := mapping.ParsePath(text)
		require.NotEmpty(t, problems, text)
		p := problems[0]
		assert.Equal(t, want, mistake{p.Code, text[p.Offset : p.Offset+p.Length]}, text)
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/a/{b}-{c}/{d+}", "//", "/{", "/}", "/{a}{b}", "/%2e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, problems := mapping.ParsePath(text)
		for _, p := range problems {
			within(t, text, p)
		}
		end := 0
		for _, segment := range template.Segments {
			if segment.Offset < end || len(segment.Parts) == 0 {
				t.Fatalf("%q: segment %+v", text, segment)
			}
			end = segment.Offset + segment.Length
			for _, part := range segment.Parts {
				if part.Offset < segment.Offset || part.Offset+part.Length > end {
					t.Fatalf("%q: part %+v", text, part)
				}
			}
		}
		if end > len(text) {
			t.Fatalf("%q ends at %d", text, end)
		}
	})
}
