package limit

import "sync/atomic"

// Gate lets at most so many in at a time. Use NewGate.
type Gate struct {
	most   atomic.Int64
	inside atomic.Int64
}

// NewGate is a gate with nobody inside. With most at 0 or below nobody enters.
func NewGate(most int64) *Gate {
	g := new(Gate)
	g.most.Store(most)
	return g
}

// Enter says whether there is room. Who was let in calls Leave when done.
func (g *Gate) Enter() bool {
	for {
		inside := g.inside.Load()
		if inside >= g.most.Load() {
			return false
		}
		if g.inside.CompareAndSwap(inside, inside+1) {
			return true
		}
	}
}

// Leave makes room. It panics when nobody is inside, as more would be let in from then on.
func (g *Gate) Leave() {
	if g.inside.Add(-1) < 0 {
		g.inside.Add(1)
		panic("limit: Leave of a gate with nobody inside")
	}
}

// Set changes how many may be inside. Who is inside stays.
func (g *Gate) Set(most int64) { g.most.Store(most) }

// Inside is how many are inside now.
func (g *Gate) Inside() int64 { return g.inside.Load() }
