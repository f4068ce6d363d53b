package redisstore

import (
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startProxy starts a proxy of a server, on which each direction takes half of a round trip's time longer.
func startProxy(t testing.TB, to string, roundTrip time.Duration) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			all.Go(func() { delay(server, client, roundTrip/2) })
			all.Go(func() { delay(client, server, roundTrip/2) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		all.Wait() // the store has closed its connections
	})
	return l.Addr().String()
}

// delay copies what arrives, later.
func delay(to, from net.Conn, by time.Duration) {
	type chunk struct {
		due   time.Time
		bytes []byte
	}
	chunks := make(chan chunk, 1024)
	go func() {
		defer close(chunks)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				chunks <- chunk{time.Now().Add(by), buffer[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for c := range chunks {
		sleepUntil(c.due)
		if _, err := to.Write(c.bytes); err != nil {
			break
		}
	}
	_, _ = to.(io.Closer).Close(), from.Close() // either may be closed
	for range chunks {
	}
}

// sleepUntil waits more exactly than timers do, and burns no processor as spinning does.
func sleepUntil(due time.Time) {
	if d := time.Until(due); d > 0 {
		pause := syscall.NsecToTimespec(int64(d))
		_ = syscall.Nanosleep(&pause, nil) // a signal may end it early, which does not matter
	}
}
