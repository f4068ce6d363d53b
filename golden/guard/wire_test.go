package guard

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// host is what every request calls the gateway.
const host = "api.example.com"

// client sends a request to the byte. 0 is a connection that was closed without an answer.
type client interface {
	send(s spelling, header [][2]string) (status int, errorType string)
	close()
}

// patience is how long an answer may take before the test is broken.
const patience = 20 * time.Second

// client1 speaks HTTP/1.1.
type client1 struct {
	t       testing.TB
	address string
	nc      net.Conn
	reader  *bufio.Reader
}

func (c *client1) send(s spelling, header [][2]string) (int, string) {
	if c.nc == nil {
		nc, err := net.Dial("tcp", c.address)
		require.NoError(c.t, err)
		c.nc, c.reader = nc, bufio.NewReader(nc)
	}
	require.NoError(c.t, c.nc.SetDeadline(time.Now().Add(patience)))
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", s.method, s.target, host)
	for _, h := range header {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	_, _ = io.WriteString(c.nc, b.String()+"\r\n") // what is wrong shows when reading
	response, err := http.ReadResponse(c.reader, &http.Request{Method: s.method})
	if err != nil {
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			require.NoError(c.t, err, "%q", s)
		}
		c.close()
		return 0, ""
	}
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(c.t, err)
	if response.Close || c.reader.Buffered() > 0 { // two answers to what was meant as one request are no matter here
		c.close()
	}
	return response.StatusCode, response.Header.Get("X-Amzn-Errortype")
}

func (c *client1) close() {
	if c.nc != nil {
		c.nc.Close()
	}
	c.nc = nil
}

// client2 speaks HTTP/2, frame by frame, as no library lets one write any :path.
type client2 struct {
	t       testing.TB
	address string
	nc      net.Conn
	framer  *http2.Framer
	encoder *hpack.Encoder
	block   bytes.Buffer
	stream  uint32
}

func (c *client2) open() {
	nc, err := net.Dial("tcp", c.address)
	require.NoError(c.t, err)
	_, err = io.WriteString(nc, http2.ClientPreface)
	require.NoError(c.t, err)
	c.nc, c.stream = nc, 1
	c.framer = http2.NewFramer(nc, nc)
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.encoder = hpack.NewEncoder(&c.block)
	require.NoError(c.t, c.framer.WriteSettings(http2.Setting{ID: http2.SettingEnablePush, Val: 0}))
}

func (c *client2) send(s spelling, header [][2]string) (int, string) {
	if c.nc == nil {
		c.open()
	}
	require.NoError(c.t, c.nc.SetDeadline(time.Now().Add(patience)))
	c.block.Reset()
	fields := append([][2]string{{":method", s.method}, {":scheme", "http"}, {":authority", host}, {":path", s.target}}, header...)
	for _, h := range fields {
		require.NoError(c.t, c.encoder.WriteField(hpack.HeaderField{Name: strings.ToLower(h[0]), Value: h[1]}))
	}
	id := c.stream
	c.stream += 2
	_ = c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.block.Bytes(), EndStream: true, EndHeaders: true}) // as above
	status, kind := c.answer(id)
	if status == 0 || c.stream > 4000 {
		c.close()
	}
	return status, kind
}

// answer reads frames until the stream ends.
func (c *client2) answer(id uint32) (status int, kind string) {
	for {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			timeout, ok := err.(net.Error)
			require.False(c.t, ok && timeout.Timeout(), "no answer")
			return 0, ""
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = c.framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			_ = c.framer.WritePing(true, f.Data)
		case *http2.MetaHeadersFrame:
			_, _ = fmt.Sscan(f.PseudoValue("status"), &status)
			for _, h := range f.RegularFields() {
				if h.Name == "x-amzn-errortype" {
					kind = h.Value
				}
			}
		case *http2.DataFrame:
			if n := uint32(len(f.Data())); n > 0 {
				_ = c.framer.WriteWindowUpdate(0, n)
			}
		case *http2.RSTStreamFrame:
			if f.StreamID == id && status == 0 {
				return 0, ""
			}
		case *http2.GoAwayFrame:
			return status, kind
		}
		if h := frame.Header(); h.StreamID == id && h.Flags.Has(http2.FlagDataEndStream) && status != 0 {
			return status, kind
		}
	}
}

func (c *client2) close() {
	if c.nc != nil {
		c.nc.Close()
	}
	c.nc = nil
}
