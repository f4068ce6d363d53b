package gwtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
	"github.com/gatewright/gatewright/runtime/integration/httpproxy"
	"github.com/gatewright/gatewright/runtime/vtl"
)

// gateway is what a generated package would have.
type gateway struct {
	*gw.Core
	backend *httpproxy.Upstream
}

var (
	proxyRoute = gw.Route{ID: "proxy", Method: "ANY", Path: "/files/{name+}", Params: []gw.PathParam{{Name: "name", Segment: 1, Greedy: true}}}
	tellRoute  = gw.Route{ID: "tell", Method: "GET", Path: "/tell/{who}.txt",
		Params: []gw.PathParam{{Name: "who", Segment: 1, Suffix: ".txt"}}}
)

// newGateway has a proxy, and a route that tells what it knows of the request.
func newGateway(options ...gw.Option) (*gateway, error) {
	api := gw.API{Title: "test", Style: gw.REST, ID: "a1b2c3d4e5", Routes: []*gw.Route{&proxyRoute, &tellRoute},
		Branches: []gw.Branch{{What: "#if", Where: "a.yaml:1:2"}, {What: "#else", Where: "a.yaml:3:4"}}}
	g := &gateway{Core: gw.NewCore(&api, options...)}
	g.backend = httpproxy.NewUpstream(g.Core, httpproxy.Config{
		Name: "backend", Targets: []httpproxy.Target{{URL: "https://backend.invalid/v1"}}, Health: httpproxy.Health{Path: "/healthz"},
	})
	if err := g.Start(g.serve); err != nil {
		return nil, err
	}
	return g, nil
}

func (g *gateway) serve(c *gw.Ctx) gw.Fault {
	switch c.Path().Key(0) {
	case "files":
		c.Enter(&proxyRoute)
		out := c.Outbound("ANY", 0)
		out.Literal("/files/")
		out.Path(c.Tail(1))
		return g.backend.Proxy(c, out)
	case "panic":
		panic("on purpose")
	case "tell":
		c.Enter(&tellRoute)
		return c.Respond(200).Render(tell, nil, gw.AsIs)
	}
	return gw.MissingAuthenticationToken
}

// tell is a template that was generated to count its branches.
func tell(r *vtl.Renderer) {
	for _, name := range []string{"requestId", "extendedRequestId", "requestTime", "requestTimeEpoch", "identity.vpceId", "identity.sourceIp", "domainName"} {
		r.Print(r.Context(name))
		r.Text("\n")
	}
	if vtl.Equal(r.Param("who"), vtl.Str("else")) {
		r.Cover(1)
	} else {
		r.Cover(0)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

var passing = `
cases:
  - name: everything that could vary is fixed
    operation: tell
    request: {path: {who: me}}
    expect:
      request: none
      response:
        status: 200
        headers: {x-amzn-requestid: 00000000-0000-4000-8000-000000000000, x-amz-apigw-id: AAAAAAAAAAAAAAA=}
        text: |
          00000000-0000-4000-8000-000000000000
          AAAAAAAAAAAAAAA=
          01/Jan/2024:00:00:00 +0000
          1704067200000

          203.0.113.1
          a1b2c3d4e5.execute-api.us-east-1.amazonaws.com
  - name: all of it can be set
    operation: GET /tell/{who}.txt
    request:
      path: {who: me}
      context:
        requestId: mine
        extendedRequestId: mine too
        requestTimeEpoch: 1
        identity.sourceIp: 2001:db8::1
        domainName: api.example.com
        identity.vpceId: vpce-1a2b
    expect:
      response:
        text: |
          mine
          mine too
          01/Jan/1970:00:00:00 +0000
          1
          vpce-1a2b
          2001:db8::1
          api.example.com
  - name: long bodies pass
    operation: proxy
    request: {method: PUT, path: {name: a/b c}, headers: {Host: over.example}, text: "` + long + `"}
    reply: {text: "` + long + `"}
    expect:
      request: {uri: "https://backend.invalid/v1/files/a/b%20c", text: "` + long + `", headers: {X-Amzn-Trace-Id: Root=1-65920080-000000000000000000000000}}
      response: {text: "` + long + `"}
  - name: HEAD has no body
    operation: proxy
    request: {method: HEAD, path: {name: a}}
    reply: {headers: {Content-Length: "7"}}
    expect: {response: {status: 200, text: ""}}
  - name: no route
    request: {method: GET, uri: /nothing}
    expect: {response: {status: 403}}
`

var long = strings.Repeat("0123456789", 10<<10)

func TestRun(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1") // of this machine, which is none of the gateway's business
	Run(t, newGateway, write(t, "passing.yaml", passing))
}

// Backends are asked without any socket.
func TestNothingOpensASocket(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("only Linux lists the sockets of a process")
	}
	before, asked := sockets(t), 0
	watched := func(options ...gw.Option) (*gateway, error) {
		answer := gw.NewCore(&gw.API{}, options...).Exchanger()
		return newGateway(append(options, gw.WithExchange(func(x *gw.Exchange) {
			asked++
			require.Equal(t, before, sockets(t), "while a backend is asked")
			answer(x)
		}))...)
	}
	Run(t, watched, write(t, "passing.yaml", passing))
	require.Equal(t, before, sockets(t))
	require.Equal(t, 2, asked)
}

func sockets(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	n := 0
	for _, entry := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

func TestAPanicFailsTheOneCase(t *testing.T) {
	path := write(t, "cases.yaml", "cases:\n  - {name: panics, request: {method: GET, uri: /panic}, expect: {response: {status: 200}}}\n"+
		"  - {name: goes on, request: {method: GET, uri: /none}, expect: {response: {status: 403}}}\n")
	file := do(t, fixture.Task{Files: []string{path}}).Files[0]
	require.Equal(t, []int{1, 1}, []int{file.Passed, file.Failed})
	require.Contains(t, file.Text, "the gateway panicked: on purpose\n")
}

func TestRunUpdates(t *testing.T) {
	path := write(t, "empty.yaml", "cases:\n  - name: one\n    operation: tell\n    request: {path: {who: me}}\n")
	t.Setenv(updateVariable, "1")
	Run(t, newGateway, path)
	updated, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(updated), "\n    expect:\n      request: none\n      response:\n        status: 200\n")
	Run(t, newGateway, path)
	again, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(updated), string(again))
}

