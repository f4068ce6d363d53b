package runtime

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/internal/whole"
	"github.com/gatewright/gatewright/runtime/limit"
)

// wholeFront takes answers directly.
type wholeFront struct {
	peerConn
	answer whole.Answer
}

func (f *wholeFront) DirectAnswer() *whole.Answer { return &f.answer }

func TestAnnouncedWithEveryAnswer(t *testing.T) {
	answers := map[string]func(*Ctx) Fault{
		"/text":      func(c *Ctx) Fault { return c.Respond(200).Text("text") },
		"/throttled": func(*Ctx) Fault { return Throttled },
		"/quota":     func(*Ctx) Fault { return QuotaExceeded },
		"/begun": func(c *Ctx) Fault {
			c.Respond(200).Header("X-Begun", "1")
			return Throttled
		},
	}
	core := newTestCore(t, &API{Responses: []GatewayResponse{
		{Type: QuotaExceeded, Headers: []TextField{{Name: "retry-after", Value: Text{Literal("77")}}}},
	}}, func(c *Ctx) Fault {
		value := []byte("a;r=1")
		c.Announce("RateLimit", value)
		clear(value)
		c.Announce("Other", []byte("b"))
		f := answers[c.Path().Raw()](c)
		if f != OK {
			c.RetryAfter(1500 * time.Millisecond)
		}
		return f
	})
	for path, retry := range map[string][]string{"/text": nil, "/throttled": {"2"}, "/begun": {"2"}, "/quota": {"77"}} {
		rc := received(t, get(path))
		core.Handle(rc)
		fields := map[string][]string{}
		for name, value := range rc.Response.Header.All() {
			if sameName(string(name), "Retry-After") {
				name = []byte("Retry-After")
			}
			fields[string(name)] = append(fields[string(name)], string(value))
		}
		require.Equal(t, []string{"a;r=1"}, fields["RateLimit"], path)
		require.Equal(t, []string{"b"}, fields["Other"], path)
		require.Equal(t, retry, fields["Retry-After"], path)
		require.Empty(t, fields["X-Begun"], path)
	}

	front := &wholeFront{}
	rc := received(t, get("/text"))
	rc.Init2(front, nil, false)
	core.Handle(rc)
	require.True(t, front.answer.Set)
	require.Contains(t, string(front.answer.Fields), "\r\nRateLimit: a;r=1\r\nOther: b\r\n")
}

func TestNeverIsNoTimeToComeAgain(t *testing.T) {
	core := newTestCore(t, &API{}, func(c *Ctx) Fault {
		c.RetryAfter(limit.Never)
		return Throttled
	})
	require.NotContains(t, exchange(t, core, get("/")), "Retry-After")
}

func TestShed(t *testing.T) {
	observed := 0
	for _, style := range []Style{REST, Plain} {
		core := newTestCore(t, &API{Style: style}, func(*Ctx) Fault {
			t.Error("its operation ran")
			return OK
		}, WithObserver(func(_ *Ctx, status int, _ time.Duration) {
			require.Equal(t, 503, status)
			observed++
		}))
		rc := received(t, get("/"))
		core.Shed(rc)
		w := httptest.NewRecorder()
		core.ShedHTTP(w, httptest.NewRequest("GET", "/", nil))
		body := `{"message":"Service Unavailable"}`
		if style == Plain {
			body = `{"type":"about:blank","title":"Service Unavailable","status":503}`
		}
		require.Equal(t, 503, rc.Response.StatusCode())
		require.Equal(t, body, string(rc.Response.Body()))
		require.Equal(t, "1", string(rc.Response.Header.Peek("Retry-After")))
		require.False(t, rc.Response.ConnectionClose())
		require.Equal(t, 503, w.Code)
		require.Equal(t, body, w.Body.String())
		require.Equal(t, "1", w.Header().Get("Retry-After"))
	}
	require.Equal(t, 4, observed)
	var bad fasthttp.RequestCtx
	bad.Request.Header.SetMethod("GET")
	bad.Request.SetRequestURI("/a")
	bad.Request.Header.SetHost("a b")
	core := newTestCore(t, &API{}, func(*Ctx) Fault { return OK })
	core.Shed(&bad)
	require.Equal(t, 400, bad.Response.StatusCode(), "what breaks HTTP is refused as ever")
}
