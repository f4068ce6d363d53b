package transcripts

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// backend is a scripted HTTP server: it answers what the current exchange says and keeps what it gets.
type backend struct {
	listener net.Listener

	mu       sync.Mutex
	replies  []string
	received []*message
	failure  error
	progress chan struct{} // closed and renewed whenever the client has got more
	seen     []byte        // what the client has got of the response's body
}

const defaultReply = "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"ok\":true}\n"

// startBackend listens on a free port.
func startBackend() (*backend, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &backend{listener: listener, progress: make(chan struct{})}
	go b.accept()
	return b, nil
}

func (b *backend) address() string { return b.listener.Addr().String() }

// begin prepares the answers of the next exchange.
func (b *backend) begin(replies []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replies, b.received, b.failure, b.seen = replies, nil, nil, nil
}

// end returns what the backend has got since begin.
func (b *backend) end() ([]*message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.received, b.failure
}

// clientSaw is told what the client has got of the response's body so far.
func (b *backend) clientSaw(body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = body
	close(b.progress)
	b.progress = make(chan struct{})
}

func (b *backend) accept() {
	for {
		connection, err := b.listener.Accept()
		if err != nil {
			return
		}
		go b.serve(connection)
	}
}

// serve answers the requests of one connection.
func (b *backend) serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		request, err := readMessage(reader, false, nil)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
				b.fail(fmt.Errorf("the backend cannot read what it gets: %w", err))
			}
			return
		}
		if request.broken != "" {
			return // whoever sends it gave up: it was never a request
		}
		reply := b.take(request)
		again, err := b.answer(connection, request, reply)
		if err != nil {
			b.fail(err)
		}
		if !again || err != nil {
			return
		}
	}
}

// take records a request and gives the reply to it.
func (b *backend) take(request *message) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.received = append(b.received, request)
	if len(b.replies) == 0 {
		return defaultReply
	}
	reply := b.replies[0]
	b.replies = b.replies[1:]
	return reply
}

func (b *backend) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = errors.Join(b.failure, err)
}

// answer sends a reply and reports whether the connection goes on.
func (b *backend) answer(connection net.Conn, request *message, reply string) (again bool, err error) {
	directive, rest, _ := strings.Cut(reply, "\n")
	switch directive {
	case "!silence":
		_, err := io.Copy(io.Discard, connection) // until the gateway gives up
		return false, ignoreReset(err)
	case "!reset":
		return false, connection.(*net.TCPConn).SetLinger(0)
	case "!stream":
		return false, b.stream(connection, rest)
	case "!close":
		reply = rest
	}
	bytesOut, err := wire(reply, directive != "!close")
	if err != nil {
		return false, err
	}
	if strings.HasPrefix(request.start, "HEAD ") {
		head, _, _ := bytes.Cut(bytesOut, []byte("\r\n\r\n"))
		bytesOut = append(head, "\r\n\r\n"...)
	}
	_, err = connection.Write(bytesOut)
	return directive != "!close", ignoreReset(err)
}

// stream sends the reply's parts as chunks, each after the client has got the one before.
func (b *backend) stream(connection net.Conn, reply string) error {
	head, body, _ := strings.Cut(reply, "\n\n")
	if _, err := io.WriteString(connection, strings.ReplaceAll(head, "\n", "\r\n")+"\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
		return ignoreReset(err)
	}
	sent := ""
	for part := range strings.SplitSeq(body, "!wait\n") {
		b.waitFor(sent)
		sent += part
		if _, err := fmt.Fprintf(connection, "%x\r\n%s\r\n", len(part), part); err != nil {
			return ignoreReset(err)
		}
	}
	_, err := io.WriteString(connection, "0\r\n\r\n")
	return ignoreReset(err)
}

// waitFor waits until the client has got the text. If it never does, the exchange's own deadline ends the test.
func (b *backend) waitFor(text string) {
	for {
		b.mu.Lock()
		done, progress := len(b.seen) >= len(text), b.progress
		b.mu.Unlock()
		if done {
			return
		}
		<-progress
	}
}

// ignoreReset drops the error of a peer that went away, which the gateway may do.
func ignoreReset(err error) error {
	if err == nil || errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "broken pipe") {
		return nil
	}
	return err
}
