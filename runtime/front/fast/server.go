// Package fast is the HTTP/1 front of a gateway: it accepts connections, reads requests strictly, hands each to the
// gateway as a fasthttp request context, and writes what the gateway answered. It bounds how long and how much a
// client may make it wait or hold. It must not know routes, backends or documents.
//
// Requests and responses are fasthttp's, parsed and printed by it; the loop around them is this package's own, because
// it must see each head before a lenient parser does, read bodies by its own rules, give an idle connection's buffers
// back, and bound waits without a timer per request.
package fast

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/front/shed"
)

// Limits bounds what one client may ask for. Zero values mean the defaults of DefaultLimits; negative durations and
// sizes mean no bound where the field says so.
type Limits struct {
	// Head is the longest request head in bytes.
	Head int
	// Body is the longest request body in bytes; negative: no bound.
	Body int64
	// HeadTime bounds the wait for a whole head, from its first byte or the connection's start.
	HeadTime time.Duration
	// IdleTime bounds the wait for the next request on a connection.
	IdleTime time.Duration
	// BodyTime bounds the wait for the next piece of a body.
	BodyTime time.Duration
	// WriteTime bounds the wait for a client to take the next piece of an answer.
	WriteTime time.Duration
	// BodyRate is the least bytes per second of a body once its reader has waited for BodyGrace; negative: no bound.
	BodyRate int64
	// BodyGrace is the waiting time before BodyRate counts.
	BodyGrace time.Duration
	// LingerTime and LingerBytes bound what is read of a body that nobody wanted, so that the client sees the answer.
	LingerTime  time.Duration
	LingerBytes int64
	// ParkTime is the idle time after which a connection gives its buffers back.
	ParkTime time.Duration
	// DrainIdle is how long an idle connection is still served during Shutdown.
	DrainIdle time.Duration
	// Connections bounds how many are open at once; negative: no bound.
	Connections int
}

// DefaultLimits returns the limits of a gateway without settings. The head's is Amazon's sum of request line and
// header values (10,240 bytes) with room for names; there is no bound on bodies, as Amazon's 10 MB is not imposed.
func DefaultLimits() Limits {
	return Limits{
		Head: 16 << 10, Body: -1,
		HeadTime: 10 * time.Second, IdleTime: 75 * time.Second, BodyTime: 30 * time.Second, WriteTime: 30 * time.Second,
		BodyRate: 128, BodyGrace: 20 * time.Second,
		LingerTime: 2 * time.Second, LingerBytes: 256 << 10,
		ParkTime: 2 * time.Second, DrainIdle: time.Second,
		Connections: -1,
	}
}

// fill puts the defaults where l has zero values.
func (l *Limits) fill() {
	d := DefaultLimits()
	orInt(&l.Head, d.Head)
	orInt(&l.Body, d.Body)
	orInt(&l.HeadTime, d.HeadTime)
	orInt(&l.IdleTime, d.IdleTime)
	orInt(&l.BodyTime, d.BodyTime)
	orInt(&l.WriteTime, d.WriteTime)
	orInt(&l.BodyRate, d.BodyRate)
	orInt(&l.BodyGrace, d.BodyGrace)
	orInt(&l.LingerTime, d.LingerTime)
	orInt(&l.LingerBytes, d.LingerBytes)
	orInt(&l.ParkTime, d.ParkTime)
	orInt(&l.DrainIdle, d.DrainIdle)
	orInt(&l.Connections, d.Connections)
	l.Head = max(l.Head, readBuffer)
}

func orInt[T ~int | ~int64](p *T, value T) {
	if *p == 0 {
		*p = value
	}
}

// Config says what a Server serves and how.
type Config struct {
	// Handler answers a request. The context is valid until it returns; a response body stream until it is closed.
	Handler func(*fasthttp.RequestCtx)
	// Refuse writes the answer to a request that never reached the handler: status is 400, 408, 413, 414, 417, 431 or
	// 500. Nil: a JSON object with a message.
	Refuse func(ctx *fasthttp.RequestCtx, status int)
	// Watch says which requests are sent away because they waited too long (TellsWaits), and Shed answers them. A nil Watch:
	// none is.
	Watch *shed.Watch
	Shed  func(*fasthttp.RequestCtx)
	// HTTP2 takes over a connection that speaks HTTP/2, and closes it when it is done. Nil: such clients are refused.
	HTTP2 func(net.Conn)
	// Balancer says whether the other end of a connection is a balancer that passes on connections of clients, and begins
	// each with a header of the PROXY protocol, version 1 or 2. Connections from elsewhere are closed, and so are those
	// that begin in another way. Nil: connections are the clients' own.
	Balancer func(net.Addr) bool
	// Logger gets what operators should know; nil: nothing is logged.
	Logger *slog.Logger
	// Limits are filled up with DefaultLimits.
	Limits Limits
}

// Server serves connections. Its zero value is not usable; call New.
type Server struct {
	cfg     Config
	workers sync.Pool

	coarse   atomic.Int64 // milliseconds since the server's start, as of the last sweep
	draining atomic.Bool
	refused  atomic.Int64
	unproven atomic.Int64 // connections that a balancer's header was missing on
	busy     atomic.Int64 // workers in use

	mu        sync.Mutex
	first     *sock
	open      int
	listeners map[net.Listener]struct{}
	empty     chan struct{} // closed when the last connection is gone; set by Shutdown
	sweeping  bool
	closed    bool
	stop      chan struct{}
}

// ErrClosed is what Serve returns after Shutdown or Close.
var ErrClosed = errors.New("server closed")

