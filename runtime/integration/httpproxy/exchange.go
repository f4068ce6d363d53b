package httpproxy

import (
	"bytes"
	"errors"
	"io"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/http1"
	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

// kind is how a request and its answer are passed on.
type kind uint8

const (
	proxying   kind = iota // HTTP_PROXY
	forwarding             // a plain document
	invoking               // HTTP
	serving                // AWS
)

// inlineBody is the size up to which a body that is at hand is sent together with the head.
const inlineBody = 32 << 10

// stall is how long a body that passes through may stand still.
const stall = 5 * time.Minute

// exchange is one request to an upstream with its answer. Where the answer is streamed it is the answer's body, and
// lives until that is written.
type exchange struct {
	up   *Upstream
	c    *gw.Ctx
	out  *gw.Outbound
	kind kind

	method   string
	path     string // path and query behind the target's base
	signer   Signer // nil: the request is not signed
	now      time.Time
	deadline time.Time // of the answer's head, or of the whole answer when invoking

	whole  []byte    // the body, where it is at hand
	stream io.Reader // the body, where it is not
	size   int64     // of the body; -1: unknown
	upload upload
	memory bytes.Reader // whole as a stream

	t        *target
	pool     *wire.Pool // of t, that conn belongs to
	conn     *wire.Conn
	attempts int // further attempts made

	length  int64 // of the answer's body: http1.Chunked, http1.UntilClose, or bytes that are still to come
	chunks  http1.Chunks
	inChunk int    // bytes of the running chunk that have come and were not read
	prefix  []byte // read already
	broken  bool
	passing bool // the body passes on, so that it may take its time
}

// begin makes an exchange for out, whose target is the path and query there.
func (u *Upstream) begin(c *gw.Ctx, out *gw.Outbound, target string, kind kind) (*exchange, gw.Fault) {
	if f := out.Fault(); f != gw.OK {
		return nil, f
	}
	path, ok := requestPath(target)
	if !ok {
		return nil, gw.APIConfigurationError
	}
	if limit := u.cfg.MaxConcurrent; limit > 0 && u.busy.Add(1) > int64(limit) {
		u.busy.Add(-1)
		return nil, gw.ServiceUnavailable
	}
	x := u.idle.Get().(*exchange)
	x.up, x.c, x.out, x.kind = u, c, out, kind
	x.method, x.path, x.now = out.Method(), path, time.Now()
	if limit := out.Timeout(); limit > 0 {
		x.deadline = x.now.Add(limit)
	}
	if f := x.openBody(); f != gw.OK {
		x.end(false)
		return nil, f
	}
	return x, gw.OK
}

// requestPath is the path and query of a request line; without a path it is the root's.
func requestPath(target string) (string, bool) {
	switch {
	case !validTarget(target):
		return "", false
	case target == "":
		return "/", true
	case target[0] == '/':
		return target, true
	case target[0] == '?':
		return "/" + target, true
	default:
		return "", false
	}
}

// openBody finds the body to send. Amazon's gateway sends none with methods that have no use for one (rest.md,
// section 8).
func (x *exchange) openBody() gw.Fault {
	if x.kind != forwarding && bodiless(x.method) {
		return gw.OK
	}
	if body, set := x.out.Body(); set {
		x.whole, x.size = body, int64(len(body))
		return gw.OK
	}
	if x.alone() && !x.out.Through() {
		return gw.OK
	}
	var f gw.Fault
	if x.whole, x.stream, x.size, f = x.c.RequestBody(); f == gw.OK && x.kind == serving && x.size < 0 {
		x.stream = nil // services want to know how much comes
		x.whole, f = x.c.Body()
		x.size = int64(len(x.whole))
	}
	return f
}

func bodiless(method string) bool {
	return method == "GET" || method == "HEAD" || method == "OPTIONS"
}

// alone reports whether nothing of the client's goes on but what is mapped.
func (x *exchange) alone() bool { return x.kind >= invoking }

// hasBody reports whether there is a body to send.
func (x *exchange) hasBody() bool { return x.stream != nil || len(x.whole) > 0 }

// run sends the request until there is an answer to pass on: its head is read then.
func (x *exchange) run() gw.Fault {
	u := x.up
	targets := u.set.Load()
	if len(targets.targets) == 0 {
		return gw.APIConfigurationError
	}
	if u.cfg.Retries.Attempts > 0 {
		u.budget.request()
	}
	key, clock := x.hashKey(), x.now
	if len(targets.targets) > 1 {
		clock = u.core.Now()
	}
	var tried *target
	for fresh := false; ; {
		if !fresh {
			x.t = u.pick(targets, clock, key, tried)
		}
		err := x.attempt(fresh)
		if err == nil && !x.settled(clock) {
			x.drop()
		} else if err == nil {
			return gw.OK
		} else if !fresh && x.conn != nil && x.stale(err, x.conn) {
			x.drop()
			fresh = true
			continue
		} else if !x.failed(err, clock) {
			return x.fault(err)
		}
		x.attempts++
		tried, fresh = x.t, false
	}
}

// settled judges an answer, and reports whether it is the one to pass on.
func (x *exchange) settled(clock time.Time) bool {
	status := x.conn.Head.Status
	if !failingStatus(status) {
		x.t.succeeded()
	} else {
		x.up.failed(x.t, clock)
	}
	return !x.againAfter(status)
}

// failed gives the connection up after err, and reports whether there is another attempt.
func (x *exchange) failed(err error, clock time.Time) bool {
	again := x.again(err, x.conn)
	x.drop()
	if x.upload.client != nil || errors.Is(err, wire.ErrAbandoned) {
		return false // not the backend's fault
	}
	x.up.failed(x.t, clock)
	if again {
		return true
	}
	if unsaid, ok := x.t.warn(x.now); ok {
		x.up.core.Logger().Warn("no answer from a backend", "upstream", x.up.cfg.Name, "target", x.t.url, "error", err, "unsaid", unsaid)
	}
	return false
}

// fault is how err is told to the client (rest.md, section 8). That a host without an address is a mistake of the
// configuration is Amazon's view; to plain documents it is one more backend that cannot be reached.
func (x *exchange) fault(err error) gw.Fault {
	switch {
	case x.upload.client != nil:
		return x.c.BodyFault(x.upload.client)
	case errors.Is(err, wire.ErrAbandoned):
		return gw.Aborted
	case errors.Is(err, wire.ErrTimeout):
		return gw.IntegrationTimeout
	case errors.Is(err, wire.ErrAddress) && x.kind != forwarding:
		return gw.APIConfigurationError
	default:
		return gw.IntegrationFailure
	}
}

// attempt sends the request to x.t and reads the answer's head.
func (x *exchange) attempt(fresh bool) error {
	x.t.busy.Add(1)
	x.pool = x.t.poolFor(x.c)
	conn, err := x.pool.Get(x.now, x.deadline, fresh)
	if err != nil {
		x.t.busy.Add(-1)
		return err
	}
	x.conn = conn
	if !x.repeatable() {
		conn.Verify()
	}
	if watcher, ok := x.c.RequestCtx().Conn().(wire.Watcher); ok {
		conn.Watch(watcher)
	}
	if conn.Out, err = x.appendRequest(conn.Out[:0]); err != nil {
		return err
	}
	if x.stream != nil || len(x.whole) > inlineBody {
		return x.sendLong()
	}
	conn.Out = append(conn.Out, x.whole...)
	return conn.Exchange(x.now, x.deadline)
}

// drop gives up the connection with what is under way on it.
func (x *exchange) drop() {
	x.giveBack(false)
}

// giveBack gives the connection back; keep says that the answer was read to its end.
func (x *exchange) giveBack(keep bool) {
	if x.conn == nil {
		return
	}
	if x.upload.begun() {
		x.upload.stop()
		keep = keep && x.upload.complete
	}
	if x.method == "HEAD" {
		x.conn.Suspect()
	}
	x.pool.Put(x.conn, x.now, keep)
	x.t.busy.Add(-1)
	x.conn = nil
}

// end gives the exchange back to its upstream.
func (x *exchange) end(keep bool) {
	x.giveBack(keep)
	u := x.up
	if u.cfg.MaxConcurrent > 0 {
		u.busy.Add(-1)
	}
	prefix := x.prefix[:0]
	if cap(prefix) > bufferSize {
		prefix = nil
	}
	*x = exchange{prefix: prefix}
	u.idle.Put(x)
}

// hashKey is what Hash keeps together.
func (x *exchange) hashKey() string {
	if x.up.cfg.Balance != Hash {
		return ""
	}
	switch on := x.up.cfg.HashOn; on {
	case "client-ip":
		return x.c.ClientAddr()
	case "path":
		return x.path
	default:
		name := on[len("header:"):]
		for _, f := range x.c.Fields() {
			if equalFold(f.Name, name) {
				return f.Value
			}
		}
		return ""
	}
}
