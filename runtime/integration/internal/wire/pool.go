package wire

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// verifyAfter is the idle time after which a connection is looked at before it is used: backends close idle
// connections after seconds.
const verifyAfter = time.Second

// Config says how connections are made and kept.
type Config struct {
	// Address is host:port.
	Address string
	// TLS is asked for the configuration of each new connection; nil for cleartext. Connections of one pool are used by
	// whoever comes, whatever it has returned for them.
	TLS func() *tls.Config
	// ConnectTimeout bounds the dial with its handshake.
	ConnectTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept.
	IdleTimeout time.Duration
	// MaxConnections bounds the connections; those who find none free wait. 0 is no bound.
	MaxConnections int
	// Dial replaces the dialer in tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Pool keeps the connections to one address. The one used last is used next, so that as few as possible are kept warm.
type Pool struct {
	cfg Config

	mu      sync.Mutex
	idle    []*Conn // longest idle first
	open    int     // idle, in use, and being dialed
	waiters []chan *Conn
	sweeper *time.Timer
	closed  bool
}

// NewPool returns a pool without connections.
func NewPool(cfg Config) *Pool {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	return &Pool{cfg: cfg}
}

// Get returns a connection: an idle one, unless fresh is set, or a new one. When there are MaxConnections it waits for
// one until the deadline. Whoever got a connection gives it back with Put.
func (p *Pool) Get(now, deadline time.Time, fresh bool) (*Conn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 && !fresh {
		c := p.idle[n-1]
		p.idle[n-1] = nil
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		if now.Sub(c.idleSince) > verifyAfter {
			c.check = true
		}
		return c, nil
	}
	if p.closed || p.cfg.MaxConnections == 0 || p.open < p.cfg.MaxConnections {
		p.open++
		p.mu.Unlock()
		return p.dial(deadline)
	}
	if n := len(p.idle); n > 0 { // a fresh one is wanted and there is no room: it takes an idle one's place
		c := p.idle[0]
		p.idle = append(p.idle[:0], p.idle[1:]...)
		p.mu.Unlock()
		_ = c.nc.Close()
		return p.dial(deadline)
	}
	free := make(chan *Conn, 1)
	p.waiters = append(p.waiters, free)
	p.mu.Unlock()
	return p.await(free, now, deadline)
}

// await waits for a connection, or for the right to dial one.
func (p *Pool) await(free chan *Conn, now, deadline time.Time) (*Conn, error) {
	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(deadline.Sub(now))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case c := <-free:
		return p.granted(c, deadline)
	case <-late:
	}
	p.mu.Lock()
	for i, w := range p.waiters {
		if w == free {
			p.waiters = append(p.waiters[:i], p.waiters[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	select {
	case c := <-free: // granted in the last moment
		return p.granted(c, deadline)
	default:
		return nil, ErrTimeout
	}
}

// granted returns the connection that was waited for; without one there is a place for a new one.
func (p *Pool) granted(c *Conn, deadline time.Time) (*Conn, error) {
	if c != nil {
		return c, nil
	}
	return p.dial(deadline)
}

// Put gives a connection back. It is kept when keep is set, which asks that its last answer was read to its end.
func (p *Pool) Put(c *Conn, now time.Time, keep bool) {
	keep = keep && c.clean()
	p.mu.Lock()
	keep = keep && !p.closed
	switch {
	case len(p.waiters) > 0:
		free := p.waiters[0]
		p.waiters = append(p.waiters[:0], p.waiters[1:]...)
		if keep {
			c.rest(now)
			free <- c
		} else {
			free <- nil
		}
	case keep:
		c.rest(now)
		p.idle = append(p.idle, c)
		p.sweepLater()
	default:
		p.open--
	}
	p.mu.Unlock()
	if !keep {
		_ = c.nc.Close() // nothing is left to be lost
	}
}

// clean reports whether nothing is left on the connection that belongs to no answer.
func (c *Conn) clean() bool { return c.r == c.w && !c.Head.Close && !c.interrupted.Load() }

// rest prepares a connection for being idle.
func (c *Conn) rest(now time.Time) {
	c.reused, c.idleSince, c.reads.watcher = true, now, nil
	// A body that should not be there comes right behind these.
	c.check = c.Head.Status == 204 || c.Head.Status == 304 || c.check
	if len(c.in) > usualBuffer {
		c.in = make([]byte, usualBuffer)
	}
	if cap(c.Out) > maxHead {
		c.Out = make([]byte, 0, 1024)
	}
}

// Suspect makes the next exchange on the connection look first whether something came unasked, as after an answer to
// HEAD.
func (c *Conn) Suspect() { c.check = true }

// dial makes a connection; the place for it is taken already.
func (p *Pool) dial(deadline time.Time) (*Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.cfg.ConnectTimeout)
	defer cancel()
	if !deadline.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	nc, err := p.connect(ctx)
	if err != nil {
		p.leave()
		return nil, dialError(err, !deadline.IsZero() && !time.Now().Before(deadline))
	}
	return newConn(nc), nil
}

func (p *Pool) connect(ctx context.Context) (net.Conn, error) {
	nc, err := p.cfg.Dial(ctx, "tcp", p.cfg.Address)
	if err != nil || p.cfg.TLS == nil {
		return nc, err
	}
	secure := tls.Client(nc, p.cfg.TLS())
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = nc.Close() // it was never used
		return nil, err
	}
	return secure, nil
}

// leave gives a place back that no connection took.
func (p *Pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiters) > 0 {
		free := p.waiters[0]
		p.waiters = append(p.waiters[:0], p.waiters[1:]...)
		free <- nil
		return
	}
	p.open--
}

// sweepLater sees to it that idle connections are closed in time.
func (p *Pool) sweepLater() {
	if p.sweeper != nil {
		return
	}
	p.sweeper = time.AfterFunc(p.cfg.IdleTimeout, func() { p.Sweep(time.Now()) })
}

// Sweep closes the connections that were idle too long at the time now.
func (p *Pool) Sweep(now time.Time) {
	p.mu.Lock()
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].idleSince) >= p.cfg.IdleTimeout {
		n++
	}
	old := append([]*Conn(nil), p.idle[:n]...)
	p.idle = append(p.idle[:0], p.idle[n:]...)
	clear(p.idle[len(p.idle):cap(p.idle)])
	p.open -= n
	if p.sweeper != nil {
		p.sweeper.Stop()
		p.sweeper = nil
	}
	if len(p.idle) > 0 && !p.closed {
		wait := p.cfg.IdleTimeout - now.Sub(p.idle[0].idleSince)
		p.sweeper = time.AfterFunc(max(wait, time.Millisecond), func() { p.Sweep(time.Now()) })
	}
	p.mu.Unlock()
	for _, c := range old {
		_ = c.nc.Close()
	}
}

// Open returns the number of connections, those being dialed included.
func (p *Pool) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}

// Close closes the idle connections, and has the others closed when they are given back. Who asks for one even now, for
// a request that was under way, gets a new one.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	idle, waiters := p.idle, p.waiters
	p.idle, p.waiters = nil, nil
	p.open += len(waiters) - len(idle)
	if p.sweeper != nil {
		p.sweeper.Stop()
	}
	p.mu.Unlock()
	for _, c := range idle {
		_ = c.nc.Close()
	}
	for _, free := range waiters {
		free <- nil
	}
}
