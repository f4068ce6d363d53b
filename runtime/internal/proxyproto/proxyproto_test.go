package proxyproto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// binaryHeader is a header of version 2.
func binaryHeader(command, family byte, parts ...[]byte) []byte {
	block := bytes.Join(parts, nil)
	b := append([]byte(signature), command, family)
	b = binary.BigEndian.AppendUint16(b, uint16(len(block)))
	return append(b, block...)
}

func extension(kind byte, value ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(value))), value...)
}

func endpoint(id string) []byte { return extension(typeAmazon, append([]byte{amazonVPCE}, id...)...) }

var (
	ports      = []byte{0x12, 0x67, 0x01, 0xbb} // 4711, 443
	addresses4 = append([]byte{203, 0, 113, 7, 10, 0, 0, 1}, ports...)
	addresses6 = append(append(append([]byte(nil), net.ParseIP("2001:db8::7")...), net.ParseIP("2001:db8::1")...), ports...)
)

// summed is a header whose last extension is its checksum.
func summed(parts ...[]byte) []byte {
	b := binaryHeader(versionAndProxy, tcp4, append(parts, extension(typeChecksum, 0, 0, 0, 0))...)
	binary.BigEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func TestRead(t *testing.T) {
	four := &net.TCPAddr{IP: net.IP{203, 0, 113, 7}, Port: 4711}
	six := &net.TCPAddr{IP: net.ParseIP("2001:db8::7"), Port: 4711}
	for _, c := range []struct {
		name string
		in   []byte
		want Header
	}{
		{"IPv4", binaryHeader(versionAndProxy, tcp4, addresses4), Header{Client: four}},
		{"IPv6", binaryHeader(versionAndProxy, tcp6, addresses6), Header{Client: six}},
		{"endpoint", binaryHeader(versionAndProxy, tcp4, addresses4, endpoint("vpce-08d2bf15fac5001c9")), Header{Client: four, VPCEndpoint: "vpce-08d2bf15fac5001c9"}},
		{"endpoint behind others", binaryHeader(versionAndProxy, tcp4, addresses4, extension(0x04, 0, 0, 0), extension(0x20), extension(typeAmazon), extension(typeAmazon, 2, 'x'), endpoint("vpce-1")),
			Header{Client: four, VPCEndpoint: "vpce-1"}},
		{"checksum", summed(addresses4, endpoint("vpce-1")), Header{Client: four, VPCEndpoint: "vpce-1"}},
		{"health check", binaryHeader(versionAndLocal, unspecified), Header{Own: true}},
		{"health check with addresses", binaryHeader(versionAndLocal, tcp4, addresses4, endpoint("vpce-1")), Header{Own: true}},
		{"unknown", binaryHeader(versionAndProxy, unspecified, []byte("anything")), Header{}},
		{"local socket", binaryHeader(versionAndProxy, unixStream, make([]byte, 216)), Header{}},
		{"as long as may be", binaryHeader(versionAndProxy, tcp4, addresses4, extension(0x04, make([]byte, MaxSize-fixedSize-tcp4Size-3)...)), Header{Client: four}},
		{"text, IPv4", []byte("PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\n"), Header{Client: four}},
		{"text, IPv6", []byte("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n"), Header{Client: six}},
		{"text, unknown", []byte("PROXY UNKNOWN\r\n"), Header{}},
		{"text, unknown with more", []byte("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), Header{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, from := range map[string]func(io.Reader) io.Reader{
				"whole": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
			} {
				r := bytes.NewReader(append(bytes.Clone(c.in), "GET / HTTP/1.1\r\n"...))
				h, err := Read(from(r))
				require.NoError(t, err, name)
				require.Equal(t, &c.want, h, name)
				rest, err := io.ReadAll(r)
				require.NoError(t, err)
				require.Equal(t, "GET / HTTP/1.1\r\n", string(rest), name)
			}
			for size := range c.in {
				_, err := Read(bytes.NewReader(c.in[:size]))
				require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || size == 0 && err == io.EOF, "%d bytes: %v", size, err)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	broken := summed(addresses4)
	broken[fixedSize]++
	for name, in := range map[string][]byte{
		"none":               []byte("GET / HTTP/1.1\r\n\r\n"),
		"TLS":                []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x00"),
		"version":            binaryHeader(0x11, tcp4, addresses4),
		"command":            binaryHeader(0x22, tcp4, addresses4),
		"datagrams":          binaryHeader(versionAndProxy, 0x12, addresses4),
		"family":             binaryHeader(versionAndProxy, 0x41, addresses4),
		"short":              binaryHeader(versionAndProxy, tcp4, addresses4[:11]),
		"short IPv6":         binaryHeader(versionAndProxy, tcp6, addresses6[:35]),
		"too long":           binaryHeader(versionAndProxy, tcp4, addresses4, make([]byte, MaxSize-fixedSize-tcp4Size+1)),
		"half an extension":  binaryHeader(versionAndProxy, tcp4, addresses4, []byte{4, 0}),
		"extension too long": binaryHeader(versionAndProxy, tcp4, addresses4, []byte{4, 0, 1}),
		"checksum":           broken,
		"size of checksum":   binaryHeader(versionAndProxy, tcp4, addresses4, extension(typeChecksum, 1, 2, 3)),
		"no endpoint":        binaryHeader(versionAndProxy, tcp4, addresses4, endpoint("")),
		"two endpoints":      binaryHeader(versionAndProxy, tcp4, addresses4, endpoint("vpce-1"), endpoint("vpce-1")),
		"endpoint":           binaryHeader(versionAndProxy, tcp4, addresses4, endpoint("vpce-1\r\n")),
		"long endpoint":      binaryHeader(versionAndProxy, tcp4, addresses4, endpoint(strings.Repeat("a", maxEndpoint+1))),
		"line":               []byte("PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\n"),
		"long line":          []byte("PROXY UNKNOWN" + strings.Repeat(" ", 95) + "\r\n"),
		"words":              []byte("PROXY TCP4 203.0.113.7 10.0.0.1 4711\r\n"),
		"blanks":             []byte("PROXY TCP4  203.0.113.7 10.0.0.1 4711 443\r\n"),
		"text family":        []byte("PROXY UDP4 203.0.113.7 10.0.0.1 4711 443\r\n"),
		"other family":       []byte("PROXY TCP6 203.0.113.7 10.0.0.1 4711 443\r\n"),
		"zone":               []byte("PROXY TCP6 fe80::1%eth0 fe80::2 4711 443\r\n"),
		"port":               []byte("PROXY TCP4 203.0.113.7 10.0.0.1 65536 443\r\n"),
		"port's form":        []byte("PROXY TCP4 203.0.113.7 10.0.0.1 04711 443\r\n"),
		"other port":         []byte("PROXY TCP4 203.0.113.7 10.0.0.1 4711 x\r\n"),
		"unknown":            []byte("PROXY UNKNOWNS\r\n"),
	} {
		_, err := Read(bytes.NewReader(in))
		require.ErrorIs(t, err, ErrMalformed, name)
	}
}

// over is a connection like TLS's.
type over struct{ net.Conn }

func (o over) NetConn() net.Conn { return o.Conn }

type told struct {
	net.Conn
	h *Header
}

func (t told) ProxyHeader() *Header { return t.h }

func TestOf(t *testing.T) {
	h := &Header{Own: true}
	require.Same(t, h, Of(told{h: h}))
	require.Same(t, h, Of(over{over{told{h: h}}}))
	require.Nil(t, Of(over{&net.TCPConn{}}))
	require.Nil(t, Of(nil))
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// FuzzRead holds that a header is bounded, that what is taken is sound, and that the same bytes mean the same, whatever
// follows them.
func FuzzRead(f *testing.F) {
	for _, seed := range [][]byte{
		binaryHeader(versionAndProxy, tcp4, addresses4, endpoint("vpce-08d2bf15fac5001c9")), summed(addresses4, endpoint("vpce-1")),
		binaryHeader(versionAndProxy, tcp6, addresses6), binaryHeader(versionAndLocal, unspecified), binaryHeader(versionAndProxy, unixStream, make([]byte, 216)),
		[]byte("PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\n"), []byte("PROXY UNKNOWN\r\n"), []byte("GET / HTTP/1.1\r\n\r\n"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		from := &counted{r: bytes.NewReader(in)}
		h, err := Read(from)
		if from.n > MaxSize {
			t.Fatalf("%d bytes were read", from.n)
		}
		if err != nil {
			return
		}
		if h.Client != nil && (h.Own || len(h.Client.IP) != 4 && len(h.Client.IP) != 16) {
			t.Fatalf("%+v", h)
		}
		if strings.Trim(h.VPCEndpoint, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" || len(h.VPCEndpoint) > maxEndpoint {
			t.Fatalf("%q is no id", h.VPCEndpoint)
		}
		again, err := Read(bytes.NewReader(append(bytes.Clone(in[:from.n]), "PROXY"...)))
		require.NoError(t, err)
		require.Equal(t, h, again)
	})
}

func BenchmarkRead(b *testing.B) {
	in := summed(addresses4, endpoint("vpce-08d2bf15fac5001c9"))
	r := bytes.NewReader(in)
	b.ReportAllocs()
	for b.Loop() {
		r.Reset(in)
		if _, err := Read(r); err != nil {
			b.Fatal(err)
		}
	}
}
