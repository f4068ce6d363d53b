package wire

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newPool is a pool of connections that nobody answers; made counts them.
func newPool(t *testing.T, max int) (p *Pool, made *int) {
	t.Helper()
	made = new(int)
	p = NewPool(Config{Address: "x:80", ConnectTimeout: time.Minute, IdleTimeout: time.Minute, MaxConnections: max,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			*made++
			client, server := net.Pipe()
			t.Cleanup(func() { client.Close(); server.Close() })
			return client, nil
		}})
	t.Cleanup(p.Close)
	return p, made
}

func TestPoolTakesTheLastUsed(t *testing.T) {
	p, made := newPool(t, 0)
	now := time.Now()
	var conns []*Conn
	for range 3 {
		c, err := p.Get(now, time.Time{}, false)
		require.NoError(t, err)
		require.False(t, c.Reused())
		conns = append(conns, c)
	}
	for i, c := range conns {
		p.Put(c, now.Add(time.Duration(i)*time.Second), true)
	}
	for i := range 3 {
		c, err := p.Get(now, time.Time{}, false)
		require.NoError(t, err)
		require.Same(t, conns[2-i], c)
		require.True(t, c.Reused())
	}
	require.Equal(t, 3, *made)
	for i, c := range conns {
		p.Put(c, now.Add(time.Duration(i)*time.Second), true)
	}
	p.Sweep(now.Add(time.Minute + time.Second))
	require.Equal(t, 1, p.Open(), "the two idle longest are closed")
	fresh, err := p.Get(now, time.Time{}, true)
	require.NoError(t, err)
	require.False(t, fresh.Reused())
	p.Put(fresh, now, false)
	require.Equal(t, 1, p.Open())
}

func TestPoolLooksAtOldConnections(t *testing.T) {
	p, _ := newPool(t, 0)
	now := time.Now()
	c, err := p.Get(now, time.Time{}, false)
	require.NoError(t, err)
	p.Put(c, now, true)
	for idle, want := range map[time.Duration]bool{0: false, verifyAfter: false, verifyAfter + 1: true} {
		c.check = false
		got, err := p.Get(now.Add(idle), time.Time{}, false)
		require.NoError(t, err)
		require.Equal(t, want, got.check, idle)
		got.check = false
		p.Put(got, now, true)
	}
}

func TestPoolKeepsOnlyCleanConnections(t *testing.T) {
	p, _ := newPool(t, 0)
	for name, spoil := range map[string]func(*Conn){
		"something is left":  func(c *Conn) { c.w = 1 },
		"the backend closes": func(c *Conn) { c.Head.Close = true },
		"it was interrupted": func(c *Conn) { c.Interrupt() },
		"":                   func(*Conn) {},
	} {
		c, err := p.Get(time.Now(), time.Time{}, true)
		require.NoError(t, err)
		spoil(c)
		before := p.Open()
		p.Put(c, time.Now(), true)
		require.Equal(t, name == "", p.Open() == before, name)
	}
}

func TestPoolWaits(t *testing.T) {
	p, made := newPool(t, 1)
	now := time.Now()
	c, err := p.Get(now, time.Time{}, false)
	require.NoError(t, err)
	_, err = p.Get(now, now.Add(time.Millisecond), false)
	require.ErrorIs(t, err, ErrTimeout)
	require.Empty(t, p.waiters)

	got := make(chan *Conn)
	wait := func() {
		go func() {
			c, err := p.Get(now, time.Time{}, false)
			if err != nil {
				t.Error(err)
			}
			got <- c
		}()
		require.Eventually(t, func() bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.waiters) == 1
		}, 20*time.Second, time.Millisecond)
	}
	wait()
	p.Put(c, now, true)
	require.Same(t, c, <-got)
	require.True(t, c.Reused())
	wait()
	p.Put(c, now, false) // who waits may dial in its place
	other := <-got
	require.NotSame(t, c, other)
	require.Equal(t, 2, *made)
	require.Equal(t, 1, p.Open())
	wait()
	p.Close()
	late := <-got
	require.NotNil(t, late, "a request that is under way is served still")
	later, err := p.Get(now, time.Time{}, false)
	require.NoError(t, err)
	for _, c := range []*Conn{other, late, later} {
		p.Put(c, now, true)
	}
	require.Zero(t, p.Open(), "a closed pool keeps nothing")
}

func TestPoolDialFails(t *testing.T) {
	var fail error
	p := NewPool(Config{Address: "x:80", ConnectTimeout: time.Minute, MaxConnections: 1,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, fail }})
	for want, err := range map[error]error{
		ErrAddress: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}},
		ErrConnect: context.DeadlineExceeded, // of the connection's own time, not of the request's
	} {
		fail = err
		_, got := p.Get(time.Now(), time.Time{}, false)
		require.ErrorIs(t, got, want)
		require.Zero(t, p.Open(), "the place is free again")
	}
	fail = context.DeadlineExceeded
	_, err := p.Get(time.Now(), time.Now().Add(-time.Second), false)
	require.ErrorIs(t, err, ErrTimeout)
}
