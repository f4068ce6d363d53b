package fast

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/gatewright/gatewright/runtime/internal/whole"
)

// Sizes of a busy connection's buffers, and what it may keep of larger bodies between requests.
const (
	readBuffer  = 4 << 10
	writeBuffer = 8 << 10
	keepBody    = 64 << 10
)

// manyWorkers is how many connections may wait for their next request with their buffers at hand. Beyond it an idle
// one gives them back at once: a burst of ten thousand connections would otherwise hold, and keep in the heap, more
// than a hundred megabytes for clients that may never come back. Below it the time that parking takes is saved.
const manyWorkers = 1024

// worker is everything a connection needs while it is busy. Idle connections have none.
type worker struct {
	conn *conn
	ctx  fasthttp.RequestCtx
	head head
	body body

	direct   whole.Answer // what the gateway answers past ctx.Response
	date     []byte       // the Date field's line, as of the second dateUnix
	dateUnix int64

	br *bufio.Reader
	bw *bufio.Writer

	small *bufio.Reader // br, but for a connection with a large head

	// Of burst, which waits for the socket between requests rather than reads it in vain.
	step    func(fd uintptr) bool // w.burst, bound once: binding it allocates
	verdict verdict
	resumed bool // the wait for this head began in burst, and its limit with it
	fresh   bool // nothing of this request was read together with the one before

	interim sync.Mutex // guards silent and the writing of interim answers
	silent  bool
}

func newWorker(s *Server) *worker {
	br := bufio.NewReaderSize(nil, readBuffer)
	w := &worker{br: br, small: br, bw: bufio.NewWriterSize(nil, writeBuffer)}
	w.step = w.burst
	return w
}

func (s *Server) acquire(c *conn) *worker {
	s.busy.Add(1)
	w := s.workers.Get().(*worker)
	w.conn = c
	c.sock.worker = w
	w.br.Reset(c.nc)
	w.bw.Reset(c.nc)
	w.ctx.Init2(c.nc, logger{s.cfg.Logger}, false)
	return w
}

func (s *Server) giveBack(w *worker) {
	s.busy.Add(-1)
	w.conn.sock.worker, w.conn = nil, nil
	w.direct.Body = w.direct.Body[:0]
	if cap(w.direct.Body) > keepBody {
		w.direct.Body = nil
	}
	w.br = w.small
	w.br.Reset(nil)
	w.bw.Reset(nil)
	w.body = body{}
	s.workers.Put(w)
}

// serveBlocking serves requests one after the other, each read as it comes.
func (w *worker) serveBlocking() verdict {
	for {
		if v := w.next(); v != keep {
			return v
		}
	}
}

// bodyHere says whether the request's body, if it has one, is in the buffer whole and wants no special treatment.
func (w *worker) bodyHere() bool {
	if w.head.chunked || w.head.expect {
		return false
	}
	return w.head.length <= 0 || int64(w.br.Buffered()) >= int64(w.head.size)+w.head.length
}

// next serves one request.
func (w *worker) next() verdict {
	status, v := w.readHead()
	if v != keep {
		return v
	}
	if status != 0 {
		return w.refuse(status)
	}
	if w.head.preface {
		_, overTLS := w.conn.nc.(*secured) // there HTTP/2 is agreed on in the handshake (RFC 9113 section 3.2)
		if overTLS || w.conn.sock.srv.cfg.HTTP2 == nil {
			return w.refuse(http.StatusBadRequest)
		}
		return switchProtocol
	}
	if w.conn.sock.inside && !w.bodyHere() {
		return blocking
	}
	w.ctx.Request.Header.DisableNormalizing()
	w.ctx.Response.Header.DisableNormalizing()
	w.ctx.Response.Header.SetNoDefaultContentType(true)
	if err := w.ctx.Request.Header.Read(w.br); err != nil {
		return w.refuse(http.StatusBadRequest)
	}
	w.conn.sock.enter(phaseFree)
	whole, status := w.openBody()
	if status != 0 {
		return w.refuse(status)
	}
	isHead := w.ctx.IsHead() // before the handler may say otherwise
	w.handle()
	w.ctx.Response.SkipBody = w.ctx.Response.SkipBody || isHead
	return w.answer(whole)
}

