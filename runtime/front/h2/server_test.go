package h2

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// pair is a server and a client of it that speaks HTTP/2 in clear text.
func pair(t *testing.T, cfg Config) (*Server, *http.Client, string) {
	t.Helper()
	s := New(cfg)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			s.ServeConn(nc)
		}
	}()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}, Timeout: 20 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		ln.Close()
		require.NoError(t, s.Close())
	})
	return s, client, "http://" + ln.Addr().String()
}

func echo(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	var status interface{ StatusCode() int }
	if errors.As(err, &status) {
		w.WriteHeader(status.StatusCode())
	}
	_, _ = w.Write(text)
}

func TestBodyLimit(t *testing.T) {
	_, client, url := pair(t, Config{
		Handler: http.HandlerFunc(echo), Limits: Limits{Body: 10},
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) },
	})
	for _, c := range []struct {
		body   io.Reader
		status int
	}{
		{strings.NewReader("0123456789"), 200},
		{strings.NewReader("0123456789a"), 413},
		{io.MultiReader(strings.NewReader("0123456789")), 200}, // no declared length
		{io.MultiReader(strings.NewReader("0123456789"), strings.NewReader("a")), 413},
	} {
		resp, err := client.Post(url, "", c.body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, c.status, resp.StatusCode)
	}
}

func TestBodyThatStops(t *testing.T) {
	failed := make(chan error, 1)
	_, client, url := pair(t, Config{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			failed <- err
		}),
		Limits: Limits{BodyTime: 50 * time.Millisecond},
	})
	reader, writer := io.Pipe()
	go func() { _, _ = io.WriteString(writer, "some") }()
	resp, err := client.Post(url, "", reader)
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, <-failed)
	writer.Close()
}

func TestInterrupt(t *testing.T) {
	failed := make(chan error, 1)
	_, client, url := pair(t, Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reading := make(chan struct{})
		go func() {
			close(reading)
			_, err := io.Copy(io.Discard, r.Body)
			failed <- err
		}()
		<-reading
		r.Body.(interface{ Interrupt() }).Interrupt()
		require.Error(t, <-failed)
		w.WriteHeader(http.StatusTeapot)
	})})
	reader, writer := io.Pipe()
	defer writer.Close()
	resp, err := client.Post(url, "", reader)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusTeapot, resp.StatusCode)
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s, client, url := pair(t, Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	})})
	got := make(chan string, 1)
	go func() {
		resp, err := client.Get(url)
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		got <- string(text)
	}()
	<-entered
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(context.Background()) }()
	close(leave)
	require.Equal(t, "done", <-got)
	require.NoError(t, <-done)
}

// TestShutdownSaysGoodbye wants a GOAWAY frame on a connection that is idle.
func TestShutdownSaysGoodbye(t *testing.T) {
	s, _, url := pair(t, Config{Handler: http.HandlerFunc(echo)})
	nc, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(nc, http2.ClientPreface)
	require.NoError(t, err)
	framer := http2.NewFramer(nc, bufio.NewReader(nc))
	require.NoError(t, framer.WriteSettings())
	_, err = framer.ReadFrame() // the connection has begun
	require.NoError(t, err)
	said := false
	go func() { _ = s.Shutdown(context.Background()) }()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			break
		}
		if _, ok := frame.(*http2.GoAwayFrame); ok {
			said = true
			break
		}
	}
	require.True(t, said)
}

func TestStreamsAreBounded(t *testing.T) {
	_, _, url := pair(t, Config{Handler: http.HandlerFunc(echo), Limits: Limits{Streams: 7, Head: 20 << 10}})
	nc, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(nc, http2.ClientPreface)
	require.NoError(t, err)
	framer := http2.NewFramer(nc, bufio.NewReader(nc))
	require.NoError(t, framer.WriteSettings())
	frame, err := framer.ReadFrame()
	require.NoError(t, err)
	settings, ok := frame.(*http2.SettingsFrame)
	require.True(t, ok)
	streams, _ := settings.Value(http2.SettingMaxConcurrentStreams)
	require.Equal(t, uint32(7), streams)
	head, _ := settings.Value(http2.SettingMaxHeaderListSize)
	require.Less(t, head, uint32(32<<10))
}

func TestTooLateConnectionsAreClosed(t *testing.T) {
	s := New(Config{Handler: http.HandlerFunc(echo)})
	require.NoError(t, s.Close())
	one, other := net.Pipe()
	go s.ServeConn(one)
	_, err := other.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}
