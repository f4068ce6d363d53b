package mock

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	good := map[string]int{
		`{"statusCode":200}`:                                200,
		` { "statusCode" : 404 } `:                          404,
		`{statusCode: 200}`:                                 200,
		`{'statusCode': 200}`:                               200,
		`{"statusCode":200,}`:                               200,
		`{"a":[1,2,],"statusCode":201,"b":{c:'}'}}`:         201,
		`{"statusCode":200,"statusCode":500}`:               500,
		`{"a":{"statusCode":1},statusCode:204}`:             204,
		`{"a":"\"}","statusCode":204}`:                      204,
		"{\n\t\"statusCode\": 200,\r\n \"message\": 'x'\n}": 200,
	}
	for body, want := range good {
		got, ok := parse([]byte(body))
		require.True(t, ok, body)
		require.Equal(t, want, got, body)
	}
	for _, body := range []string{
		``, `{}`, `200`, `[{"statusCode":200}]`, `{"statusCode":"200"}`, `{"statusCode":200.0}`, `{"statusCode":2e2}`,
		`{"statusCode":-200}`, `{"statusCode":null}`, `{"statusCode":200`, `{"statusCode":200}}`, `{"statusCode:200}`,
		`{"statusCode':200}`, `{"statusCode":0200}`, `{"statusCode":}`, `{"statusCode" 200}`, `{,}`, `{"statusCode":200,,}`,
		`{"statusCode":99999999999999999999}`, `{"a":{"statusCode":200}}`, `{"statusCode":200,"statusCode":"x"}`,
		`{"StatusCode":200}`, strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat(`}`, 200),
	} {
		_, ok := parse([]byte(body))
		require.False(t, ok, body)
	}
}

// What is JSON by the letter is read as the standard library reads it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"statusCode":200}`, `{statusCode:200,}`, `{"a":[{"b":'c'}],"statusCode":1}`, `{"statusCode":2,"statusCode":3}`, `{"`, `{"\\`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		status, ok := parse(body)
		var strict map[string]json.RawMessage
		if len(body) == 0 || json.Unmarshal(body, &strict) != nil || strings.ContainsRune(string(body), '\\') || strict == nil {
			return
		}
		raw, there := strict["statusCode"]
		want, integral := integer([]byte(raw))
		if there && integral && !deep(body) && (!ok || status != want) {
			t.Fatalf("%q: %d %t, not %d", body, status, ok, want)
		}
		if ok && (!there || !integral || status != want) {
			t.Fatalf("%q: %d, but strictly there is %q", body, status, raw)
		}
	})
}

func deep(body []byte) bool {
	return strings.Count(string(body), "{")+strings.Count(string(body), "[") >= maxDepth
}

func TestStatus(t *testing.T) {
	route := gw.Route{ID: "mock", Method: "POST", Path: "/"}
	core := gw.NewCore(&gw.API{Title: "mock", Style: gw.REST, ID: "abcdefghij", Routes: []*gw.Route{&route}})
	require.NoError(t, core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		status, f := Status(c)
		if f != gw.OK {
			return f
		}
		return c.Respond(status).Empty()
	}))
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	ask := func(body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		core.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		return w
	}
	require.Equal(t, 418, ask(`{statusCode: 418}`).Code)
	bad := ask(`{"statusCode":"418"}`)
	require.Equal(t, 500, bad.Code)
	require.Equal(t, `{"message": "Internal server error"}`, bad.Body.String())
}
