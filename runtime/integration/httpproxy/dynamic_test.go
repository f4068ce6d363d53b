package httpproxy

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/stretchr/testify/require"
)

// anywhere sends the request to the URL that the client names.
func anywhere(g *gateway, c *gw.Ctx) gw.Fault {
	out := c.Outbound("GET", patience)
	out.Raw(c.Query("url"))
	if c.Query("invoke") == "" {
		return g.dyn.Proxy(c, out)
	}
	reply, f := g.dyn.Invoke(c, out)
	if f != gw.OK {
		return f
	}
	return c.Respond(reply.Status()).Relay(reply, gw.AsIs)
}

// known is a copy of the origins, as a gateway's goroutines change them.
func (d *Dynamic) known() map[string]*Upstream {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return maps.Clone(d.origins)
}

func TestDynamic(t *testing.T) {
	url := raw(t, each(func(head string) string { return answer(strings.Fields(head)[1]) }))
	g := start(t, gw.REST, Config{}, anywhere)
	ask := func(target string) reply {
		return g.ask(t, "GET", "/?invoke=1&url="+strings.NewReplacer("%", "%25", "?", "%3F", " ", "%20", "#", "%23", "\r", "%0D", "\x7f", "%7F").Replace(target), "")
	}
	require.Equal(t, "/", ask(url).body)
	require.Equal(t, "/a/b", ask(url+"/a/b").body)
	require.Equal(t, "/?q=1", ask(url+"?q=1").body)
	require.Equal(t, "/a", ask(strings.ToUpper(url)+"/a").body)
	require.Len(t, g.dyn.known(), 1, "one origin, one upstream")
	for _, bad := range []string{
		"", "/a", "//host/a", "http:", "http:/host", "http://", "http:///a", "ftp://host/a", "http://u@host/", "http://u:p@host/",
		"http://ho st/", "http://host /a", "http://host/a b", "http://host\r/a", "http://host/a#b", "http://host:/", "http://host:0/",
		"http://host:99999/", "http://host:8a/", "http://[::1/", "http://[1.2.3.4]/", "http://[fe80::1%25eth0]/", "http://a..b/",
		"http://host%41/", `http://host\evil.test/`, `http://host/\evil`, "http://host?a@b\x7f", "javascript://x/", "http://.host/",
	} {
		got := ask(bad)
		require.Contains(t, []int{500, 400}, got.status, "%q", bad)
		require.NotEqual(t, bodyFailure, got.body, "%q", bad)
		require.Len(t, g.dyn.known(), 1, "%q is no origin and is not kept", bad)
	}
}

func TestDynamicForgetsOrigins(t *testing.T) {
	g := start(t, gw.REST, Config{}, anywhere)
	first := g.dyn.add(origin{host: "h0", name: "h0", port: "80"})
	for i := range maxOrigins + 10 {
		name := fmt.Sprint("h", i)
		u := g.dyn.add(origin{host: name, name: name, port: "80"})
		require.Equal(t, i == 0, u == first)
	}
	require.Len(t, g.dyn.known(), maxOrigins)
	require.Len(t, g.dyn.order, maxOrigins)
	require.NotContains(t, g.dyn.known(), "http://h0")
}

// Nothing that passes as a URL can lead to another host than the one that it shows.
func FuzzSplitURL(f *testing.F) {
	for _, seed := range []string{"http://a.test:8080/b?c", "https://[::1]:1/", "HTTP://A", "http://u@h/", `http://a\b`, "http://a:443?x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		o, rest, err := splitURL(url)
		if err != nil {
			return
		}
		scheme := map[bool]string{false: "http://", true: "https://"}[o.secure]
		again, _, err := splitURL(scheme + o.host)
		if err != nil || again != o {
			t.Fatalf("%q: %+v, and its own form %q gives %+v %v", url, o, scheme+o.host, again, err)
		}
		if strings.ContainsAny(o.name, "@/\\?# \r\n\x00%") || o.name == "" {
			t.Fatalf("%q: host %q", url, o.name)
		}
		if !strings.HasSuffix(url, rest) || rest != "" && rest[0] != '/' && rest[0] != '?' {
			t.Fatalf("%q: rest %q", url, rest)
		}
	})
}
