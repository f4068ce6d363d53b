package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/examples/petstore/gateway"
	"github.com/gatewright/gatewright/examples/petstore/pets"
	gw "github.com/gatewright/gatewright/runtime"
)

// open starts the shop with the gateway in front of it, and returns the gateway's address.
func open(t *testing.T, options ...gw.Option) string {
	t.Helper()
	shop := httptest.NewServer(pets.NewShop().Handler())
	t.Cleanup(shop.Close)
	return front(t, append(options, gw.WithUpstream("pets", shop.URL))...)
}

// front starts the gateway alone.
func front(t *testing.T, options ...gw.Option) string {
	t.Helper()
	g, err := gateway.New(options...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL
}

// answer is what a client gets.
type answer struct {
	status int
	header http.Header
	body   string
}

func ask(t *testing.T, method, url, body string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, strings.TrimSpace(string(text))}
}

func TestParametersAreMapped(t *testing.T) {
	at := open(t)
	got := ask(t, "GET", at+"/prod/pets?type=dog", "")
	require.Equal(t, 200, got.status)
	require.JSONEq(t, `[{"id":"1","name":"Rex","kind":"dog","tags":["loud","loyal"]}]`, got.body)
	require.Equal(t, "1", got.header.Get("X-Total"), "mapped from the service's header")
	require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"), "mapped from a literal")
	require.Empty(t, got.header.Get("X-Internal"), "what is not mapped does not pass")

	got = ask(t, "GET", at+"/prod/pets?tag=quiet&tag=wet", "")
	require.JSONEq(t, `[{"id":"3","name":"Nemo","kind":"fish","tags":["quiet","wet"]}]`, got.body, "every value of tag arrives")
}

func TestStageVariablesReachTheService(t *testing.T) {
	var seen []string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			seen = append(seen, r.URL.Path+" "+r.Header.Get("X-Release"))
		}
		_, _ = io.WriteString(w, "[]")
	}))
	t.Cleanup(service.Close)
	at := front(t, gw.WithUpstream("pets", service.URL))
	ask(t, "GET", at+"/prod/pets", "")
	ask(t, "GET", at+"/dev/pets", "")
	root := front(t, gw.WithUpstream("pets", service.URL), gw.WithStage("dev"), gw.WithStageVariable("catalogue", "beasts"))
	ask(t, "GET", root+"/pets", "")
	require.Equal(t, []string{"/pets stable", "/pets next", "/beasts next"}, seen)
}

func TestResponsesAreChosenByStatus(t *testing.T) {
	at := open(t) + "/prod"
	got := ask(t, "POST", at+"/pets", `{"name":"Ada","kind":"owl"}`, "Content-Type", "application/json")
	require.Equal(t, 201, got.status)
	require.JSONEq(t, `{"id":"4","name":"Ada","kind":"owl"}`, got.body)
	require.Equal(t, "/pets/4", got.header.Get("Location"))
	require.Equal(t, "4", got.header.Get("X-Pet-Id"), "mapped from the body")

	got = ask(t, "POST", at+"/pets", `{"name":"Ada"}`, "Content-Type", "application/json")
	require.Equal(t, 400, got.status, "422 matches 4\\d{2}")
	require.Equal(t, `{"error":"the pet was refused"}`, got.body)
	require.Equal(t, "a pet has a name and a kind", got.header.Get("X-Reason"))

	require.Equal(t, 204, ask(t, "DELETE", at+"/pets/4", "").status)
	got = ask(t, "DELETE", at+"/pets/4", "")
	require.Equal(t, 404, got.status)
	require.Equal(t, `{"error":"no such pet"}`, got.body)
}

func TestProxyPassesWhatTheServiceSays(t *testing.T) {
	at := open(t) + "/prod"
	got := ask(t, "GET", at+"/pets/2", "")
	require.Equal(t, 200, got.status)
	require.JSONEq(t, `{"id":"2","name":"Tom","kind":"cat","tags":["quiet"]}`, got.body)
	got = ask(t, "GET", at+"/pets/99", "")
	require.Equal(t, 404, got.status)
	require.JSONEq(t, `{"message":"no pet 99"}`, got.body)

	require.Equal(t, 204, ask(t, "PUT", at+"/photos/rex/at%20sea.png", "\x89PNG\r\n\x1a\n\x00\xff", "Content-Type", "image/png").status)
	got = ask(t, "GET", at+"/photos/rex/at%20sea.png", "", "Accept", "image/png")
	require.Equal(t, 200, got.status)
	require.Equal(t, "\x89PNG\r\n\x1a\n\x00\xff", got.body, "bytes pass as they are")
}

func TestMocksAnswerAlone(t *testing.T) {
	at := front(t) + "/prod" // no service behind
	got := ask(t, "OPTIONS", at+"/pets", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST")
	require.Equal(t, 200, got.status)
	require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "GET,POST,OPTIONS", got.header.Get("Access-Control-Allow-Methods"))
	require.Empty(t, got.body)

	got = ask(t, "GET", at+"/", "", "Accept", "text/html")
	require.Equal(t, 200, got.status)
	require.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
	require.Contains(t, got.body, "<h1>Welcome to the pet store</h1>")
}

func TestFailuresAreAnsweredAsTheDocumentSays(t *testing.T) {
	at := front(t, gw.WithUpstream("pets", "http://127.0.0.1:1")) // nobody listens there
	got := ask(t, "GET", at+"/prod/nothing/here", "")
	require.Equal(t, 404, got.status)
	require.Regexp(t, `^\{"error":"there is nothing at this path","requestId":"[0-9a-f-]{36}"\}$`, got.body)
	require.Equal(t, "MissingAuthenticationTokenException", got.header.Get("x-amzn-ErrorType"))
	require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"))

	got = ask(t, "GET", at+"/prod/pets/1", "")
	require.Equal(t, 504, got.status)
	require.Regexp(t, `^\{"error":"[^"]+","requestId":"[0-9a-f-]{36}"\}$`, got.body)

	got = ask(t, "GET", at+"/test/pets", "")
	require.Equal(t, 403, got.status, "there is no stage test")
	require.Equal(t, `{"message":"Forbidden"}`, got.body)
}

func TestEventsArriveAsTheyHappen(t *testing.T) {
	at := open(t) + "/prod"
	response, err := http.Get(at + "/adoptions")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	lines := bufio.NewScanner(response.Body)
	require.True(t, lines.Scan(), "the first line comes while the stream goes on")
	require.Equal(t, ": watching", lines.Text())
	require.Equal(t, 204, ask(t, "DELETE", at+"/pets/1", "").status)
	for lines.Scan() && lines.Text() != "data: Rex" {
	}
	require.Equal(t, "data: Rex", lines.Text())
}

func TestAClientThatLeavesIsNoticed(t *testing.T) {
	left := make(chan struct{})
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/adoptions" {
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": watching\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(left)
	}))
	t.Cleanup(service.Close)
	response, err := http.Get(front(t, gw.WithUpstream("pets", service.URL)) + "/prod/adoptions")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the service still waits")
	}
}
