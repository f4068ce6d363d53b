package transcripts

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/golden/gatewaytest"
)

var updateFlag = flag.Bool("update", false, "write what happened into the transcripts")

// patience is how long an exchange may take before it is given up.
const patience = 10 * time.Second

func TestTranscripts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds gateways")
	}
	paths, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	dir := t.TempDir()
	backends := map[string]*backend{}
	documents := map[string]gen.Options{}
	var all []*transcript
	dead := deadAddress(t)
	for _, path := range paths {
		tr, err := readTranscript(path)
		require.NoError(t, err)
		b, err := startBackend()
		require.NoError(t, err)
		t.Cleanup(func() { b.listener.Close() })
		tr.fill(strings.NewReplacer("${backend}", b.address(), "${dead}", dead))
		folder := filepath.Join(dir, "documents", tr.name)
		require.NoError(t, os.MkdirAll(folder, 0o755))
		for _, document := range tr.documents {
			path := filepath.Join(folder, filepath.FromSlash(document.Name))
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, document.Data, 0o644))
		}
		documents[tr.name] = gen.Options{Document: filepath.Join(folder, tr.documents[0].Name), Allow: tr.allow}
		backends[tr.name] = b
		all = append(all, tr)
	}
	gateways, err := buildFleet(dir, documents)
	require.NoError(t, err)
	for _, tr := range all {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			replay(t, tr, gateways, backends[tr.name])
		})
	}
}

// replay runs one transcript against its gateway.
func replay(t *testing.T, tr *transcript, gateways *fleet, b *backend) {
	g := gateways.start(t, tr.name, tr.runFlags)
	defer g.Kill()
	update := *updateFlag || os.Getenv("GATEWRIGHT_UPDATE") != ""
	changed := false
	for i, e := range tr.exchanges {
		received, response, err := perform(tr.filled[i], g, b)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		if update {
			changed = changed || received != e.received || response != e.response
			e.received, e.response = received, response
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			require.Equal(t, e.response, response, "what the client gets")
			require.Equal(t, e.received, received, "what the backend gets")
		})
	}
	if changed {
		require.NoError(t, tr.update())
		t.Errorf("%s is rewritten: read the difference", tr.path)
	}
}

// perform sends one request, and returns what the backend and the client got, as transcripts show it.
func perform(e exchange, g *gatewaytest.Gateway, b *backend) (received, response string, err error) {
	b.begin(e.replies)
	out, err := wire(e.request, true)
	if err != nil {
		return "", "", err
	}
	connection, err := net.Dial("tcp", g.Listen)
	if err != nil {
		return "", "", err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", "", err
	}
	if _, err := connection.Write(out); err != nil {
		return "", "", err
	}
	show := placeholders{backend: b.address(), gateway: g.Listen, sent: e.request}
	reader := bufio.NewReader(connection)
	got, err := readMessage(reader, strings.HasPrefix(e.request, "HEAD "), b.clientSaw)
	response = "(closed without an answer)\n"
	if err == nil {
		show.learn(got)
		response = show.replace(got)
		if got.get("Connection") == "close" {
			if rest, _ := io.ReadAll(reader); len(rest) > 0 { // an error is how a refused connection may end
				response += fmt.Sprintf("(and then: %q)\n", rest)
			}
		}
	} else if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		return "", "", fmt.Errorf("no answer: %w", err)
	}
	requests, err := b.end()
	var parts []string
	for _, request := range requests {
		parts = append(parts, show.replace(request))
	}
	return strings.Join(parts, "=====\n"), response, err
}

// deadAddress is an address that refuses connections.
func deadAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
