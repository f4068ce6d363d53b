// Package routers compares routers on the operations of an API: a generated one, httprouter, chi and net/http's ServeMux.
// Before it measures, it proves that each finds the same operation for the same request. The generated router comes from
// a test in a generated package, which is where it can be reached.
package routers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/julienschmidt/httprouter"
)

// Operation is a method and a path template of an API.
type Operation struct {
	Method string
	Path   string
}

// Request is the operation's method, and its path with a value in the place of every parameter.
func (o Operation) Request() (method, path string) {
	segments := strings.Split(o.Path, "/")
	for i, segment := range segments {
		for {
			before, rest, open := strings.Cut(segment, "{")
			name, after, closed := strings.Cut(rest, "}")
			if !open || !closed {
				break
			}
			segment = before + "a-" + strings.Trim(name, "+") + after
		}
		segments[i] = segment
	}
	return o.Method, strings.Join(segments, "/")
}

// Router finds an operation.
type Router struct {
	Name string
	// Has are the operations that the router could take, as indexes of the list it was built from.
	Has []int
	// Find returns the index of a request's operation, or -1. It proves the router.
	Find func(method, path string) int
	// Match does the router's own work alone, without the table that translates its answer: it is what is measured.
	Match func(method, path string) bool
}

// Peers builds the other routers on the same operations. None takes every set of paths: what one refuses is missing from its Has.
func Peers(operations []Operation) []Router {
	return []Router{httpRouter(operations), chiRouter(operations), serveMux(operations)}
}

// httpRouter builds httprouter, which wants :name for {name} and no literal beside a parameter.
func httpRouter(operations []Operation) Router {
	router := httprouter.New()
	found := -1
	var has []int
	for i, o := range operations {
		handle := func(http.ResponseWriter, *http.Request, httprouter.Params) { found = i }
		pattern := strings.NewReplacer("{", ":", "}", "").Replace(o.Path)
		if refused(func() { router.Handle(o.Method, pattern, handle) }) == nil {
			has = append(has, i)
		}
	}
	return Router{Name: "httprouter", Has: has, Find: func(method, path string) int {
		handle, _, _ := router.Lookup(method, path)
		if handle == nil {
			return -1
		}
		handle(nil, nil, nil)
		return found
	}, Match: func(method, path string) bool {
		handle, _, _ := router.Lookup(method, path)
		return handle != nil
	}}
}

// chiRouter builds chi.
func chiRouter(operations []Operation) Router {
	router := chi.NewRouter()
	indexes := map[string]int{}
	var has []int
	for i, o := range operations {
		if refused(func() { router.MethodFunc(o.Method, o.Path, func(http.ResponseWriter, *http.Request) {}) }) == nil {
			has = append(has, i)
			indexes[o.Method+" "+o.Path] = i
		}
	}
	context := chi.NewRouteContext()
	return Router{Name: "chi", Has: has, Find: func(method, path string) int {
		context.Reset()
		if i, ok := indexes[method+" "+router.Find(context, method, path)]; ok {
			return i
		}
		return -1
	}, Match: func(method, path string) bool {
		context.Reset()
		return router.Match(context, method, path)
	}}
}

// serveMux builds the standard library's router.
func serveMux(operations []Operation) Router {
	mux := http.NewServeMux()
	indexes := map[string]int{}
	var has []int
	for i, o := range operations {
		pattern := o.Method + " " + o.Path
		if strings.HasSuffix(pattern, "/") {
			pattern += "{$}" // else it would match everything below
		}
		if refused(func() { mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {}) }) == nil {
			has = append(has, i)
			indexes[pattern] = i
		}
	}
	request := &http.Request{URL: &url.URL{}, Host: "api.example.com"}
	return Router{Name: "ServeMux", Has: has, Find: func(method, path string) int {
		request.Method, request.URL.Path = method, path
		_, pattern := mux.Handler(request)
		if i, ok := indexes[pattern]; ok {
			return i
		}
		return -1
	}, Match: func(method, path string) bool {
		request.Method, request.URL.Path = method, path
		_, pattern := mux.Handler(request)
		return pattern != ""
	}}
}

// refused runs a registration, and returns the panic by which these routers refuse a path.
func refused(register func()) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("refused: %v", reason)
		}
	}()
	register()
	return nil
}
