package fast

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// answer writes the response and says how it goes on.
func (w *worker) answer(whole int) verdict {
	resp := &w.ctx.Response
	if w.head.expect {
		w.noMoreInterim()
	}
	after := keep
	early := resp.Header.ConnectionClose() // the handler may still read the body while the answer goes out
	if !early {
		after = w.afterBody()
	}
	if early || w.head.close || w.untilClose() || w.conn.sock.srv.draining.Load() {
		after = max(after, finish)
	}
	if w.direct.Set {
		w.direct.Set = false
		return w.answered(whole, after, early)
	}
	if after != keep {
		resp.Header.Del("Connection") // the handler's word that it stays open
		resp.Header.SetConnectionClose()
	} else if w.head.old {
		resp.Header.Set("Connection", "keep-alive")
	}
	if err := w.write(); err != nil {
		w.reset()
		return finish
	}
	if early {
		after = max(after, w.afterBody())
	}
	if whole > 0 {
		_, _ = w.br.Discard(whole) // they are buffered
	}
	if after == keep {
		after = w.drain()
	}
	w.reset()
	w.conn.used = true
	return after
}

// answered writes a direct answer and says how it goes on.
func (w *worker) answered(size int, after verdict, early bool) verdict {
	if err := w.writeDirect(after == keep); err != nil {
		w.reset()
		return finish
	}
	if early {
		after = max(after, w.afterBody())
	}
	if size > 0 {
		_, _ = w.br.Discard(size) // they are buffered
	}
	if after == keep {
		after = w.drain()
	}
	w.reset()
	w.conn.used = true
	return after
}

// writeDirect writes a direct answer, its fields in the order in which fasthttp writes a response.
func (w *worker) writeDirect(stays bool) error {
	a := &w.direct
	b := w.bw.AvailableBuffer()
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(a.Status), 10)
	b = append(append(b, ' '), fasthttp.StatusMessage(a.Status)...)
	b = append(b, "\r\n"...)
	b = append(b, w.dateLine()...)
	if len(a.Type) > 0 {
		b = append(append(append(b, "Content-Type: "...), a.Type...), "\r\n"...)
	}
	b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(a.Body)), 10)
	switch {
	case !stays:
		b = append(b, "\r\nConnection: close\r\n"...)
	case a.Alive:
		b = append(b, "\r\nConnection: keep-alive\r\n"...)
	default:
		b = append(b, "\r\n"...)
	}
	b = append(append(b, a.Fields...), "\r\n"...)
	if _, err := w.bw.Write(b); err != nil {
		return err
	}
	if _, err := w.bw.Write(a.Body); err != nil {
		return err
	}
	return w.bw.Flush()
}

// dateLine is the Date field of an answer that is written now.
func (w *worker) dateLine() []byte {
	now := time.Now()
	if unix := now.Unix(); unix != w.dateUnix {
		w.dateUnix = unix
		w.date = append(w.date[:0], "Date: "...)
		w.date = append(now.UTC().AppendFormat(w.date, http.TimeFormat), "\r\n"...)
	}
	return w.date
}

// afterBody says whether the connection survives a request whose body was not read to its end.
func (w *worker) afterBody() verdict {
	unread := w.ctx.Request.IsBodyStream() && !w.body.done
	switch {
	case !unread:
		return keep
	case w.body.err != nil, w.body.proceed != nil, w.conn.sock.interrupted.Load(): // nobody knows what the client's next bytes mean
		return linger
	case !w.body.chunked && w.body.left > w.conn.sock.srv.cfg.Limits.LingerBytes:
		return linger
	default:
		return keep
	}
}

// write writes the response and flushes it, also when a further request is here already: that one may take long.
func (w *worker) write() error {
	resp := &w.ctx.Response
	var err error
	if w.untilClose() {
		err = w.writeUntilClose()
	} else {
		err = resp.Write(w.bw)
	}
	if err == nil {
		err = w.bw.Flush()
	}
	return err
}

// drain reads what is left of a body that the handler did not want.
func (w *worker) drain() verdict {
	if !w.ctx.Request.IsBodyStream() || w.body.done {
		return keep
	}
	limit := w.conn.sock.srv.cfg.Limits.LingerBytes
	if _, err := io.Copy(io.Discard, io.LimitReader(&w.body, limit)); err != nil || !w.bodyEnds() {
		return linger
	}
	return keep
}

// bodyEnds says whether the body's end is all that was left of it.
func (w *worker) bodyEnds() bool {
	var b [1]byte
	_, err := w.body.Read(b[:])
	return err == io.EOF
}

// untilClose says that the answer's end can only be told by closing the connection.
func (w *worker) untilClose() bool {
	return w.head.old && w.ctx.Response.IsBodyStream() && w.ctx.Response.Header.ContentLength() < 0
}

// writeUntilClose writes a body of unknown length for HTTP/1.0, which knows no chunks: its end is the connection's.
func (w *worker) writeUntilClose() error {
	resp := &w.ctx.Response
	resp.Header.Del("Transfer-Encoding")
	resp.Header.SetContentLength(-2)
	if err := resp.Header.Write(w.bw); err != nil {
		return err
	}
	var err error
	if !resp.SkipBody {
		_, err = io.Copy(flusher{w.bw}, onlyReader{resp.BodyStream()})
	}
	if closeErr := resp.CloseBodyStream(); err == nil {
		err = closeErr
	}
	return err
}

// flusher lets every piece go out as it comes.
type flusher struct{ bw *bufio.Writer }

func (f flusher) Write(b []byte) (int, error) {
	n, err := f.bw.Write(b)
	if err == nil {
		err = f.bw.Flush()
	}
	return n, err
}

// onlyReader hides a WriterTo.
type onlyReader struct{ io.Reader }
