package limits

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// What the document allows of everything but the quota.
const (
	rate  = 100
	burst = 50
)

// slack is how much later than its time a request may be answered on a busy machine.
const slack = 250 * time.Millisecond

// aim is what requests of a load are for.
type aim struct {
	path, header, value string
	answers             [600]atomic.Int64 // by status
	broken              atomic.Int64      // requests whose answer did not arrive
}

func (a *aim) passed() int { return int(a.answers[200].Load()) }

func (a *aim) String() string {
	return fmt.Sprintf("%s %s: %d passed, %d throttled, %d unavailable, %d broken", a.path, a.value,
		a.passed(), a.answers[429].Load(), a.answers[503].Load(), a.broken.Load())
}

func (a *aim) request() []byte {
	header := ""
	if a.header != "" {
		header = a.header + ": " + a.value + "\r\n"
	}
	return []byte("GET " + a.path + " HTTP/1.1\r\nHost: limits\r\n" + header + "\r\n")
}

// onStage and onPlan are aims of the document.
func onStage() *aim           { return &aim{path: "/stage"} }
func onPlan(plan string) *aim { return &aim{path: "/plan", header: "X-Api-Key", value: keys()[plan]} }

// connections are how many a load has for each aim at each gateway.
const connections = 4

// load offers ten times the limit to each aim, evenly on all gateways.
type load struct {
	aims    []*aim
	stop    chan struct{}
	running sync.WaitGroup
	began   time.Time
	slowest atomic.Int64
	stalled time.Duration // how long the machine let this process wait
}

// startLoad begins a load that is to be ended.
func startLoad(all []*gateway, aims ...*aim) *load {
	l := &load{aims: aims, stop: make(chan struct{}), began: time.Now()}
	l.running.Go(l.watch)
	each := 10 * rate / float64(len(all)*connections)
	for i, g := range all {
		for _, a := range aims {
			for j := range connections {
				phase := float64(i*connections+j) / float64(len(all)*connections)
				l.running.Go(func() { l.offer(g, a, each, phase) })
			}
		}
	}
	return l
}

// end ends the load and says how long it was.
func (l *load) end() time.Duration {
	close(l.stop)
	l.running.Wait()
	return time.Since(l.began)
}

// offer sends perSecond requests on one connection; the phases of connections spread them.
func (l *load) offer(g *gateway, a *aim, perSecond, phase float64) {
	conn, err := net.Dial("tcp", g.Listen)
	if err != nil {
		a.broken.Add(1)
		return
	}
	defer conn.Close()
	in, request := bufio.NewReader(conn), a.request()
	var response fasthttp.Response
	done := 0
	l.ticks(func(now time.Time) bool {
		for due := int(now.Sub(l.began).Seconds()*perSecond + phase); done < due; done++ {
			before := time.Now()
			_, err := conn.Write(request)
			if err == nil {
				err = response.Read(in)
			}
			l.slow(time.Since(before))
			if err != nil {
				a.broken.Add(1)
				return false // the gateway is gone
			}
			a.answers[response.StatusCode()].Add(1)
		}
		return true
	})
}

// ticks calls do each millisecond, until it says no or the load ends.
func (l *load) ticks(do func(now time.Time) bool) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for now := l.began; do(now); now = time.Now() {
		select {
		case <-tick.C:
		case <-l.stop:
			return
		}
	}
}

// watch measures how late a goroutine runs that has nothing to do.
func (l *load) watch() {
	last := l.began
	l.ticks(func(now time.Time) bool {
		l.stalled = max(l.stalled, now.Sub(last))
		last = now
		return true
	})
}

func (l *load) slow(took time.Duration) {
	for {
		before := l.slowest.Load()
		if int64(took) <= before || l.slowest.CompareAndSwap(before, int64(took)) {
			return
		}
	}
}

// prompt checks that no request was answered later than one that waits so long for Redis.
func (l *load) prompt(t *testing.T, wait time.Duration) {
	t.Helper()
	slowest := time.Duration(l.slowest.Load())
	t.Logf("the slowest request took %v; this process was stalled for up to %v", slowest.Round(time.Millisecond), l.stalled.Round(time.Millisecond))
	require.Less(t, slowest, wait+slack+2*l.stalled)
}

// total is how many requests the bucket of an aim lets pass at most.
func total(elapsed time.Duration) float64 { return burst + rate*elapsed.Seconds() }
