package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// ErrUnavailable is wrapped by all errors of a Redis that does not answer, or not in time.
var ErrUnavailable = errors.New("redis is not available")

var (
	errClosed = fmt.Errorf("%w: the store is closed", ErrUnavailable)
	errBusy   = fmt.Errorf("%w: too many requests wait for it", ErrUnavailable)
	errSlow   = fmt.Errorf("%w: no answer in time", ErrUnavailable)
)

const (
	batchSize   = 64   // calls that one round trip carries
	maxWaiting  = 8192 // calls that wait for a server
	startWindow = 16   // calls that wait for a server that has just come back; each round trip doubles them
	maxFailures = 3    // round trips in a row that fail before calls are refused at once
)

// call is one run of a script.
type call interface {
	// abandoned says that nobody waits for the answer any more, and that nothing is lost when the call is not sent.
	abandoned() bool
	// prepare is called right before the call is sent, with the time (of Store.now) and Redis's (microseconds) after which
	// its answer is not waited for, 0 when that is not known.
	prepare(sh *shard, now, late int64) (script *script, keys []string, args []any)
	// answer is called once for each prepare, or in place of it when the call cannot be sent. Where it is abandoned before,
	// neither is.
	answer(sh *shard, sent int64, reply []int64, err error)
}

// shard is one server, with the calls that wait for it.
type shard struct {
	store  *Store
	client *redis.Client
	name   string

	// ahead is Redis's time (microseconds) less the store's, measured so that it is never too large.
	ahead atomic.Int64

	mu       sync.Mutex
	wake     sync.Cond
	queue    []call
	pending  int // in queue or under way
	window   int
	failures int
	down     error // not nil: calls are refused at once, and a prober runs
	closed   bool
}

func (s *Store) newShard(client *redis.Client) *shard {
	sh := &shard{store: s, client: client, name: client.Options().Addr, window: maxWaiting}
	sh.wake.L = &sh.mu
	for range workers {
		s.running.Go(sh.work)
	}
	return sh
}

// enqueue lets a call wait for its turn. With an error it is not answered.
func (sh *shard) enqueue(c call) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	switch {
	case sh.down != nil:
		return sh.down
	case sh.closed:
		return errClosed
	case sh.pending >= sh.window:
		return errBusy
	}
	sh.pending++
	sh.queue = append(sh.queue, c)
	sh.wake.Signal()
	return nil
}

// work sends what waits until the shard is closed. While all workers are under way calls collect, and then travel together.
func (sh *shard) work() {
	var batch []call
	for {
		batch = sh.next(batch[:0])
		if len(batch) == 0 {
			return
		}
		err := sh.send(batch)
		sh.outcome(len(batch), err)
		clear(batch)
	}
}

// next waits for calls to send. There are none when the shard is closed.
func (sh *shard) next(batch []call) []call {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for len(batch) == 0 {
		for len(sh.queue) == 0 {
			if sh.closed {
				return batch
			}
			sh.wake.Wait()
		}
		batch = sh.take(batch)
	}
	return batch
}

// take takes calls out of the queue until batch is full. Those that are abandoned are forgotten: a server that falls behind would
// work for nobody. mu is held.
func (sh *shard) take(batch []call) []call {
	n := 0
	for ; n < len(sh.queue) && len(batch) < batchSize; n++ {
		if sh.queue[n].abandoned() {
			sh.pending--
		} else {
			batch = append(batch, sh.queue[n])
		}
	}
	rest := copy(sh.queue, sh.queue[n:])
	clear(sh.queue[rest:])
	sh.queue = sh.queue[:rest]
	return batch
}

// sent is a call on its way.
type sent struct {
	call   call
	script *script
	keys   []string
	args   []any
	cmd    *redis.Cmd
}

// send makes one round trip, and a second one for scripts that Redis does not know yet. Its error is one of the server, not
// of a call.
func (sh *shard) send(batch []call) error {
	ctx, cancel := context.WithTimeout(sh.store.ctx, sh.store.config.Timeout)
	defer cancel()
	start := sh.store.now()
	late := int64(0)
	if ahead := sh.ahead.Load(); ahead != 0 {
		late = ahead + (start+int64(sh.store.config.Timeout))/1000
	}
	flight := make([]sent, len(batch))
	pipe := sh.client.Pipeline()
	for i, c := range batch {
		f := sent{call: c}
		f.script, f.keys, f.args = c.prepare(sh, start, late)
		f.cmd = pipe.EvalSha(ctx, f.script.hash, f.keys, f.args...)
		flight[i] = f
	}
	_, _ = pipe.Exec(ctx) // each command has its error
	sh.unknown(ctx, flight)
	var fault error
	answered := false
	for _, f := range flight {
		reply, err := sh.result(ctx, f)
		answered = answered || err == nil
		if err != nil {
			if isFault(err) {
				fault = err
			}
			err = fmt.Errorf("%w: %s: %w", ErrUnavailable, sh.name, err)
		}
		f.call.answer(sh, start, reply, err)
	}
	if answered {
		return nil
	}
	return fault
}