// readHead waits for a whole head and judges it. The status is that of a refusal.
func (w *worker) readHead() (int, verdict) {
	c := w.conn
	if c.used && !w.resumed {
		c.sock.enter(phaseIdle)
	}
	w.head.reset()
	if w.fresh = w.br.Buffered() == 0; w.fresh {
		if v := w.await(); v != keep {
			return 0, v
		}
	}
	if !w.resumed {
		c.sock.enter(phaseHead)
	}
	w.skipEmptyLine()
	for {
		b, _ := w.br.Peek(w.br.Buffered()) // what is buffered is there
		if status := w.head.scan(b); status != 0 {
			return status, keep
		}
		if w.head.size > 0 {
			return 0, keep
		}
		if len(b) == w.br.Size() && !w.grow() {
			return w.tooLarge(), keep
		}
		if _, err := w.br.Peek(len(b) + 1); err != nil {
			return headError(err, len(b))
		}
	}
}

// headError says how a head that breaks off is answered, if at all.
func headError(err error, received int) (int, verdict) {
	switch {
	case err == errAgain:
		return 0, blocking
	case received == 0:
		return 0, finish
	case isTimeout(err):
		return http.StatusRequestTimeout, keep
	case err == io.EOF:
		return http.StatusBadRequest, keep
	default:
		return 0, finish
	}
}

// await waits for a request's first byte.
func (w *worker) await() verdict {
	c := w.conn
	if c.used && !c.woken && c.sock.srv.busy.Load() > manyWorkers {
		return park
	}
	c.woken = false
	_, err := w.br.Peek(1)
	switch err {
	case nil:
		return keep
	case errPark:
		return park
	case errAgain:
		return again
	default:
		return finish
	}
}

// skipEmptyLine takes one empty line before a request (RFC 9112 section 2.2).
func (w *worker) skipEmptyLine() {
	if b, _ := w.br.Peek(min(2, w.br.Buffered())); string(b) == "\r\n" {
		_, _ = w.br.Discard(2) // they are buffered
	}
}

// grow gives the head a buffer of the largest size allowed, for as long as this worker serves the connection.
func (w *worker) grow() bool {
	if w.br != w.small || w.conn.sock.srv.cfg.Limits.Head <= w.small.Size() {
		return false
	}
	w.br = bufio.NewReaderSize(w.small, w.conn.sock.srv.cfg.Limits.Head)
	_, _ = w.br.Peek(w.small.Buffered()) // moves them from one buffer to the other
	return true
}

func (w *worker) tooLarge() int {
	if w.head.scanned == 0 {
		return http.StatusRequestURITooLong
	}
	return http.StatusRequestHeaderFieldsTooLarge
}

// openBody makes the body readable: whole where it fits the buffer, which costs no copy, else as a stream.
func (w *worker) openBody() (whole int, status int) {
	w.conn.sock.bodyWaited, w.conn.sock.bodyBytes = 0, 0
	limit := w.conn.sock.srv.cfg.Limits.Body
	if limit > 0 && w.head.length > limit {
		return 0, http.StatusRequestEntityTooLarge
	}
	switch {
	case w.head.chunked:
		if b, _ := w.br.Peek(w.br.Buffered()); brokenChunks(b) { // what is buffered is there
			return 0, http.StatusBadRequest
		}
		w.body = body{br: w.br, sock: w.conn.sock, chunked: true, max: limit}
	case w.head.length <= 0:
		return 0, 0
	case w.head.length <= int64(w.br.Size()) && !w.head.expect:
		return w.wholeBody(int(w.head.length))
	default:
		w.body = body{br: w.br, sock: w.conn.sock, left: w.head.length}
	}
	if w.head.expect {
		w.body.proceed, w.silent = w.proceed, false
	}
	w.ctx.Request.SetBodyStream(&w.body, int(w.head.length))
	return 0, 0
}

