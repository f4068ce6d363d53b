package guard

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// loaded asks with ever new tokens of whichever key signs now, from several clients, until it is stopped.
type loaded struct {
	stop   chan struct{}
	group  sync.WaitGroup
	id     atomic.Pointer[string]
	served atomic.Int64
	// wrong is the first answers that were none.
	wrong chan string
}

func (w *world) load(t *testing.T, g *gateway, id string) *loaded {
	t.Helper()
	l := &loaded{stop: make(chan struct{}), wrong: make(chan string, 100)}
	l.id.Store(&id)
	for n := range 6 {
		client := clientOf(t, 1+n%2)
		l.group.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				id := *l.id.Load()
				got := w.do(t, client, g.request("GET", "/tokens/allowed", "", "Authorization", "Bearer "+w.issuer.token(t, id)))
				if got.status == 200 {
					l.served.Add(1)
					continue
				}
				select {
				case l.wrong <- fmt.Sprintf("signed by %s: %d %s %s", id, got.status, got.kind, got.body):
				default:
				}
			}
		})
	}
	return l
}

// more waits until so many more requests were served.
func (l *loaded) more(t *testing.T, n int64) {
	t.Helper()
	pace := time.NewTicker(2 * time.Millisecond)
	defer pace.Stop()
	timeout := time.After(60 * time.Second)
	for want := l.served.Load() + n; l.served.Load() < want; {
		select {
		case <-pace.C:
		case wrong := <-l.wrong:
			t.Fatal(wrong)
		case <-timeout:
			t.Fatal("requests are not served any more")
		}
	}
}

// end stops the clients and asks that nothing was dropped.
func (l *loaded) end(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.group.Wait()
	select {
	case wrong := <-l.wrong:
		t.Fatal(wrong)
	default:
	}
}

// awaitFetch waits until the gateway has fetched the keys of after now.
func (i *issuer) awaitFetch(t *testing.T) {
	t.Helper()
	for len(i.fetched) > 0 {
		<-i.fetched
	}
	for range 2 { // the first may have begun before
		select {
		case <-i.fetched:
		case <-time.After(30 * time.Second):
			t.Fatal("the gateway does not fetch the keys")
		}
	}
}

// rotationsVariable asks for more rotations by time, 16 seconds each: GATEWRIGHT_GUARD_ROTATIONS=20 go test -run Rotation ./golden/guard
const rotationsVariable = "GATEWRIGHT_GUARD_ROTATIONS"

// TestRotationUnderLoad changes the issuer's keys while clients send tokens: at once, and announced ahead. Nothing is dropped.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	rotations := 1
	if text := os.Getenv(rotationsVariable); text != "" {
		_, err := fmt.Sscan(text, &rotations)
		require.NoError(t, err)
	}
	l := w.load(t, g, "k0")
	l.more(t, 100)
	w.issuer.rotate(t, "now") // unheard of when it signs first
	now := "now"
	l.id.Store(&now)
	l.more(t, 300)
	last := now
	for n := range rotations {
		next := fmt.Sprint("k", n+1)
		w.issuer.rotate(t, next)
		w.issuer.awaitFetch(t)
		l.id.Store(&next)
		l.more(t, 100)
		w.issuer.retire(last)
		l.more(t, 100)
		last = next
	}
	l.end(t)
	t.Logf("%d requests", l.served.Load())
}

// TestOutage takes the issuer away: what it said last holds, whether tokens were seen before or not, and what it never said
// lets nobody in.
func TestOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	client := clientOf(t, 1)
	ask := func(token string) answer {
		return w.do(t, client, g.request("GET", "/tokens/allowed", "", "Authorization", token))
	}
	first := w.issuer.token(t, "k0")
	require.Equal(t, 200, ask(first).status)
	w.issuer.down()
	for range 50 {
		require.Equal(t, 200, ask(w.issuer.token(t, "k0")).status)
	}
	require.Equal(t, 200, ask(first).status)
	w.issuer.rotate(t, "k1")
	unheard := w.issuer.token(t, "k1")
	got := ask(unheard)
	require.Equal(t, "500 AuthorizerFailureException", fmt.Sprint(got.status, " ", got.kind), got.body)
	require.Equal(t, 200, ask(first).status, "it changes nothing for the others")
	w.issuer.up(t)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for ends := time.Now().Add(30 * time.Second); ask(unheard).status != 200; <-pace.C {
		require.True(t, time.Now().Before(ends), "the keys do not come back")
	}
	w.issuer.retire("k0")
	for ends := time.Now().Add(30 * time.Second); ask(first).status == 200; <-pace.C {
		require.True(t, time.Now().Before(ends), "a key that is gone still lets in")
	}
	require.Equal(t, http.StatusUnauthorized, ask(first).status)
	g.keepsQuiet(first, unheard, first[len(first)-60:], unheard[len(unheard)-60:])
}

// TestStartWithoutIssuer: a gateway starts while its issuer is down, lets nobody in, and everybody when it is up.
func TestStartWithoutIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issuer.down()
	g := w.start(t, "callers.yaml")
	client := clientOf(t, 2)
	token := w.issuer.token(t, "k0")
	ask := func() answer {
		return w.do(t, client, g.request("GET", "/tokens/allowed", "", "Authorization", "Bearer "+token))
	}
	require.Equal(t, 500, ask().status)
	require.Equal(t, 200, w.do(t, client, g.request("GET", "/anyone/allowed", "")).status)
	w.issuer.up(t)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for ends := time.Now().Add(30 * time.Second); ask().status != 200; <-pace.C {
		require.True(t, time.Now().Before(ends), "the keys do not come")
	}
	g.keepsQuiet(token)
}
