package server

import (
	"net"
	"net/http"
	"strings"

	"github.com/valyala/fasthttp"
)

// redirect answers every request with the same address on TLS. The method and the body stay: 308.
func redirect(port string, refuse func(*fasthttp.RequestCtx, int)) func(*fasthttp.RequestCtx) {
	suffix := ""
	if port != "443" {
		suffix = ":" + port
	}
	return func(ctx *fasthttp.RequestCtx) {
		host := hostOnly(string(ctx.Request.Header.Host()))
		target := string(ctx.Request.Header.RequestURI())
		if host == "" || !strings.HasPrefix(target, "/") {
			refuse(ctx, http.StatusBadRequest)
			return
		}
		ctx.Response.SetStatusCode(http.StatusPermanentRedirect)
		ctx.Response.Header.Set("Location", "https://"+host+suffix+target)
	}
}

// hostOnly cuts the port and takes what can be a host: a name, an IPv4 address, or an IPv6 address in brackets.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if ip := net.ParseIP(host); ip != nil && strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	for _, c := range []byte(host) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return ""
		}
	}
	return host
}
