package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/templates/parser"
)

// request is what is sent to the gateway for a row.
type request struct {
	Path           string
	Query          map[string]string
	Header         map[string]string
	Body           string
	StageVariables map[string]string
}

// answer is what the gateway made of a request.
type answer struct {
	Status  int
	Body    string
	Reached bool
	Sent    string
}

// refusal is the answer to a request whose template fails.
const refusal = `{"message": "Internal server error"}`

// TestGateway puts rows of the suites into a document, as request templates and as response templates of http
// integrations, and sends each its request through the gateway that is built from the document.
func TestGateway(t *testing.T) {
	rows := gatewayRows(t)
	files := gatewayFiles(t, rows)
	var requests []request
	for i, r := range rows {
		requests = append(requests, r.request(t, i))
	}
	var answers []answer
	build(t, files, "testdata/gateway.go.txt", requests, &answers)
	for i, r := range rows {
		output, failure := r.want()
		got := answers[i]
		text := got.Body
		if r.side == "request" && failure == "" {
			text = got.Sent
		}
		switch {
		case failure != "" && (got.Status != 500 || got.Body != refusal || got.Reached && r.side == "request"):
			t.Errorf("%s: %s template %q: %+v, want 500", r.Name, r.side, r.Template, got)
		case failure == "" && (!got.Reached || text != output):
			t.Errorf("%s: %s template %q\n got %q (%d %s)\nwant %q", r.Name, r.side, r.Template, text, got.Status, got.Body, output)
		}
	}
	t.Logf("%d templates", len(rows))
}

// placed is a row whose template stands on one side of an integration.
type placed struct {
	row
	side string
}

// gatewayRows are the rows whose surroundings a request can bring about, with their variables set by the template: those
// of aws.json on both sides, the others on one side in turn.
func gatewayRows(t *testing.T) []placed {
	var rows []placed
	for _, name := range []string{"aws.json", "vtl.json", "vtl-errors.json"} {
		for _, r := range load(t, name) {
			if r.Tier == "quirk" || r.Tier == "plain" || r.Context["context"] != nil || bytes.Contains(r.Input, []byte(`"Host"`)) {
				continue
			}
			prefix, ok := setAll(r.Context)
			r.Template = prefix + r.Template
			if _, problem := parser.Parse(r.Template); !ok || problem != nil {
				continue
			}
			if name == "aws.json" || len(rows)%2 == 0 {
				rows = append(rows, placed{r, "request"})
			}
			if name == "aws.json" || len(rows)%2 == 1 && rows[len(rows)-1].Name != r.Name {
				rows = append(rows, placed{r, "response"})
			}
		}
	}
	return rows
}

// setAll is a template that sets the given variables and prints nothing; ok is false for values that no literal has.
func setAll(given map[string]json.RawMessage) (string, bool) {
	if len(given) == 0 {
		return "", true
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if string(given[name]) == "null" {
			continue
		}
		text, ok := literal(given[name])
		if !ok {
			return "", false
		}
		b.WriteString("#set($" + name + " = " + text + ")")
	}
	return b.String() + "#**#", true // blanks before the row's own text stay
}

// literal is a JSON value as the template language writes it.
func literal(text json.RawMessage) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var b strings.Builder
	if !writeLiteral(&b, decoder) {
		return "", false
	}
	return b.String(), true
}

func writeLiteral(b *strings.Builder, decoder *json.Decoder) bool {
	token, err := decoder.Token()
	if err != nil {
		return false
	}
	switch token := token.(type) {
	case json.Delim:
		return writeContainer(b, decoder, rune(token))
	case string:
		b.WriteString("'" + strings.ReplaceAll(token, "'", "''") + "'")
	case json.Number, bool:
		fmt.Fprint(b, token)
	default:
		return false // null
	}
	return true
}

// writeContainer writes a list or a map, whose opening is read.
func writeContainer(b *strings.Builder, decoder *json.Decoder, open rune) bool {
	b.WriteRune(open)
	for i := 0; decoder.More(); i++ {
		if i > 0 {
			b.WriteString(",")
		}
		if open == '{' {
			if !writeLiteral(b, decoder) {
				return false
			}
			b.WriteString(":")
		}
		if !writeLiteral(b, decoder) {
			return false
		}
	}
	closing, _ := decoder.Token()
	b.WriteString(fmt.Sprint(closing))
	return true
}

// given reads what a row gives as the request.
func (r row) given(t *testing.T) (body string, path, query, header map[string]string) {
	t.Helper()
	var in struct {
		Body                      string
		Path, Querystring, Header map[string]string
	}
	if len(r.Input) > 0 {
		if err := json.Unmarshal(r.Input, &in); err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
	}
	return in.Body, in.Path, in.Querystring, in.Header
}

// request is the request that brings a row about.
func (r placed) request(t *testing.T, i int) request {
	body, path, query, header := r.given(t)
	made := request{Path: fmt.Sprintf("/row%d", i), Query: query, Header: header, Body: body}
	for _, name := range slices.Sorted(maps.Keys(path)) {
		made.Path += "/" + url.PathEscape(path[name])
	}
	if len(r.StageVariables) > 0 {
		if err := json.Unmarshal(r.StageVariables, &made.StageVariables); err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
	}
	return made
}

// gatewayFiles compiles a document with an operation for each row.
func gatewayFiles(t *testing.T, rows []placed) map[string][]byte {
	t.Helper()
	type object = map[string]any
	paths := object{}
	for i, r := range rows {
		_, given, _, _ := r.given(t)
		suffix, parameters := "", []object{}
		for _, name := range slices.Sorted(maps.Keys(given)) {
			suffix += "/{" + name + "}"
			parameters = append(parameters, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
		in := object{"type": "http", "httpMethod": "POST", "uri": "http://echo/", "passthroughBehavior": "when_no_match"}
		response := object{"statusCode": "200"}
		if r.side == "request" {
			in["requestTemplates"] = object{"application/json": r.Template}
		} else {
			response["responseTemplates"] = object{"application/json": r.Template}
		}
		in["responses"] = object{"default": response}
		paths[fmt.Sprintf("/row%d%s", i, suffix)] = object{"post": object{
			"parameters": parameters, "responses": object{"200": object{"description": "ok"}}, "x-amazon-apigateway-integration": in,
		}}
	}
	document, err := json.Marshal(object{
		"openapi": "3.0.3", "info": object{"title": "rows", "version": "1"}, "paths": paths,
		"x-gateway-upstreams": object{"echo": object{"targets": []string{"http://echo.invalid"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	var allow []diag.Code
	for _, info := range diag.Codes() {
		if info.Allowed != "" {
			allow = append(allow, info.Code)
		}
	}
	result, found := gen.Generate(context.Background(), gen.Options{Document: file, Package: "gateway", Allow: allow})
	if result.Files == nil {
		var text bytes.Buffer
		_ = diag.WriteText(&text, found, diag.TextOptions{})
		t.Fatalf("the rows do not compile:\n%.4000s", regexp.MustCompile(`(?m)^warning(.|\n)*?\n\n`).ReplaceAllString(text.String(), ""))
	}
	files := map[string][]byte{}
	for _, name := range result.Files.Names() {
		files["gateway/"+name] = result.Files.Text(name)
	}
	return files
}
