package emit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
)

// TestRouterAgreesWithNaiveMatcher generates gateways for random sets of paths, builds them, and asks each for many
// paths. What it answers must be what the matcher below does, which knows the rules of rest.md 1.6 and nothing of trees.
func TestRouterAgreesWithNaiveMatcher(t *testing.T) {
	const gateways, requests = 12, 3000
	random := rand.New(rand.NewPCG(1, 2))
	m := newModule(t)
	var imports, calls strings.Builder
	for i := range gateways {
		pkg := fmt.Sprintf("gateway%d", i)
		routes := randomRoutes(random)
		set := generate(t, writeDocument(t, routes), diag.SeveralVariables)
		for _, name := range set.Names() {
			m.add(filepath.Join(pkg, name), set.Text(name))
		}
		m.add(filepath.Join(pkg, "match.go"), []byte(matchFile))
		fmt.Fprintf(&imports, "\t%s \"golden.test/%s\"\n", pkg, pkg)
		fmt.Fprintf(&calls, "\t%q: %s.Match,\n", pkg, pkg)
		var asked []question
		served := 0
		for range requests {
			q := randomQuestion(random, routes)
			if q.Want != "" {
				served++
			}
			asked = append(asked, q)
		}
		require.Greater(t, served, requests/10, "too few requests are served to tell anything")
		text, err := json.Marshal(asked)
		require.NoError(t, err)
		m.add(filepath.Join(pkg, "questions.json"), text)
	}
	m.add("main.go", fmt.Appendf(nil, mainFile, imports.String(), calls.String()))
	require.Empty(t, m.run("run", "."))
}

// matchFile shows what a generated package hides.
const matchFile = `package gateway

import gw "github.com/gatewright/gatewright/runtime"

// Match is the operation that serves method on path.
func Match(path, method string) string {
	var p gw.Path
	if f := p.Parse(path); f != gw.OK {
		return "refused"
	}
	if i := match(&p, gw.ParseMethod(method)); i > 0 {
		return api.Routes[i-1].ID
	}
	return ""
}
`

// mainFile asks the questions and prints the answers that are wrong.
const mainFile = `package main

import (
	"encoding/json"
	"fmt"
	"os"

%s)

var gateways = map[string]func(path, method string) string{
%s}

func main() {
	for name, match := range gateways {
		text, err := os.ReadFile(name + "/questions.json")
		if err != nil {
			panic(err)
		}
		var questions []struct{ Path, Method, Want string }
		if err := json.Unmarshal(text, &questions); err != nil {
			panic(err)
		}
		for _, q := range questions {
			if got := match(q.Path, q.Method); got != q.Want {
				fmt.Printf("%%s: %%s %%s goes to %%q, want %%q\n", name, q.Method, q.Path, got, q.Want)
			}
		}
	}
}
`

// testRoute is an operation of a random document.
type testRoute struct{ id, method, path string }

// The parts that random paths are made of: few, so that they overlap.
var pathParts = []string{"a", "b", "c%20d", "é", "{p}", "{p}", "{q}.json", "x{q}", "{r}:go", "{s}-{t}"}

func randomRoutes(random *rand.Rand) []testRoute {
	var routes []testRoute
	shapes := map[string]bool{}
	for len(routes) < 40 {
		var segments []string
		for range random.IntN(5) {
			segments = append(segments, pathParts[random.IntN(len(pathParts))])
		}
		if random.IntN(4) == 0 {
			segments = append(segments, "{proxy+}")
		}
		for i := range segments { // names must differ within a path
			segments[i] = strings.ReplaceAll(segments[i], "{", fmt.Sprintf("{n%d", i))
		}
		path := "/" + strings.Join(segments, "/")
		if shape := shapeOf(path); shapes[shape] {
			continue
		} else {
			shapes[shape] = true
		}
		for _, method := range []string{"GET", "POST", "ANY"} {
			if random.IntN(2) == 0 {
				routes = append(routes, testRoute{fmt.Sprintf("op%d", len(routes)), method, path})
			}
		}
	}
	return routes
}

// shapeOf is a path without the names of its parameters.
func shapeOf(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '{':
			inside = true
			b.WriteRune(r)
		case r == '}':
			inside = false
		}
		if !inside || r == '+' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// writeDocument writes a plain document with the routes.
