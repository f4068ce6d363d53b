package wire

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// burn computes for some milliseconds.
func burn() string {
	var sum [sha256.Size]byte
	block := make([]byte, 4<<10)
	for range burnRounds {
		copy(block, sum[:])
		sum = sha256.Sum256(block)
	}
	return hex.EncodeToString(sum[:])
}

const burnRounds = 1000

// flood is what came of requests that were sent at a steady rate, whatever became of those before.
type flood struct {
	mu      sync.Mutex
	served  []time.Duration // how long those waited that were answered 200, from the time at which they were due
	shed    []time.Duration // and those answered 503
	wrong   []string
	offered time.Duration // the time in which requests were due
	whole   time.Duration // until the last answer
}

func (f *flood) note(status int, took time.Duration, problem string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case problem != "":
		f.wrong = append(f.wrong, problem)
	case status == 200:
		f.served = append(f.served, took)
	default:
		f.shed = append(f.shed, took)
	}
}

// rush sends count requests by ask, one in each pause.
func rush(count int, pause time.Duration, ask func() (status int, problem string)) *flood {
	f := &flood{offered: time.Duration(count) * pause}
	var group sync.WaitGroup
	began := time.Now()
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for sent := 0; sent < count; <-ticker.C {
		for ; sent < count && time.Duration(sent)*pause <= time.Since(began); sent++ {
			due := began.Add(time.Duration(sent) * pause)
			group.Go(func() {
				status, problem := ask()
				f.note(status, time.Since(due), problem)
			})
		}
	}
	group.Wait()
	f.whole = time.Since(began)
	slices.Sort(f.served)
	slices.Sort(f.shed)
	return f
}

// connections are kept for the next request.
type connections struct {
	addr, path string
	mu         sync.Mutex
	free       []*bufio.ReadWriter
	all        []net.Conn
}

func (p *connections) take() (*bufio.ReadWriter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		return c, nil
	}
	nc, err := net.Dial("tcp", p.addr)
	if err != nil {
		return nil, err
	}
	p.all = append(p.all, nc)
	return bufio.NewReadWriter(bufio.NewReader(nc), bufio.NewWriter(nc)), nil
}

func (p *connections) ask() (status int, problem string) {
	c, err := p.take()
	if err != nil {
		return 0, err.Error()
	}
	if _, err := io.WriteString(c, "GET "+p.path+" HTTP/1.1\r\n"+host+"\r\n"); err != nil {
		return 0, err.Error()
	}
	if err := c.Flush(); err != nil {
		return 0, err.Error()
	}
	resp, err := http.ReadResponse(c.Reader, nil)
	if err != nil {
		return 0, err.Error()
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	if resp.Close {
		return 0, "the connection closes"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
	if resp.StatusCode == 503 && (resp.Header.Get("Retry-After") != "1" || !strings.Contains(string(body), "Service Unavailable")) {
		return 503, "not the gateway's 503"
	}
	return resp.StatusCode, ""
}

func quantile(list []time.Duration, of float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return list[int(of*float64(len(list)-1))]
}

func TestShedding(t *testing.T) {
	b := startBackend(t, nil)
	t.Setenv("GOMAXPROCS", "1")
	for _, flags := range [][]string{{"--shed-after", "off"}, {"--shed-after", "50ms"}, {"--shed-after", "200ms"}, {"--shed-after", "1s"}} {
		c := spawn(t, b, flags...)
		p := &connections{addr: c.addrs["listen"], path: "/burn"}
		began := time.Now()
		for range 50 {
			status, problem := p.ask()
			require.Equal(t, 200, status, problem)
		}
		cost := time.Since(began) / 50
		f := rush(1200, cost/4, p.ask)
		require.Empty(t, f.wrong)
		t.Log(flags, "cost", cost, "served", len(f.served), "shed", len(f.shed), "offered", f.offered, "whole", f.whole, "conns", len(p.all))
		for _, q := range []float64{0.1, .5, .9, .99, 1} {
			t.Log(q, quantile(f.served, q), quantile(f.shed, q))
		}
		for _, nc := range p.all {
			nc.Close()
		}
	}
}
