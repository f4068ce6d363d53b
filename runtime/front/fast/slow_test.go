package fast

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

func TestSlowClients(t *testing.T) {
	limits := Limits{HeadTime: 10 * time.Second, IdleTime: 60 * time.Second, BodyTime: 20 * time.Second}
	t.Run("nothing at all", func(t *testing.T) {
		b := serve(t, Config{Handler: echo, Limits: limits})
		c := b.dial()
		b.await(phaseNew)
		b.pass(10 * time.Second)
		c.closed()
	})
	t.Run("a head byte by byte", func(t *testing.T) {
		b := serve(t, Config{Handler: echo, Limits: limits})
		c := b.dial()
		c.send("GET / HT")
		b.await(phaseHead)
		b.pass(9 * time.Second)
		c.send("TP/1.1\r\n")
		b.pass(time.Second)
		resp, _ := c.answer("")
		require.Equal(t, 408, resp.StatusCode)
		c.closed()
	})
	t.Run("a body that stops", func(t *testing.T) {
		b := serve(t, Config{Handler: echo, Limits: limits})
		c := b.dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe")
		b.await(phaseBody)
		b.pass(20 * time.Second)
		resp, _ := c.answer("")
		require.Equal(t, 408, resp.StatusCode)
		c.closed()
	})
	t.Run("a whole body that stops", func(t *testing.T) {
		b := serve(t, Config{Handler: echo, Limits: limits})
		c := b.dial()
		c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe")
		b.await(phaseBody)
		b.pass(20 * time.Second)
		resp, _ := c.answer("")
		require.Equal(t, 408, resp.StatusCode)
		c.closed()
	})
	t.Run("an idle connection", func(t *testing.T) {
		b := serve(t, Config{Handler: echo, Limits: limits})
		c := b.dial()
		c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		c.answer("")
		b.await(phaseIdle)
		b.pass(60 * time.Second)
		c.closed()
	})
}

func TestBodiesThatMoveMayTakeLong(t *testing.T) {
	b := serve(t, Config{Handler: echo, Limits: Limits{BodyTime: 20 * time.Second, BodyRate: -1}})
	c := b.dial()
	c.send("POST /long HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 10 {
		b.await(phaseBody)
		b.pass(15 * time.Second)
		c.send("1\r\nx\r\n")
		b.read()
	}
	c.send("0\r\n\r\n")
	_, text := c.answer("")
	require.Equal(t, "POST /long\nxxxxxxxxxx", text)
}

func TestTrickledBodyIsTooSlow(t *testing.T) {
	b := serve(t, Config{Handler: echo, Limits: Limits{BodyTime: 20 * time.Second, BodyRate: 100, BodyGrace: 30 * time.Second}})
	c := b.dial()
	c.send("POST /long HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 2 {
		b.await(phaseBody)
		b.pass(15 * time.Second)
		c.send("1\r\nx\r\n")
		b.read()
	}
	resp, _ := c.answer("")
	require.Equal(t, 408, resp.StatusCode)
	c.closed()
}

func TestStuckWriterIsCutOff(t *testing.T) {
	ended := make(chan struct{})
	b := serve(t, Config{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Response.SetBodyStream(closing{endless{}, ended}, -1)
	}, Limits: Limits{WriteTime: 30 * time.Second}})
	c := b.dial()
	c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_, err := c.br.Peek(1)
	require.NoError(t, err)
	b.until("the stream is given up", func() bool {
		b.pass(10 * time.Second) // the socket's buffers fill, then nothing moves for the limit
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	_, err = io.Copy(io.Discard, c.br)
	require.NoError(t, ignoreReset(err))
}

func ignoreReset(err error) error {
	if err != nil && strings.Contains(err.Error(), "reset") {
		return nil
	}
	return err
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

type closing struct {
	io.Reader
	ended chan struct{}
}

func (c closing) Close() error {
	close(c.ended)
	return nil
}
