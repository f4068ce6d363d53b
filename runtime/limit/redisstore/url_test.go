package redisstore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct {
		url  string
		want place
	}{
		{"redis://localhost", place{addrs: []string{"localhost:6379"}}},
		{"redis://u:p@10.0.0.1:1/2", place{user: "u", password: "p", addrs: []string{"10.0.0.1:1"}, db: 2}},
		{"rediss://:p%40%3A%2F@[::1]?ca=/x.pem&server-name=r", place{tls: true, password: "p@:/", addrs: []string{"[::1]:6379"}, ca: "/x.pem", serverName: "r"}},
		{"redis://u@h", place{user: "u", addrs: []string{"h:6379"}}},
		{"redis+sentinel://u:p@a,b:2,[::1]:3/main/4?sentinel-password=s", place{topology: sentinel, user: "u", password: "p",
			addrs: []string{"a:26379", "b:2", "[::1]:3"}, master: "main", db: 4, sentinelPassword: "s"}},
		{"rediss+cluster://a:1,b", place{topology: cluster, tls: true, addrs: []string{"a:1", "b:6379"}}},
	} {
		got, err := parseURL(c.url)
		require.NoError(t, err, c.url)
		require.Equal(t, c.want, got, c.url)
	}
}

func TestParseURLRefuses(t *testing.T) {
	for url, want := range map[string]string{
		"":                                   "starts with",
		"localhost:6379":                     "starts with",
		"http://secret@h":                    "starts with",
		"redis://":                           "no host",
		"redis://:6379":                      "no host",
		"redis://h:0":                        "a port that is none",
		"redis://h:70000":                    "a port that is none",
		"redis://h:x":                        "a port that is none",
		"redis://a:b:1":                      "a host that is none",
		"redis://a,b":                        "several hosts",
		"redis://u:secret%zz@h":              "percent-encoded",
		"redis://h/x":                        "no number",
		"redis://h/1/2":                      "no number",
		"redis://h#secret":                   "has a #",
		"redis://h?timeout=1":                "a parameter other than",
		"redis://u:1/secret@h":               "no number",
		"redis://u:1?secret@h":               "a parameter other than",
		"redis://h?ca=x":                     "not TLS",
		"rediss://h?cert=x":                  "belong together",
		"redis://h?sentinel-password=secret": "names none",
		"redis+sentinel://h":                 "names the master",
		"redis+cluster://h/1":                "no databases",
	} {
		_, err := parseURL(url)
		require.ErrorContains(t, err, want, url)
		require.NotContains(t, err.Error(), "secret", url)
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("redis://u:hush@h:1/2?ca=x")
	f.Add("redis+sentinel://a,b:2/m/3")
	f.Add("rediss+cluster://[::1]:1")
	f.Fuzz(func(t *testing.T, url string) {
		p, err := parseURL(url)
		if err == nil && (len(p.addrs) == 0 || p.topology == sentinel && p.master == "") {
			t.Fatalf("%q has nowhere to go: %+v", url, p)
		}
		if err != nil && len(p.password) > 8 && strings.Contains(err.Error(), p.password) {
			t.Fatalf("%q shows its password: %v", url, err)
		}
	})
}
