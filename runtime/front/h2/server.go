// Package h2 is the HTTP/2 front of a gateway: it serves connections that agreed on HTTP/2 in their TLS handshake, or
// that start with its preface in clear text, through the gateway's http.Handler. Accepting connections is the other
// front's work; this package must not listen, nor know routes or documents.
package h2

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatewright/gatewright/runtime/front/shed"
	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// Limits bounds what one client may ask for; zero values mean the defaults of DefaultLimits.
type Limits struct {
	// Streams is how many requests one connection may have under way.
	Streams int
	// Frame is the largest frame that is accepted, in bytes.
	Frame int
	// Head is the largest header list in bytes.
	Head int
	// Body is the longest request body in bytes; negative: no bound.
	Body int64
	// IdleTime closes a connection that carried no request for so long.
	IdleTime time.Duration
	// BodyTime bounds the wait for the next piece of a body.
	BodyTime time.Duration
	// WriteTime bounds the wait for a client to take anything of what is to be sent.
	WriteTime time.Duration
	// PingTime is the silence after which the client is asked for a sign of life.
	PingTime time.Duration
}

// DefaultLimits returns the limits of a gateway without settings. The library adds its own protection against floods
// of resets, settings and pings.
func DefaultLimits() Limits {
	return Limits{
		Streams: 250, Frame: 16 << 10, Head: 16 << 10, Body: -1,
		IdleTime: 75 * time.Second, BodyTime: 30 * time.Second, WriteTime: 30 * time.Second, PingTime: 30 * time.Second,
	}
}

func (l *Limits) fill() {
	d := DefaultLimits()
	orDefault(&l.Streams, d.Streams)
	orDefault(&l.Frame, d.Frame)
	orDefault(&l.Head, d.Head)
	orDefault(&l.Body, d.Body)
	orDefault(&l.IdleTime, d.IdleTime)
	orDefault(&l.BodyTime, d.BodyTime)
	orDefault(&l.WriteTime, d.WriteTime)
	orDefault(&l.PingTime, d.PingTime)
}

func orDefault[T ~int | ~int64](p *T, value T) {
	if *p == 0 {
		*p = value
	}
}

// Config says what a Server serves and how.
type Config struct {
	// Handler answers a request.
	Handler http.Handler
	// Refuse writes the answer to a request that does not reach the handler: status is 413.
	Refuse func(w http.ResponseWriter, r *http.Request, status int)
	// Watch says which requests are sent away because they waited too long, on connections that tell (Waiter), and Shed
	// answers them. A nil Watch: none is.
	Watch *shed.Watch
	Shed  http.HandlerFunc
	// Logger gets the library's messages; nil: nothing is logged.
	Logger *slog.Logger
	// Limits are filled up with DefaultLimits.
	Limits Limits
}

// Server serves HTTP/2 connections. Its zero value is not usable; call New.
type Server struct {
	cfg  Config
	base *http.Server
	door *door
}

// New returns a server that waits for connections.
func New(cfg Config) *Server {
	cfg.Limits.fill()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, door: newDoor()}
	l := cfg.Limits
	s.base = &http.Server{
		Handler:        http.HandlerFunc(s.serve),
		IdleTimeout:    l.IdleTime,
		MaxHeaderBytes: l.Head,
		ConnContext:    introduce,
		ErrorLog:       log.New(messages{cfg.Logger}, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: l.Streams,
			MaxReadFrameSize:     l.Frame,
			SendPingTimeout:      l.PingTime,
			PingTimeout:          l.WriteTime,
			WriteByteTimeout:     l.WriteTime,
		},
	}
	s.base.Protocols = new(http.Protocols)
	s.base.Protocols.SetHTTP2(true)
	s.base.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = s.base.Serve(s.door) }() // it ends with the door
	return s
}