func (w *worker) wholeBody(size int) (int, int) {
	b, err := w.br.Peek(size)
	if err != nil {
		return 0, bodyError(err).status
	}
	w.ctx.Request.SetBodyRaw(b)
	return size, 0
}

// proceed asks the client for the body it holds back, unless the answer is on its way already.
func (w *worker) proceed() error {
	w.interim.Lock()
	defer w.interim.Unlock()
	if w.silent {
		return errInterrupted
	}
	_, err := w.conn.nc.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	return err
}

// noMoreInterim lets no interim answer out from here on.
func (w *worker) noMoreInterim() {
	w.interim.Lock()
	w.silent = true
	w.interim.Unlock()
}

// handle calls the gateway; a panic costs one request, not the process.
func (w *worker) handle() {
	defer func() {
		if r := recover(); r != nil {
			w.direct.Set = false
			w.conn.sock.srv.cfg.Logger.Error("panic while serving a request", "panic", r, "stack", string(debug.Stack()))
			w.ctx.Response.Reset()
			w.ctx.Response.Header.SetNoDefaultContentType(true)
			w.conn.sock.srv.cfg.Refuse(&w.ctx, http.StatusInternalServerError)
			w.ctx.SetConnectionClose()
		}
	}()
	cfg := &w.conn.sock.srv.cfg
	if cfg.Watch.Looking() && w.late() {
		cfg.Shed(&w.ctx)
		return
	}
	cfg.Handler(&w.ctx)
}

// refuse answers a request that does not reach the handler.
func (w *worker) refuse(status int) verdict {
	srv := w.conn.sock.srv
	srv.refused.Add(1)
	w.ctx.Request.Reset()
	w.ctx.Response.Reset()
	w.ctx.Response.Header.DisableNormalizing()
	w.ctx.Response.Header.SetNoDefaultContentType(true)
	srv.cfg.Refuse(&w.ctx, status)
	w.ctx.Response.Header.SetConnectionClose()
	err := w.ctx.Response.Write(w.bw)
	if err == nil {
		err = w.bw.Flush()
	}
	w.reset()
	if err != nil {
		return finish
	}
	return linger
}

// refusePlain is the answer of a server that was not told another one.
func refusePlain(ctx *fasthttp.RequestCtx, status int) {
	ctx.Response.SetStatusCode(status)
	ctx.Response.Header.SetContentType("application/json")
	ctx.Response.SetBodyString(`{"message":` + strconv.Quote(http.StatusText(status)) + `}`)
}

// reset prepares the context for the next request and lets go of what a large one left.
func (w *worker) reset() {
	w.ctx.Request.ReleaseBody(keepBody)
	w.ctx.Response.ReleaseBody(keepBody)
	w.ctx.Request.Reset()
	w.ctx.Response.Reset()
}

// linger lets the client read the answer: closing while it still sends would reset the connection and take the
// answer away.
func (w *worker) linger() {
	if err := w.conn.closeWrite(); err != nil {
		return
	}
	if w.conn.sock.interrupted.Swap(false) {
		if err := w.conn.sock.SetReadDeadline(time.Time{}); err != nil {
			return
		}
	}
	w.conn.sock.enter(phaseLinger)
	for left := w.conn.sock.srv.cfg.Limits.LingerBytes; left > 0; {
		if _, err := w.br.Peek(1); err != nil {
			return
		}
		n, err := w.br.Discard(w.br.Buffered())
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

// unread returns a copy of what is buffered.
func (w *worker) unread() []byte {
	b, _ := w.br.Peek(w.br.Buffered()) // it is buffered
	return bytes.Clone(b)
}

// logger gives fasthttp's own messages to the gateway's log.
type logger struct{ to *slog.Logger }

// Printf implements fasthttp.Logger.
func (l logger) Printf(format string, args ...any) {
	l.to.Debug(fmt.Sprintf(format, args...))
}
