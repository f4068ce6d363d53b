package awsservice

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/httpproxy"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// plainBackend answers every request at once with 54 bytes, without looking at it but for its length.
func plainBackend(b *testing.B) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, ln.Close()) })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				var r fasthttp.Request
				br := bufio.NewReader(conn)
				for r.Read(br) == nil {
					if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 54\r\n\r\n"+
						`{"Item":{"id":{"S":"7"},"name":{"S":"Rex the dog"}}}  `); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String()
}

// BenchmarkInvoke compares a request that is signed with the same one to an HTTP backend. The difference is what signing
// costs.
func BenchmarkInvoke(b *testing.B) {
	environment(b)
	url := plainBackend(b)
	b.Setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
	route := gw.Route{ID: "all", Method: "ANY", Path: "/{proxy+}"}
	api := gw.API{Title: "t", Style: gw.REST, ID: "a1b2c3d4e5", Routes: []*gw.Route{&route}}
	core := gw.NewCore(&api, gw.WithLogger(slog.New(slog.DiscardHandler)))
	b.Cleanup(func() { require.NoError(b, core.Close()) })
	service := New(core, Config{Service: "dynamodb", Region: "us-east-1"})
	upstream := httpproxy.NewUpstream(core, httpproxy.Config{Name: "plain", Targets: []httpproxy.Target{{URL: url}}})
	var send func(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault)
	require.NoError(b, core.Start(func(c *gw.Ctx) gw.Fault {
		c.Enter(&route)
		out := c.Outbound("POST", time.Minute)
		out.Literal("/")
		out.Header("X-Amz-Target", "DynamoDB_20120810.GetItem")
		out.Header("Content-Type", "application/x-amz-json-1.0")
		out.Text(`{"TableName":"pets","Key":{"id":{"S":"7"}}}`)
		reply, f := send(c, out)
		if f != gw.OK {
			return f
		}
		return c.Respond(200).Relay(reply, gw.AsIs)
	}))
	for _, bench := range []struct {
		name string
		send func(c *gw.Ctx, out *gw.Outbound) (*gw.Reply, gw.Fault)
	}{{"unsigned", upstream.Invoke}, {"signed", service.Invoke}} {
		b.Run(bench.name, func(b *testing.B) {
			send = bench.send
			var rc fasthttp.RequestCtx
			rc.Init(&fasthttp.Request{}, nil, nil)
			rc.Request.Header.SetRequestURI("/x")
			rc.Request.Header.SetHost("gateway.test")
			b.ReportAllocs()
			for b.Loop() {
				core.Handle(&rc)
				if rc.Response.StatusCode() != 200 {
					b.Fatal(rc.Response.StatusCode(), string(rc.Response.Body()))
				}
			}
		})
	}
}
