package methodkey

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Key{
		"GET /pets/{id}":   {"GET", "/pets/{id}"},
		"get /pets":        {"GET", "/pets"},
		"* /*":             {},
		"*/*":              {},
		"* /pets":          {"", "/pets"},
		"GET /*":           {"GET", ""},
		"~1pets~1{id}/GET": {"GET", "/pets/{id}"},
		"pets/GET":         {"GET", "/pets"},
		"/pets/{id}/GET":   {"GET", "/pets/{id}"},
		"~1/GET":           {"GET", "/"},
		"//GET":            {"GET", "/"},
		"ANY /{proxy+}":    {"ANY", "/{proxy+}"},
		"~1a~01b/POST":     {"POST", "/a~1b"},
		"/pets/*":          {"", "/pets"},
		"GET  /pets":       {"GET", "/pets"},
	} {
		key, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, key, text)
	}
	for _, text := range []string{"", "GET", "GET pets", "/pets/", "G-T /pets", "/pets/{id}"} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
}

func TestTheMoreSpecificComesFirst(t *testing.T) {
	keys := []Key{{"GET", "/pets"}, {"", "/pets"}, {"GET", ""}, {}}
	for i := range keys {
		require.True(t, keys[i].Fits("GET", "/pets"))
		for j := range keys {
			require.Equal(t, i < j, keys[i].Before(keys[j]))
		}
	}
	require.False(t, keys[0].Fits("POST", "/pets"))
	require.False(t, keys[1].Fits("GET", "/pets/{id}"))
}