// unknown sends the text of scripts that Redis does not know.
func (sh *shard) unknown(ctx context.Context, flight []sent) {
	var pipe redis.Pipeliner
	for i, f := range flight {
		if redis.HasErrorPrefix(f.cmd.Err(), "NOSCRIPT") {
			if pipe == nil {
				pipe = sh.client.Pipeline()
			}
			flight[i].cmd = pipe.Eval(ctx, f.script.source, f.keys, f.args...)
		}
	}
	if pipe != nil {
		_, _ = pipe.Exec(ctx) // each command has its error
	}
}

// result is a call's answer. Where slots of a cluster have moved, the call has not run, and goes to where they are.
func (sh *shard) result(ctx context.Context, f sent) ([]int64, error) {
	reply, err := f.cmd.Int64Slice()
	if many := sh.store.many; many != nil && isMoved(err) {
		cmd := once{redis.NewCmd(ctx, evalArgs(f)...)}
		cmd.SetFirstKeyPos(3)
		_ = many.Process(ctx, cmd) // the command has the error
		reply, err = cmd.Int64Slice()
	}
	if err != nil {
		return nil, err
	}
	if len(reply) < 2 {
		return nil, errors.New("an answer of other scripts")
	}
	sh.ahead.Store(reply[0] - sh.store.now()/1000)
	return reply, nil
}

// once is a command that is not repeated when a connection breaks: it may have run.
type once struct{ *redis.Cmd }

// NoRetry is asked by the client.
func (once) NoRetry() bool { return true }

func evalArgs(f sent) []any {
	args := append(make([]any, 0, 3+len(f.keys)+len(f.args)), "eval", f.script.source, len(f.keys))
	for _, k := range f.keys {
		args = append(args, k)
	}
	return append(args, f.args...)
}

// isMoved says that a server of a cluster did not run a command because the key is elsewhere.
func isMoved(err error) bool {
	return err != nil && (redis.HasErrorPrefix(err, "MOVED") || redis.HasErrorPrefix(err, "ASK") || redis.HasErrorPrefix(err, "TRYAGAIN"))
}

// isFault says whether an error means that the server will not answer other calls either.
func isFault(err error) bool {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return true // the connection
	}
	return redis.IsMaxClientsError(err) || !redis.HasErrorPrefix(err, "WRONGTYPE") && !strings.HasPrefix(answer.Error(), "ERR") && !isMoved(err)
}

// outcome counts a round trip of n calls. Failures in a row make all calls fail at once, until a prober has been answered.
func (sh *shard) outcome(n int, err error) {
	sh.mu.Lock()
	sh.pending -= n
	if err == nil {
		sh.failures = 0
		sh.window = min(2*sh.window, maxWaiting)
		sh.mu.Unlock()
		return
	}
	if sh.failures++; sh.failures < maxFailures || sh.down != nil || sh.closed {
		sh.mu.Unlock()
		return
	}
	down := fmt.Errorf("%w: %s: %w", ErrUnavailable, sh.name, err)
	sh.down = down
	sh.window = startWindow
	waiting := sh.empty()
	sh.store.running.Go(sh.probe)
	sh.mu.Unlock()
	sh.store.config.Logger.Warn("redis does not answer", "server", sh.name, "error", err)
	sh.refuse(waiting, down) // sh.down may be nil again
}

// empty takes all that wait; mu is held.
func (sh *shard) empty() []call {
	waiting := sh.queue
	sh.queue = nil
	sh.pending -= len(waiting)
	return waiting
}

// refuse answers calls that were not sent.
func (sh *shard) refuse(waiting []call, err error) {
	for _, c := range waiting {
		c.answer(sh, 0, nil, err)
	}
}

// probe asks a server that is down, less and less often and never in step with other gateways, until it answers.
func (sh *shard) probe() {
	for wait := newBackoff(); ; {
		if !wait.sleep(sh.store.ctx) || sh.retired() {
			return
		}
		if err := sh.ping(); err != nil {
			sh.store.config.Logger.Debug("redis still does not answer", "server", sh.name, "error", err)
			continue
		}
		sh.mu.Lock()
		sh.down, sh.failures = nil, 0
		sh.mu.Unlock()
		sh.store.config.Logger.Info("redis answers again", "server", sh.name)
		return
	}
}

// ping asks for something that only a server that can be written to answers.
func (sh *shard) ping() error {
	ctx, cancel := context.WithTimeout(sh.store.ctx, sh.store.config.Timeout)
	defer cancel()
	if sh.store.many != nil {
		return sh.client.Ping(ctx).Err() // the gateways' set may be elsewhere
	}
	return sh.client.Eval(ctx, sh.store.scripts.nodes.source, []string{sh.store.nodesKey()}, sh.store.nodesArgs(false)...).Err()
}

// close refuses what waits and ends the workers.
func (sh *shard) close() {
	sh.mu.Lock()
	sh.closed = true
	waiting := sh.empty()
	sh.wake.Broadcast()
	sh.mu.Unlock()
	sh.refuse(waiting, errClosed)
}

// health is why calls are refused at once.
func (sh *shard) health() error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.down
}