func writeDocument(t *testing.T, routes []testRoute) string {
	type object = map[string]any
	paths := object{}
	for _, r := range routes {
		item, _ := paths[r.path].(object)
		if item == nil {
			item = object{}
			paths[r.path] = item
		}
		key := strings.ToLower(r.method)
		if r.method == "ANY" {
			key = "x-amazon-apigateway-any-method"
		}
		var parameters []object
		for _, name := range parameterNames(r.path) {
			parameters = append(parameters, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
		item[key] = object{"operationId": r.id, "parameters": parameters, "responses": object{}}
	}
	text, err := json.Marshal(object{
		"openapi": "3.0.3", "info": object{"title": "t", "version": "1"},
		"x-gateway-upstream": "http://backend.example", "paths": paths,
	})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(file, text, 0o644))
	return file
}

func parameterNames(path string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(path, "{")
		if !found {
			return names
		}
		name, after, _ := strings.Cut(rest, "}")
		names = append(names, strings.TrimSuffix(name, "+"))
		path = after
	}
}

// question is a request and the operation that must serve it.
type question struct{ Path, Method, Want string }

// The segments that random requests are made of.
var requestParts = []string{"a", "%61", "b", "c%20d", "%C3%A9", "v", "v.json", "xv", "xv.json", ".json", "x", "v:go", "xv:go", "m-n", "x-.json", "-", "a%2Fb", "v%2Ejson"}

func randomQuestion(random *rand.Rand, routes []testRoute) question {
	var segments []string
	for range random.IntN(7) {
		segments = append(segments, requestParts[random.IntN(len(requestParts))])
	}
	methods := []string{"GET", "POST", "PUT", "TRACE", "FOO"}
	q := question{Path: "/" + strings.Join(segments, "/"), Method: methods[random.IntN(len(methods))]}
	decoded := make([]string, len(segments))
	for i, s := range segments {
		decoded[i], _ = url.PathUnescape(s)
	}
	var best *testRoute
	var bestRank []string
	for i := range routes {
		rank, ok := naiveMatch(&routes[i], decoded, q.Method)
		if ok && (best == nil || slices.Compare(rank, bestRank) < 0) {
			best, bestRank = &routes[i], rank
		}
	}
	if best != nil {
		q.Want = best.id
	}
	return q
}

// naiveMatch reports whether a route serves a request, and how well: at each depth literal text comes before a segment
// with text around its parameters (the more the better), that before a parameter, that before a greedy one; at last a
// declared method comes before any-method. The smaller rank wins.
func naiveMatch(r *testRoute, request []string, method string) (rank []string, ok bool) {
	if r.method != method && (r.method != "ANY" || method == "TRACE" || method == "FOO") {
		return nil, false
	}
	template := strings.FieldsFunc(r.path, func(c rune) bool { return c == '/' })
	for i, segment := range template {
		if i >= len(request) {
			return nil, false
		}
		if strings.HasSuffix(segment, "+}") {
			return append(rank, "3", methodRank(r)), true
		}
		literals := literalsOf(segment)
		text := strings.Join(literals, "")
		switch {
		case len(literals) == 1:
			if request[i] != literals[0] {
				return nil, false
			}
			rank = append(rank, "0")
		case text == "":
			rank = append(rank, "2")
		default:
			if !splits(request[i], literals) {
				return nil, false
			}
			rank = append(rank, fmt.Sprintf("1 %03d %s", 999-len(text), strings.Join(literals, "\x00")))
		}
	}
	if len(template) != len(request) {
		return nil, false
	}
	return append(rank, methodRank(r)), true
}

func methodRank(r *testRoute) string {
	if r.method == "ANY" {
		return "1"
	}
	return "0"
}

// literalsOf are the texts before, between and behind the parameters of a segment.
func literalsOf(segment string) []string {
	var literals []string
	for {
		before, rest, found := strings.Cut(segment, "{")
		text, _ := url.PathUnescape(before)
		literals = append(literals, text)
		if !found {
			return literals
		}
		_, segment, _ = strings.Cut(rest, "}")
	}
}

// splits reports whether text can be cut into the literals with something between each two of them.
func splits(text string, literals []string) bool {
	rest, ok := strings.CutPrefix(text, literals[0])
	if !ok {
		return false
	}
	if len(literals) == 2 {
		return len(rest) > len(literals[1]) && strings.HasSuffix(rest, literals[1])
	}
	for i := 1; i < len(rest); i++ {
		if splits(rest[i:], literals[1:]) {
			return true
		}
	}
	return false
}
