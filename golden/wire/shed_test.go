package wire

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	for range 1800 {
		copy(block, sum[:])
		sum = sha256.Sum256(block)
	}
	return hex.EncodeToString(sum[:])
}

// asker sends one request to /burn and wants it answered 200, or by the gateway's own 503.
type asker interface {
	ask() (status int, err error)
	close()
}

// flood is what came of requests that were sent at a steady rate, whatever became of those before.
type flood struct {
	mu     sync.Mutex
	served []time.Duration // how long those took that were answered 200, from when they were due
	ends   []time.Duration // when these were answered
	shed   int
	failed []error
	whole  time.Duration // until the last answer
}

// rush sends count requests, one in each pause.
func rush(a asker, count int, pause time.Duration) *flood {
	f := &flood{}
	var group sync.WaitGroup
	began := time.Now()
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for sent := 0; sent < count; <-ticker.C {
		for ; sent < count && time.Duration(sent)*pause <= time.Since(began); sent++ {
			due := time.Duration(sent) * pause
			group.Go(func() {
				status, err := a.ask()
				f.note(status, err, due, time.Since(began))
			})
		}
	}
	group.Wait()
	f.whole = time.Since(began)
	slices.Sort(f.served)
	return f
}

func (f *flood) note(status int, err error, due, end time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil:
		f.failed = append(f.failed, err)
	case status == http.StatusOK:
		f.served, f.ends = append(f.served, end-due), append(f.ends, end)
	default:
		f.shed++
	}
}

// servedBy is how many were answered 200 until then.
func (f *flood) servedBy(then time.Duration) (n int) {
	for _, end := range f.ends {
		if end <= then {
			n++
		}
	}
	return n
}

// most is what nine of ten answers took no longer than.
func (f *flood) most() time.Duration { return f.served[len(f.served)*9/10] }

// checkAnswer says what is wrong with an answer.
func checkAnswer(resp *http.Response) (int, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return 0, err
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != "1" || resp.Close ||
		!strings.Contains(string(body), `"title":"Service Unavailable"`):
		return 0, fmt.Errorf("answered %d %v %s", resp.StatusCode, resp.Header, body)
	}
	return resp.StatusCode, nil
}

// connections ask over HTTP/1, as many at a time as there are requests under way.
type connections struct {
	addr string
	mu   sync.Mutex
	free []*bufio.ReadWriter
	all  []net.Conn
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

func (p *connections) ask() (int, error) {
	c, err := p.take()
	if err != nil {
		return 0, err
	}
	if _, err := c.WriteString("GET /burn HTTP/1.1\r\n" + host + "\r\n"); err != nil {
		return 0, err
	}
	if err := c.Flush(); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(c.Reader, nil)
	if err != nil {
		return 0, err
	}
	status, err := checkAnswer(resp)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, c)
	return status, err
}

func (p *connections) close() {
	for _, nc := range p.all {
		nc.Close()
	}
}

// streams ask over HTTP/2.
type streams struct {
	addr   string
	client http.Client
}

func newStreams(addr string) asker {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	return &streams{addr: addr, client: http.Client{Transport: transport}}
}

func (s *streams) ask() (int, error) {
	resp, err := s.client.Get("http://" + s.addr + "/burn")
	if err != nil {
		return 0, err
	}
	return checkAnswer(resp)
}

func (s *streams) close() { s.client.CloseIdleConnections() }

// TestOverload offers two gateways four times what one processor can serve. The one that sends requests away serves nearly
// as many in the same time, and keeps none waiting for long; what the other serves waits ever longer.
func TestOverload(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of computing")
	}
	t.Setenv("GOMAXPROCS", "1")
	b := startBackend(t, nil)
	for name, asks := range map[string]func(addr string) asker{
		"HTTP/1": func(addr string) asker { return &connections{addr: addr} },
		"HTTP/2": newStreams,
	} {
		t.Run(name, func(t *testing.T) {
			keeps, sheds := spawn(t, b), spawn(t, b, "--shed-after", "100ms")
			askers := [2]asker{asks(keeps.Listen), asks(sheds.Listen)}
			const warm = 20
			began := time.Now()
			for range warm {
				status, err := askers[0].ask()
				require.NoError(t, err)
				require.Equal(t, 200, status)
			}
			cost := time.Since(began) / warm
			count := min(max(int(4*time.Second/cost), 120), 400) // so that it ends where the machine has little time for it
			var floods [2]*flood
			var group sync.WaitGroup
			for i, a := range askers {
				group.Go(func() { floods[i] = rush(a, count, cost/4) })
			}
			for range 5 {
				require.Equal(t, "ok\n", get(t, "http://"+sheds.Admin+"/healthz"), "operators are served")
			}
			group.Wait()
			for _, a := range askers {
				a.close()
			}
			kept, shed := floods[0], floods[1]
			require.Empty(t, shed.failed)
			require.Zero(t, kept.shed)
			require.Len(t, kept.served, count-len(kept.failed), "where the machine is slow, connections that are not read for long are cut")
			require.Positive(t, shed.shed)
			require.NotEmpty(t, shed.served)
			t.Logf("one request costs %v; 9 of 10 took %v and %v; served in %v: %d and %d",
				cost, kept.most(), shed.most(), shed.whole, kept.servedBy(shed.whole), len(shed.served))
			require.Less(t, shed.most(), kept.most()/2)
			require.Greater(t, len(shed.served), kept.servedBy(shed.whole)/2)
			require.Contains(t, get(t, "http://"+sheds.Admin+"/metrics"), fmt.Sprintf("gatewright_shed_total %d\n", shed.shed))
		})
	}
}
