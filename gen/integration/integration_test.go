package integration

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// TestStaticTemplates holds what a template without references and directives prints (mapping-templates.md section 2).
func TestStaticTemplates(t *testing.T) {
	for text, want := range map[string]string{
		"": "", `{"statusCode": 200}`: `{"statusCode": 200}`, "$5, $ x #1 #fff.": "$5, $ x #1 #fff.",
		"http://a##b\nc": "http://ac", "#[[$x #if]]#!": "$x #if!", `\$x \#if`: "$x #if",
	} {
		all, ok := readTemplates([]model.Template{{Text: source.String{Value: text}}}, "requestTemplates")
		require.True(t, ok, "%q", text)
		require.True(t, all[0].static(), "%q", text)
		require.Equal(t, want, all[0].text, "%q", text)
	}
	for _, text := range []string{"a $x b", "#if($x)a#end", "#set($a = 1)", "a #stop"} {
		all, ok := readTemplates([]model.Template{{Text: source.String{Value: text}}}, "requestTemplates")
		require.True(t, ok, "%q", text)
		require.False(t, all[0].static(), "%q", text)
	}
	_, ok := readTemplates([]model.Template{{Text: source.String{Value: "price in $"}}}, "requestTemplates")
	require.False(t, ok)
}

func TestMockStatus(t *testing.T) {
	for text, want := range map[string]int{
		`{"statusCode": 200}`:                                  200,
		` {statusCode: 204} `:                                  204,
		`{'statusCode': 404, }`:                                404,
		`{"a": [1, {b: 'x}'},], statusCode : 500, "c": "\"}"}`: 500,
		"{\n\"statusCode\"\n:\n301\n}":                         301,
		`{"statusCode": 200, "statusCode": 201}`:               201,
	} {
		got, err := mockStatus(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, why := range map[string]string{
		"":                                "no JSON object",
		"200":                             "no JSON object",
		"[]":                              "no JSON object",
		"{}":                              "statusCode is missing",
		`{"statusCode": "200"}`:           "no whole number",
		`{"statusCode": 200.5}`:           "no whole number",
		`{"statusCode": 99}`:              "no whole number from 100 to 599",
		`{"statusCode": 600}`:             "no whole number from 100 to 599",
		`{"statusCode": 200`:              "never closed",
		`{"statusCode: 200}`:              "never closed",
		`{"statusCode": 200} x`:           "text follows",
		`{"statusCode"}`:                  "no value",
		`{"statusCode": }`:                "a value is missing",
		`{"a": [1, "statusCode"}`:         "never closed",
		`{a:` + strings.Repeat("[", 1000): "nested too deeply",
	} {
		_, err := mockStatus(text)
		require.ErrorContains(t, err, why, text)
	}
}

func FuzzMockStatus(f *testing.F) {
	for _, seed := range []string{`{"statusCode": 200}`, "{statusCode:1,a:[{}]}", "{'a\\'':\"", "{{{{", "{a:[[["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if code, err := mockStatus(text); err == nil {
			require.True(t, firstStatus <= code && code <= lastStatus)
			require.Contains(t, text, "statusCode")
		}
	})
}

// responsesOf makes an integration's responses of patterns.
func responsesOf(patterns ...string) []*model.IntegrationResponse {
	var all []*model.IntegrationResponse
	for _, p := range patterns {
		all = append(all, &model.IntegrationResponse{Pattern: source.String{Value: p}})
	}
	return all
}

func TestSelection(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		want     map[int]string // the pattern that a status selects; "-" for none
	}{
		{[]string{"4\\d{2}", "default"}, map[int]string{400: "4\\d{2}", 499: "4\\d{2}", 399: "default", 500: "default"}},
		{[]string{"404", "4\\d\\d", "5..", "default"}, map[int]string{404: "404", 405: "4\\d\\d", 503: "5..", 200: "default"}},
		{[]string{"4\\d\\d", "404"}, map[int]string{404: "4\\d\\d", 200: "-"}},
		{[]string{"default", ".*"}, map[int]string{200: ".*", 599: ".*"}},
		{[]string{".+", ""}, map[int]string{200: ".+"}},
		{[]string{"", "500"}, map[int]string{200: "", 500: "500"}},
		{[]string{"20", "00", "2"}, map[int]string{200: "-"}},                            // the whole status, not a part of it
		{[]string{"200|201", "default"}, map[int]string{201: "200|201", 202: "default"}}, // both ends bind the whole alternation
		{[]string{"(?!200)2\\d\\d", "default"}, map[int]string{200: "default", 201: "(?!200)2\\d\\d"}},
		{[]string{".*Not Found.*", "default"}, map[int]string{404: "default"}},
		{[]string{"[{]|\\{|\\x{34}0\\p{Nd}|5{1}0{2,2}", "default"}, map[int]string{503: "default", 500: "[{]|\\{|\\x{34}0\\p{Nd}|5{1}0{2,2}"}},
		{[]string{"(?i)2XX", "[^5]\\d*"}, map[int]string{200: "[^5]\\d*", 500: "-"}},
	} {
		s := selectByStatus(responsesOf(c.patterns...), func(r *model.IntegrationResponse, err error) { t.Errorf("%s: %v", r.Pattern.Value, err) })
		for code, want := range c.want {
			got := "-"
			if r := s.of(code); r != nil {
				got = r.Pattern.Value
			}
			require.Equal(t, want, got, "%v: %d", c.patterns, code)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	for _, p := range []string{"(", "4\\d{2", "[", "*", "a)(?:b", "4{x}", "{4}"} {
		failed := false
		selectByStatus(responsesOf(p), func(*model.IntegrationResponse, error) { failed = true })
		require.True(t, failed, "%q", p)
	}
}

func TestPatternsThatBacktrackWithoutEndAreCut(t *testing.T) {
	start := time.Now()
	selectByStatus(responsesOf(strings.Repeat("(\\d*)*", 12)+"x"), func(*model.IntegrationResponse, error) {})
	require.Less(t, time.Since(start), 20*time.Second)
}

func TestOrigin(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"http", "Pets.Example"}:      "http://pets.example",
		{"http", "pets.example:80"}:   "http://pets.example",
		{"https", "pets.example:443"}: "https://pets.example",
		{"https", "pets.example:80"}:  "https://pets.example:80",
		{"http", "[::1]:80"}:          "http://[::1]",
		{"http", "[::1]:8080"}:        "http://[::1]:8080",
	} {
		require.Equal(t, want, Origin(in[0], in[1]))
	}
}

func TestCheckAuthority(t *testing.T) {
	for _, good := range []string{"pets.example", "pets.example:8080", "10.0.0.1", "[::1]:80", "localhost"} {
		require.NoError(t, checkAuthority(good), good)
	}
	for _, bad := range []string{"user@pets.example", "pets.example:", "pets.example:0", "pets.example:65536", "pets.example:http", ":80", "[::1", "a b"} {
		require.Error(t, checkAuthority(bad), bad)
	}
}
