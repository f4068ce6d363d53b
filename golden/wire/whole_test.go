package wire

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
)

var answers = gw.Route{ID: "answers", Method: "ANY", Path: "/{kind}", Backend: "mock"}

// serveAnswers answers in the ways that the HTTP/1 front writes itself, and in those that take the longer way.
func serveAnswers(c *gw.Ctx) gw.Fault {
	c.Enter(&answers)
	switch c.Segment(0) {
	case "text":
		r := c.Respond(200)
		r.Header("X-A", "1")
		r.Header("Server", "mine")
		return r.Text("hello")
	case "typed":
		r := c.Respond(201)
		r.Header("Content-Type", "text/plain")
		return r.Text("typed")
	case "none":
		return c.Respond(204).Text("dropped")
	case "split":
		r := c.Respond(200)
		r.Header("X-A", "1\r\nX-B: 2")
		return r.Empty()
	case "fault":
		c.Respond(200).Header("X-A", "lost")
		return gw.IntegrationTimeout
	}
	return c.Respond(418).Empty()
}

// varying are the parts of an answer that differ from request to request.
var varying = regexp.MustCompile(`(Date|x-amzn-RequestId|x-amz-apigw-id|X-Amzn-Trace-Id): [^\r]+`)

// TestWholeAnswers holds the bytes of answers that are made in memory, kept connections and pipelined requests included.
func TestWholeAnswers(t *testing.T) {
	core := gw.NewCore(&gw.API{Title: "Answers", Style: gw.REST, Routes: []*gw.Route{&answers}})
	require.NoError(t, core.Start(serveAnswers))
	defer core.Close()
	srv := fast.New(fast.Config{Handler: core.Handle, Refuse: core.Refuse})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln, nil) }()
	defer func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-served, fast.ErrClosed)
	}()

	const ids = "x-amzn-RequestId: …\r\n"
	text := "HTTP/1.1 200 OK\r\nDate: …\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: keep-alive\r\n" + ids +
		"X-A: 1\r\nx-amzn-Remapped-Server: mine\r\nx-amz-apigw-id: …\r\n\r\nhello"
	typed := "HTTP/1.1 201 Created\r\nDate: …\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n" + ids + "x-amz-apigw-id: …\r\n\r\ntyped"
	closing := strings.Replace(strings.Replace(text, "Connection: keep-alive\r\n", "", 1), "\r\n\r\nhello", "\r\nConnection: close\r\n\r\nhello", 1)
	broken := "HTTP/1.1 500 Internal Server Error\r\nDate: …\r\nContent-Type: application/json\r\nContent-Length: 36\r\nConnection: keep-alive\r\n" + ids +
		"x-amzn-ErrorType: InternalServerErrorException\r\nx-amz-apigw-id: …\r\n\r\n{\"message\": \"Internal server error\"}"
	late := "HTTP/1.1 504 Gateway Timeout\r\nDate: …\r\nContent-Type: application/json\r\nContent-Length: 41\r\nConnection: keep-alive\r\n" + ids +
		"x-amzn-ErrorType: InternalServerErrorException\r\nx-amz-apigw-id: …\r\nX-Amzn-Trace-Id: …\r\n\r\n{\"message\": \"Endpoint request timed out\"}"
	none := "HTTP/1.1 204 No Content\r\nDate: …\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n" + ids + "x-amz-apigw-id: …\r\n\r\n"
	for name, test := range map[string]struct{ sent, want string }{
		"kept connection": {request("GET", "/text") + request("POST", "/typed"), text + typed},
		"the longer way and back": {request("GET", "/none") + request("GET", "/text") + request("GET", "/fault") + request("GET", "/text"),
			none + text + late + text},
		"value that would split": {request("GET", "/split") + request("GET", "/text"), broken + text},
		"body that is not read":  {"POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + request("GET", "/text"), text + text},
	} {
		last := "GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
		nc, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err, name)
		_, err = io.WriteString(nc, test.sent+last)
		require.NoError(t, err, name)
		got, err := io.ReadAll(nc)
		require.NoError(t, err, name)
		require.NoError(t, nc.Close(), name)
		require.Equal(t, test.want+closing, varying.ReplaceAllString(string(got), "$1: …"), name)
	}
}

// TestRequestsInTwoPieces checks that a request whose end comes later is served, on a connection that has waited before.
func TestRequestsInTwoPieces(t *testing.T) {
	core := gw.NewCore(&gw.API{Title: "Answers", Style: gw.REST, Routes: []*gw.Route{&answers}})
	require.NoError(t, core.Start(serveAnswers))
	defer core.Close()
	srv := fast.New(fast.Config{Handler: core.Handle, Refuse: core.Refuse})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln, nil) }()
	defer func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-served, fast.ErrClosed)
	}()
	nc, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	br := bufio.NewReader(nc)
	for range 50 {
		whole := "POST /text HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"
		for _, cut := range []int{1, 20, len(whole) - 3} {
			_, err := io.WriteString(nc, whole[:cut])
			require.NoError(t, err)
			_, err = io.WriteString(nc, whole[cut:])
			require.NoError(t, err)
			response, err := http.ReadResponse(br, nil)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, "hello", string(body))
		}
	}
}

func request(method, path string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"
}
