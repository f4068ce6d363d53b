package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gatewright/gatewright/runtime/limit"
)

var _ limit.Store = (*Store)(nil)

// closeTime is how long Close waits for what is given back.
const closeTime = 1500 * time.Millisecond

// Store keeps lines in Redis.
type Store struct {
	config  Config
	base    time.Time // long before all times of now
	scripts scripts
	only    *redis.Client        // standalone, or the master that sentinels name
	many    *redis.ClusterClient // or a cluster

	ctx     context.Context // ends with the store
	cancel  context.CancelFunc
	running sync.WaitGroup
	closing atomic.Bool
	away    atomic.Pointer[error] // why Redis has not been reached yet
	nodes   atomic.Int64
	handles atomic.Int64

	mu     sync.RWMutex
	shards map[*redis.Client]*shard

	activeMu sync.Mutex
	active   []*line // those with something to give back
	wake     chan struct{}
	waiters  sync.Pool
}

func newStore(config Config, single *redis.Client, many *redis.ClusterClient) *Store {
	s := &Store{config: config, scripts: newScripts(), only: single, many: many,
		shards: map[*redis.Client]*shard{}, wake: make(chan struct{}, 1)}
	s.base = s.wall().Add(-time.Hour)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.waiters.New = func() any { return &waiter{done: make(chan struct{}, 1)} }
	s.nodes.Store(1)
	if single != nil {
		s.shards[single] = s.newShard(single)
	}
	return s
}

// wall is the time of the clock.
func (s *Store) wall() time.Time {
	if s.config.Now != nil {
		return s.config.Now()
	}
	return time.Now()
}

// now is the time in nanoseconds since long ago; it does not go back.
func (s *Store) now() int64 {
	if s.config.Now != nil {
		return int64(s.config.Now().Sub(s.base))
	}
	return int64(time.Since(s.base)) // cheaper than time.Now: only the monotonic clock is read
}

// Line makes a line known; the handle is good until the store is closed. A line's name and tag may have any bytes.
func (s *Store) Line(spec limit.Line) limit.Shared {
	l := &line{store: s, quota: spec.Quota.Limit > 0}
	kind := "b"
	if l.quota {
		kind = "q"
	}
	l.tag = tagOf(spec.Tag)
	l.key = s.config.Prefix + ":{" + l.tag + "}:" + kind + ":" + shorten(spec.Name)
	l.lease = s.config.Node + "." + strconv.FormatInt(s.handles.Add(1), 36)
	l.flight.line = l
	l.Set(spec)
	return l
}

// Admit takes one from each of lines, or of none. Without an answer of Redis it ends with an error after Config.Wait, or at
// deadline if that is sooner; while Redis is known to be away, at once.
func (s *Store) Admit(deadline time.Time, lines []limit.Shared) (refused int, err error) {
	if s.closing.Load() {
		return 0, errClosed
	}
	switch s.config.Mode {
	case Exact:
		return s.admitExact(deadline, lines)
	case Local:
		return s.admitLocal(lines), nil
	default:
		return s.admitLeased(deadline, lines)
	}
}

// Return gives back what Admit took. It does not wait for Redis. What was taken of a quota before its period began anew is
// not given to the new one, as far as this gateway knows of it.
func (s *Store) Return(lines []limit.Shared) {
	switch s.config.Mode {
	case Exact:
		s.returnExact(lines)
	case Local:
		returnLocal(lines)
	default:
		for _, l := range lines {
			l.(*line).giveBack()
		}
	}
}

// Remembers says whether Redis keeps lines, rather than this gateway alone.
func (s *Store) Remembers() bool { return s.config.Mode != Local }

// Nodes is how many gateways have spoken to Redis in the last 5 seconds, as last seen; at least 1.
func (s *Store) Nodes() int { return int(s.nodes.Load()) }

// Healthy is nil while all servers in use answer; else the error says which does not, and why.
func (s *Store) Healthy() error {
	if s.closing.Load() {
		return errClosed
	}
	return s.health()
}

func (s *Store) health() error {
	if why := s.away.Load(); why != nil {
		return *why
	}
	for _, sh := range s.all() {
		if err := sh.health(); err != nil {
			return err
		}
	}
	return nil
}

// Close gives back what is leased and leaves the set of gateways. It ends within 2 seconds, also without Redis.
func (s *Store) Close() error {
	if s.closing.Swap(true) {
		return nil
	}
	s.settleAll()
	for _, sh := range s.all() {
		sh.close()
	}
	s.cancel()
	s.running.Wait()
	var err error
	if s.only != nil {
		err = s.only.Close()
	} else {
		err = s.many.Close()
	}
	if err != nil {
		return fmt.Errorf("closing the connections to redis: %w", err)
	}
	return nil
}

// all is the servers in use.
func (s *Store) all() []*shard {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*shard, 0, len(s.shards))
	for _, sh := range s.shards {
		all = append(all, sh)
	}
	return all
}

// shardFor is the server that has a key.
func (s *Store) shardFor(key string) (*shard, error) {
	if why := s.away.Load(); why != nil {
		return nil, *why
	}
	client := s.only
	if client == nil {
		var err error
		if client, err = s.many.MasterForKey(s.ctx, key); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	s.mu.RLock()
	sh := s.shards[client]
	s.mu.RUnlock()
	if sh == nil {
		sh = s.addShard(client)
	}
	return sh, nil
}

// addShard makes a server of a cluster known, when a key is first asked of it. Those that are no masters any more are left.
func (s *Store) addShard(client *redis.Client) *shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[client]
	if sh != nil {
		return sh
	}
	if s.closing.Load() {
		return &shard{store: s, client: client, closed: true} // without workers, which Close waits for
	}
	sh = s.newShard(client)
	s.shards[client] = sh
	if len(s.shards) > 1 {
		s.running.Go(s.leaveOld)
	}
	return sh
}

// leaveOld ends what served masters that the cluster does not have any more.
func (s *Store) leaveOld() {
	for _, sh := range s.all() {
		sh.retired()
	}
}

// retired ends a shard whose server is no master of the cluster any more, as far as the cluster can be asked.
func (sh *shard) retired() bool {
	s := sh.store
	if s.many == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(s.ctx, dialTimeout(s.config.Timeout))
	defer cancel()
	var mu sync.Mutex
	found := false
	err := s.many.ForEachMaster(ctx, func(_ context.Context, client *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		found = found || client == sh.client
		return nil
	})
	if err != nil || found {
		return false
	}
	s.mu.Lock()
	delete(s.shards, sh.client)
	s.mu.Unlock()
	sh.close()
	return true
}