// introduce puts into the context of a connection's requests what a balancer has said of it, and the connection itself
// where it tells how long requests wait.
func introduce(ctx context.Context, nc net.Conn) context.Context {
	if header := proxyproto.Of(nc); header != nil {
		ctx = context.WithValue(ctx, proxyproto.Key{}, header)
	}
	if waiter := waiterOf(nc); waiter != nil {
		ctx = context.WithValue(ctx, waiterKey{}, waiter)
	}
	return ctx
}

// ServeConn takes over nc: a *tls.Conn whose handshake is done and agreed on HTTP/2, or a connection in clear text
// whose client starts with the preface. It returns at once; the server closes nc when it is done.
func (s *Server) ServeConn(nc net.Conn) { s.door.pass(nc) }

// Shutdown tells every client that no further request is taken, and returns when those under way are finished.
func (s *Server) Shutdown(ctx context.Context) error { return s.base.Shutdown(ctx) }

// Close ends everything at once.
func (s *Server) Close() error { return s.base.Close() }

// door is the listener through which connections that were accepted elsewhere come to the library.
type door struct {
	conns chan net.Conn
	shut  chan struct{}
	once  sync.Once
}

func newDoor() *door { return &door{conns: make(chan net.Conn), shut: make(chan struct{})} }

func (d *door) pass(nc net.Conn) {
	select {
	case d.conns <- nc:
	case <-d.shut:
		_ = nc.Close() // too late
	}
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	select {
	case nc := <-d.conns:
		return nc, nil
	case <-d.shut:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (d *door) Close() error {
	d.once.Do(func() { close(d.shut) })
	return nil
}

// Addr implements net.Listener.
func (d *door) Addr() net.Addr { return &net.TCPAddr{} }

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Watch.Looking() && s.late(r) {
		s.cfg.Shed(w, r)
		return
	}
	limit := s.cfg.Limits.Body
	if limit >= 0 && r.ContentLength > limit {
		s.cfg.Refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &body{from: r.Body, control: http.NewResponseController(w), patience: s.cfg.Limits.BodyTime, left: limit}
	}
	s.cfg.Handler.ServeHTTP(w, r)
}

// body bounds the wait for each piece of a request's body and its length.
type body struct {
	from     io.ReadCloser
	control  *http.ResponseController
	patience time.Duration
	extended time.Time // when the deadline was last moved
	left     int64     // bytes still allowed; negative: no bound
	stopped  atomic.Bool
}

// Interrupt ends a Read that waits and all later ones with an error. It may be called from any goroutine until the
// handler returns.
func (b *body) Interrupt() {
	b.stopped.Store(true)
	_ = b.control.SetReadDeadline(time.Now()) // an error means that the stream is gone
}

var errInterrupted = errors.New("reading was interrupted")

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.stopped.Load() {
		return 0, errInterrupted
	}
	if b.patience > 0 {
		if now := time.Now(); now.Sub(b.extended) > b.patience/4 {
			if err := b.control.SetReadDeadline(now.Add(b.patience)); err != nil {
				return 0, err
			}
			b.extended = now
			if b.stopped.Load() { // between the question above and this deadline
				return 0, errInterrupted
			}
		}
	}
	n, err := b.from.Read(p)
	if b.left < 0 {
		return n, err
	}
	if int64(n) > b.left {
		return 0, tooLarge{}
	}
	b.left -= int64(n)
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error { return b.from.Close() }

// tooLarge ends a body that is longer than allowed.
type tooLarge struct{}

func (tooLarge) Error() string { return "request body: too large" }

// StatusCode is the status that tells the client.
func (tooLarge) StatusCode() int { return http.StatusRequestEntityTooLarge }

// messages gives the library's own lines to the log.
type messages struct{ to *slog.Logger }

// Write implements io.Writer.
func (m messages) Write(b []byte) (int, error) {
	m.to.Debug("http2", "message", string(b))
	return len(b), nil
}

var (
	_ io.ReadCloser = (*body)(nil)
	_ error         = tooLarge{}
	_ net.Listener  = (*door)(nil)
)
