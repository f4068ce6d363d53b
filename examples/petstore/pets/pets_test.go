package pets

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, server *httptest.Server, method, path, body string) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(text)), response.Header
}

func TestShop(t *testing.T) {
	server := httptest.NewServer(Logged(NewShop().Handler()))
	defer server.Close()
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/healthz", "", 200, "ok"},
		{"GET", "/pets?kind=cat", "", 200, `[{"id":"2","name":"Tom","kind":"cat","tags":["quiet"]}]`},
		{"GET", "/pets?tag=quiet&tag=wet", "", 200, `[{"id":"3","name":"Nemo","kind":"fish","tags":["quiet","wet"]}]`},
		{"GET", "/pets?kind=owl", "", 200, `[]`},
		{"POST", "/pets", `{"name":"Ada","kind":"owl"}`, 201, `{"id":"4","name":"Ada","kind":"owl"}`},
		{"POST", "/pets", `{"name":"Ada"}`, 422, `{"message":"a pet has a name and a kind"}`},
		{"POST", "/pets", `Ada`, 400, `{"message":"the body is no pet"}`},
		{"GET", "/pets/4", "", 200, `{"id":"4","name":"Ada","kind":"owl"}`},
		{"DELETE", "/pets/4", "", 204, ""},
		{"DELETE", "/pets/4", "", 404, `{"message":"no pet 4"}`},
		{"GET", "/photos/a/b.png", "", 404, `{"message":"no such photo"}`},
		{"PUT", "/photos/a/b.png", "\x89PNG", 204, ""},
		{"GET", "/photos/a/b.png", "", 200, "\x89PNG"},
	} {
		status, body, _ := ask(t, server, test.method, test.path, test.body)
		if status != test.status || body != test.want {
			t.Errorf("%s %s: got %d %s, want %d %s", test.method, test.path, status, body, test.status, test.want)
		}
	}
}

func TestWatchSeesAdoptions(t *testing.T) {
	server := httptest.NewServer(NewShop().Handler())
	defer server.Close()
	response, err := server.Client().Get(server.URL + "/adoptions")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	if !lines.Scan() || lines.Text() != ": watching" {
		t.Fatalf("got %q", lines.Text())
	}
	ask(t, server, "DELETE", "/pets/1", "")
	var got []string
	for len(got) < 3 && lines.Scan() {
		got = append(got, lines.Text())
	}
	if want := "|event: adopted|data: Rex"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