// New returns a server that serves nothing yet.
func New(cfg Config) *Server {
	cfg.Limits.fill()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Refuse == nil {
		cfg.Refuse = refusePlain
	}
	s := &Server{cfg: cfg, listeners: map[net.Listener]struct{}{}, stop: make(chan struct{})}
	s.workers.New = func() any { return newWorker(s) }
	return s
}

// Serve accepts connections until Shutdown or Close and then returns ErrClosed. With a TLS configuration every
// connection starts with a handshake. Several calls may run side by side.
func (s *Server) Serve(ln net.Listener, tlsConfig *tls.Config) error {
	if !s.track(ln) {
		_ = ln.Close() // it never served
		return ErrClosed
	}
	defer s.untrack(ln)
	var pause time.Duration
	for {
		nc, err := ln.Accept()
		if err != nil {
			if s.ending(err) {
				s.lastCall(ln, tlsConfig)
				_ = ln.Close() // nothing is lost
				return ErrClosed
			}
			if !isTemporary(err) {
				return err
			}
			// Out of descriptors or memory: connections in flight must end before new ones fit.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.cfg.Logger.Warn("cannot accept connections", "error", err, "retry", pause)
			select {
			case <-time.After(pause):
			case <-s.stop:
			}
			continue
		}
		pause = 0
		s.start(nc, tlsConfig)
	}
}

// ending says whether Accept failed because Shutdown or Close wants its end.
func (s *Server) ending(err error) bool {
	return s.draining.Load() && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed))
}

// isTemporary says that a later Accept may work.
func isTemporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// start begins to serve one connection.
func (s *Server) start(nc net.Conn, tlsConfig *tls.Config) {
	if s.cfg.Balancer != nil && !s.cfg.Balancer(nc.RemoteAddr()) {
		s.unproven.Add(1)
		s.cfg.Logger.Debug("connection from elsewhere than a balancer", "from", nc.RemoteAddr().String())
		_ = nc.Close() // nothing was said
		return
	}
	sk := &sock{Conn: nc, srv: s}
	sk.direct.open(nc)
	if !s.add(sk) {
		_ = nc.Close() // one too many, or too late
		return
	}
	c := &conn{sock: sk, nc: sk}
	if s.cfg.Balancer == nil {
		c.begin(tlsConfig)
		return
	}
	sk.enter(phaseProxy)
	go func() {
		if c.introduced() {
			c.begin(tlsConfig)
		}
	}()
}

// begin serves a connection from the client's first byte on.
func (c *conn) begin(tlsConfig *tls.Config) {
	sk := c.sock
	sk.enter(phaseNew)
	if tlsConfig == nil {
		go c.serve()
		return
	}
	sk.enter(phaseHandshake)
	secure := tls.Server(sk, tlsConfig)
	c.nc = &secured{Conn: secure, sock: sk}
	go c.serveTLS(secure)
}

// Shutdown closes the listeners, lets every request in flight finish, asks clients to go elsewhere, and returns when
// no connection is left; what is left when ctx ends is cut, and ctx's error returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.draining.Store(true)
	s.closeListeners()
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	s.settle()
	s.mu.Unlock()
	s.sweep()
	defer s.finish()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		s.cut()
		return context.Cause(ctx)
	}
}

// settle ends Shutdown once no listener and no connection is left; the lock is held.
func (s *Server) settle() {
	if s.empty != nil && s.open == 0 && len(s.listeners) == 0 {
		close(s.empty)
		s.empty = nil
	}
}

// Close ends everything at once.
func (s *Server) Close() error {
	s.draining.Store(true)
	s.mu.Lock()
	s.closeListeners()
	s.mu.Unlock()
	s.cut()
	s.finish()
	return nil
}

// Drain tells clients with every answer to open no further requests on the same connection, while the listeners
// stay open.
func (s *Server) Drain() { s.draining.Store(true) }

// Open returns how many connections are open.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Refused returns how many requests were refused before they reached the handler.
func (s *Server) Refused() int64 { return s.refused.Load() }

// Unproven returns how many connections were closed because they did not come from a balancer, or did not begin with its
// header (Config.Balancer).
func (s *Server) Unproven() int64 { return s.unproven.Load() }

// closeListeners makes every Serve take what is in its listener's queue, close it and return; the lock is held.
func (s *Server) closeListeners() {
	for ln := range s.listeners {
		tcp, ok := ln.(*net.TCPListener)
		if !ok || tcp.SetDeadline(past) != nil {
			_ = ln.Close() // nothing is lost by a listener that is closed already
		}
	}
}

// cut closes every connection.
func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sk := s.first; sk != nil; sk = sk.next {
		// Whoever serves it meets the error. Close itself returns only when a burst has left the socket.
		go func() { _ = sk.Conn.Close() }()
	}
}

// finish stops the sweeper.
func (s *Server) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
}

func (s *Server) track(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() {
		return false
	}
	s.listeners[ln] = struct{}{}
	if !s.sweeping {
		s.sweeping = true
		go s.sweeper(s.tick())
	}
	return true
}

func (s *Server) untrack(ln net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
	s.settle()
}

// add takes a connection into the list that the sweeper walks.
func (s *Server) add(sk *sock) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.cfg.Limits.Connections > 0 && s.open >= s.cfg.Limits.Connections {
		return false
	}
	s.open++
	sk.listed = true
	sk.next = s.first
	if s.first != nil {
		s.first.prev = sk
	}
	s.first = sk
	return true
}

// remove takes a closed connection off the list; once is enough.
func (s *Server) remove(sk *sock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !sk.listed {
		return
	}
	sk.listed = false
	if sk.prev != nil {
		sk.prev.next = sk.next
	} else {
		s.first = sk.next
	}
	if sk.next != nil {
		sk.next.prev = sk.prev
	}
	s.open--
	s.settle()
}
