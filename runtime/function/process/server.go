package process

import (
	"bufio"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
)

// Bounds of what a process may do with its API.
const (
	longestHead     = 64 << 10
	mostConnections = 16
)

// server serves the API of one process. It is less than net/http's: it reads with that one's parser, and answers a request
// before it looks for the next one, which takes half the time.
type server struct {
	listener net.Listener
	serve    func(*http.Request) reply

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
	work   sync.WaitGroup
}

func newServer(listener net.Listener, serve func(*http.Request) reply) *server {
	s := &server{listener: listener, serve: serve, conns: map[net.Conn]bool{}}
	s.work.Go(s.accept)
	return s
}

// accept takes connections until the server is closed.
func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed || len(s.conns) == mostConnections {
			s.mu.Unlock()
			conn.Close()
			continue
		}
		s.conns[conn] = true
		s.work.Go(func() { s.speak(conn) })
		s.mu.Unlock()
	}
}

// speak serves one connection.
func (s *server) speak(conn net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
		conn.Close()
	}()
	limited := &io.LimitedReader{R: conn}
	from := bufio.NewReaderSize(limited, 16<<10)
	var out []byte
	for {
		limited.N = longestHead
		request, err := http.ReadRequest(from)
		if err != nil {
			return
		}
		limited.N = math.MaxInt64
		if request.Header.Get("Expect") != "" {
			if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
				return
			}
		}
		answer := s.serve(request)
		out = answer.append(out[:0])
		if _, err := conn.Write(out); err != nil || request.Close {
			return
		}
		if _, err := io.CopyN(io.Discard, request.Body, longestHead); err != io.EOF {
			return // a body that was refused, and is too long to be read to its end
		}
	}
}

// append writes the answer behind b.
func (r reply) append(b []byte) []byte {
	b = append(append(b, "HTTP/1.1 "...), strconv.Itoa(r.status)...)
	b = append(append(append(b, ' '), http.StatusText(r.status)...), "\r\nContent-Type: application/json\r\n"...)
	for _, line := range r.headers {
		b = append(append(b, line...), "\r\n"...)
	}
	b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(r.body)), 10)
	return append(append(b, "\r\n\r\n"...), r.body...)
}

// close ends all connections and waits until nothing is served any more.
func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	s.listener.Close()
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}
