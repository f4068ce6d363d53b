package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/valyala/fasthttp"
)

// peerCommand makes this program one of the Go peers: peerCommand KIND LISTEN BACKEND.
const peerCommand = "peer"

// body is what every candidate and the backend answer: 54 bytes.
const body = `{"id":42,"name":"Rex II","kind":"dog","price":1249.99}`

const jsonType = "application/json"

// servePeer serves one of the Go peers until it is killed. Below /answer a peer answers itself, all else it proxies.
func servePeer(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: bench %s KIND LISTEN BACKEND", peerCommand)
	}
	listener, err := net.Listen("tcp", args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "fasthttp":
		return serveFastHTTP(listener, args[2])
	case "net-http":
		return serveNetHTTP(listener, args[2])
	default:
		return fmt.Errorf("there is no peer %q", args[0])
	}
}

// serveFastHTTP is the least proxy that one can write with fasthttp: no routing, no limits, no logs.
func serveFastHTTP(listener net.Listener, backend string) error {
	client := fasthttp.HostClient{
		Addr: backend, MaxConns: 512, NoDefaultUserAgentHeader: true, DisablePathNormalizing: true,
		DisableHeaderNamesNormalizing: true,
	}
	server := fasthttp.Server{
		NoDefaultServerHeader: true, DisableHeaderNamesNormalizing: true,
		Handler: func(c *fasthttp.RequestCtx) {
			if string(c.Path()) == "/answer" {
				c.SetContentType(jsonType)
				c.SetBodyString(body)
				return
			}
			c.Request.Header.Del("Connection")
			if err := client.Do(&c.Request, &c.Response); err != nil {
				c.Error(err.Error(), fasthttp.StatusBadGateway)
			}
			c.Response.Header.Del("Connection")
		},
	}
	return server.Serve(listener)
}

// serveNetHTTP is the standard library's server and its ReverseProxy.
func serveNetHTTP(listener net.Listener, backend string) error {
	target := &url.URL{Scheme: "http", Host: backend}
	proxy := httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, DisableCompression: true},
	}
	mux := http.NewServeMux()
	mux.Handle("/", &proxy)
	mux.HandleFunc("GET /answer", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		fmt.Fprint(w, body)
	})
	return http.Serve(listener, mux)
}