// do has the program that `gatewright test` makes do a task.
func do(t *testing.T, task fixture.Task) fixture.Result {
	t.Helper()
	input, err := json.Marshal(task)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, serve(generalize(newGateway), bytes.NewReader(input), &out))
	var result fixture.Result
	require.NoError(t, json.Unmarshal(out.Bytes(), &result))
	return result
}

func TestProgram(t *testing.T) {
	path := write(t, "cases.yaml", `
cases:
  - {name: wrong, operation: tell, request: {path: {who: if}}, expect: {response: {status: 201}}}
  - {name: right, operation: tell, request: {path: {who: if}}, expect: {response: {status: 200}}}
`)
	result := do(t, fixture.Task{Files: []string{path}, Color: true})
	require.Len(t, result.Files, 1)
	file := result.Files[0]
	require.Equal(t, []int{2, 1, 1, 0}, []int{file.Cases, file.Passed, file.Failed, file.Updated})
	require.Equal(t, red+bold+"FAIL"+plain+" "+path+":3:5: "+bold+"wrong"+plain+"\n  response.status (line 3)\n    "+
		red+"- 201"+plain+"\n    "+green+"+ 200"+plain+"\n", file.Text)
	require.Equal(t, []fixture.Branch{{What: "#if", Where: "a.yaml:1:2", Reached: true}, {What: "#else", Where: "a.yaml:3:4"}}, result.Branches)

	result = do(t, fixture.Task{Files: []string{path}, Run: "^right$"})
	require.Equal(t, fixture.FileResult{Path: path, Cases: 2, Passed: 1}, result.Files[0])
}

func TestProgramFailsOnWhatItCannotDo(t *testing.T) {
	path := write(t, "bad.yaml", "cases: 1")
	for _, input := range []string{"", "{", `{"Files": ["` + path + `"]}`, `{"Files": ["missing.yaml"]}`, `{"Run": "("}`} {
		require.Error(t, serve(generalize(newGateway), strings.NewReader(input), new(bytes.Buffer)), input)
	}
	broken := func(options ...gw.Option) (*gateway, error) {
		return newGateway(append(options, gw.WithStage(""), gw.WithUpstream("none"))...)
	}
	require.ErrorContains(t, serve(generalize(broken), strings.NewReader(`{}`), new(bytes.Buffer)), "none")
}

func TestDiff(t *testing.T) {
	text := func(lines ...string) string { return strings.Join(lines, "\n") }
	for _, test := range []struct{ want, got, diff string }{
		{"a", "b", "- a\n+ b"},
		{text("a", "b", "c"), text("a", "c"), "  a\n- b\n  c"},
		{text("1", "2", "3", "4", "5", "6", "7", "8", "9"), text("1", "2", "3", "4", "x", "6", "7", "8", "9"),
			"…\n  2\n  3\n  4\n- 5\n+ x\n  6\n  7\n  8\n…"},
		{"", "a", "- \n+ a"},
	} {
		require.Equal(t, test.diff, strings.Join(diff(test.want, test.got), "\n"))
	}
	huge := strings.Repeat("x\n", 2000)
	lines := diff(huge, huge+"y")
	require.Len(t, lines, 102)
	require.Equal(t, "- … (1951 more lines)", lines[50])
}

// A gateway that does not import the package does not link it, nor what it needs.
func TestGatewaysDoNotLinkIt(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "../server", "../integration/httpproxy", "../integration/mock").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "gatewright/runtime/server\n")
	require.NotContains(t, string(out), "gwtest")
	require.NotContains(t, string(out), "\ntesting\n")
}
