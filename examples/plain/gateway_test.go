package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/examples/plain/gateway"
	gw "github.com/gatewright/gatewright/runtime"
)

// libraryName is the name of the document's server as an upstream: scheme, host and port.
const libraryName = "http://127.0.0.1:8082"

func TestPlain(t *testing.T) {
	library := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, "%s %s", r.Method, r.RequestURI)
	}))
	t.Cleanup(library.Close)
	g, err := gateway.New(gw.WithUpstream(libraryName, library.URL))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)

	for _, test := range []struct {
		method, path string
		send         string
		status       int
		body         string
		allow        string
	}{
		{"GET", "/books?author=le%20Guin", "", 202, "GET /v1/books?author=le%20Guin", ""},
		{"POST", "/books", `{"isbn": "978-3", "title": "Always Coming Home"}`, 202, "POST /v1/books", ""},
		{"POST", "/books", `{"isbn": 978}`, 400, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"Invalid request body","errors":[` +
			`{"pointer":"#/isbn","detail":"must be of type string, not integer"},{"pointer":"#/title","detail":"is required"}]}`, ""},
		{"GET", "/books/978-3", "", 202, "GET /v1/books/978-3", ""},
		{"GET", "/books/978%2F3", "", 202, "GET /v1/books/978%2F3", ""},
		{"GET", "/books/978-3.epub", "", 202, "GET /v1/books/978-3.epub", ""},
		{"POST", "/books/978-3:lend", "", 202, "POST /v1/books/978-3:lend", ""},
		{"DELETE", "/books", "", 405, "", "GET, POST"},
		{"GET", "/journals", "", 404, "", ""},
		{"GET", "/books/../journals", "", 400, "", ""},
	} {
		request, err := http.NewRequest(test.method, front.URL, strings.NewReader(test.send))
		require.NoError(t, err)
		request.URL.Opaque = "//" + request.URL.Host + test.path // the path as it stands, not cleaned
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, test.status, response.StatusCode, "%s %s: %s", test.method, test.path, body)
		if test.body != "" {
			require.Equal(t, test.body, string(body))
		}
		require.Equal(t, test.allow, response.Header.Get("Allow"), "%s %s", test.method, test.path)
	}
}
