package wire

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSlowClients wants the settings to take effect: each client stops in the middle and waits for what comes.
func TestSlowClients(t *testing.T) {
	b := startBackend(t, nil)
	for _, c := range []struct{ name, flag, send, want string }{
		{"nothing", "--head-timeout=50ms", "", ""},
		{"half a head", "--head-timeout=50ms", "GET / HTTP/1.1\r\nHos", "408"},
		{"half a body", "--body-timeout=50ms", "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nab", "408"},
		{"half a long body", "--body-timeout=50ms", "POST / HTTP/1.1\r\n" + host + "Content-Length: 5000000\r\n\r\nab", "408"},
		{"half a chunk", "--body-timeout=50ms", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "408"},
		{"no second request", "--idle-timeout=50ms", "GET /mock HTTP/1.1\r\n" + host + "\r\n", "200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, b, c.flag)
			got := talk(t, r.addrs["listen"], c.send)
			if c.want == "" {
				require.Empty(t, got)
				return
			}
			require.Equal(t, []string{c.want}, statuses(got), got)
		})
	}
	t.Cleanup(func() {
		if n := b.whole.Load(); n != 0 {
			t.Errorf("%d requests reached the backend whole", n)
		}
	})
}

// TestSlowButSteady wants that a stream which moves may take longer than every limit.
func TestSlowButSteady(t *testing.T) {
	const pieces = 20
	b := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if http.NewResponseController(w).EnableFullDuplex() != nil {
			panic("no full duplex")
		}
		body := bufio.NewReader(r.Body)
		for {
			piece, err := body.ReadByte()
			if err != nil {
				return
			}
			_, _ = w.Write([]byte{piece})
			_ = http.NewResponseController(w).Flush()
		}
	})
	r := start(t, b, "--body-timeout=80ms", "--head-timeout=80ms", "--write-timeout=80ms", "--min-body-rate=off")
	nc := dial(t, r.addrs["listen"])
	_, err := io.WriteString(nc, "POST /steady HTTP/1.1\r\n"+host+"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
	require.NoError(t, err)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for range pieces {
		<-pace.C
		if _, err := io.WriteString(nc, "1\r\nx\r\n"); err != nil {
			got, _ := io.ReadAll(nc)
			t.Fatalf("%v after %q", err, got)
		}
	}
	_, err = io.WriteString(nc, "0\r\n\r\n")
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("x", pieces), string(got))
}

// idleVariable asks for another count of idle connections: GATEWRIGHT_WIRE_IDLE=10000 go test -run Idle -v
const idleVariable = "GATEWRIGHT_WIRE_IDLE"

// manyBusy is more connections than a gateway keeps buffers for; its cost is that of any busy gateway.
const manyBusy = 1500

// TestIdleConnections measures what an idle keep-alive connection costs beyond those, in a process of its own.
func TestIdleConnections(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("it opens thousands of connections, whose memory the race detector multiplies")
	}
	count := 4500
	if text := os.Getenv(idleVariable); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		count = n
	}
	p := spawn(t, startBackend(t, nil))
	started := p.memory()
	p.open(manyBusy)
	before := p.memory()
	p.open(count - manyBusy)
	after := p.memory()
	each := (after - before) / int64(count-manyBusy)
	t.Logf("%d idle connections: %d bytes each, %d with the busy ones' buffers (%d → %d KiB)",
		count, each, (after-started)/int64(count), started>>10, after>>10)
	require.Less(t, each, int64(8<<10), "bytes for each idle connection")
}

// open makes connections that have served a request each and stay open.
func (c *child) open(count int) {
	c.t.Helper()
	request, answer := []byte("GET /mock HTTP/1.1\r\n"+host+"\r\n"), make([]byte, 4096)
	for range count {
		nc := dial(c.t, c.Listen)
		_, err := nc.Write(request)
		require.NoError(c.t, err)
		n, err := nc.Read(answer)
		require.NoError(c.t, err)
		require.Equal(c.t, []string{"200"}, statuses(string(answer[:n])))
	}
}
