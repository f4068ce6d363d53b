package live

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// store is a shared store that refills nothing, so that what it lets pass is a burst or a quota.
type store struct {
	mu    sync.Mutex
	lines map[string]*kept
	away  error
}

type kept struct {
	of   *store
	line limit.Line
	used int64
}

func (s *store) Line(line limit.Line) limit.Shared {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := line.Name + "/" + line.Tag
	if s.lines[name] == nil {
		s.lines[name] = &kept{of: s, line: line}
	}
	return s.lines[name]
}

func (s *store) Admit(_ time.Time, lines []limit.Shared) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return 0, s.away
	}
	for i, line := range lines {
		if k := line.(*kept); k.used >= max(k.line.Rate.Burst, k.line.Quota.Limit) {
			return i, nil
		}
	}
	for _, line := range lines {
		line.(*kept).used++
	}
	return -1, nil
}

func (s *store) Return(lines []limit.Shared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range lines {
		line.(*kept).used--
	}
}

func (s *store) Nodes() int       { return 3 }
func (s *store) Remembers() bool  { return true }
func (s *store) ModeName() string { return "exact" }
func (s *store) Close() error     { return nil }

func (s *store) Healthy() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

func (k *kept) Set(line limit.Line) {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	k.line.Rate, k.line.Quota = line.Rate, line.Quota
}

func (k *kept) Used(time.Time) int64 {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	return k.used
}

func opens(s *store) gw.Option {
	return gw.WithStore(func(*gw.Core, []limit.Policy) (limit.Store, error) { return s, nil })
}

// TestChangeOfSharedLimits: the store is told of changes, of lines that it has and of new ones.
func TestChangeOfSharedLimits(t *testing.T) {
	s := &store{lines: map[string]*kept{}}
	r := build(t, false, opens(s))
	r.start(none)
	alice := []string{"X-Api-Key", aliceKey}
	require.Equal(t, 2, r.passes(9, "/prod/cats"))
	require.Equal(t, 6, r.passes(9, "/beta/pets", alice...))
	require.NoError(t, r.change(`
x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 5}}}}, beta: {methods: {GET /cats: {throttle: {rateLimit: 1, burstLimit: 4}}}}}
x-gateway-usage-plans: {gold: {throttle: {burstLimit: 100}, quota: {limit: 8}}}`))
	require.Equal(t, 3, r.passes(9, "/prod/cats"), "two are owed")
	require.Equal(t, 4, r.passes(9, "/beta/cats"))
	require.Equal(t, 2, r.passes(9, "/beta/pets", alice...))
	require.NoError(t, r.change(none))
	require.Zero(t, r.passes(9, "/prod/cats"))
	require.Equal(t, 9, r.passes(9, "/beta/cats"))
}

// TestPagesOfASharedStore: the store's state, its counts, and what this gateway has let pass itself.
func TestPagesOfASharedStore(t *testing.T) {
	s := &store{lines: map[string]*kept{}}
	r := build(t, false, opens(s))
	r.start(none)
	require.Equal(t, 3, r.passes(3, "/beta/pets", "X-Api-Key", aliceKey))
	s.mu.Lock()
	s.lines["quota/gold/"+idOf(t, r, "alice")].used += 2 // of another gateway
	s.mu.Unlock()
	_, got := r.page("/usage?plan=gold&from=2026-03-03&to=2026-03-04")
	same(t, "shared_usage.json", got)
	_, _, header := r.get("admin_listen", "/usage?plan=gold&from=2026-03-03&to=2026-03-04&format=csv")
	require.Contains(t, header.Get("X-Usage-Note"), "this gateway alone")
	s.mu.Lock()
	s.away = errors.New("the store is away")
	s.mu.Unlock()
	_, got = r.page("/limits")
	same(t, "shared_limits.json", got)
}
