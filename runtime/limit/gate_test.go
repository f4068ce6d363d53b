package limit

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGate(t *testing.T) {
	g := NewGate(2)
	require.True(t, g.Enter())
	require.True(t, g.Enter())
	require.False(t, g.Enter())
	g.Set(1)
	g.Leave()
	require.False(t, g.Enter(), "one is inside")
	g.Leave()
	require.True(t, g.Enter())
	g.Set(0)
	g.Leave()
	require.False(t, g.Enter())
	require.Zero(t, g.Inside())
	require.Panics(t, g.Leave)
	g.Set(1)
	require.True(t, g.Enter())
	require.False(t, g.Enter(), "the panic let nobody in")
}

func TestClientGate(t *testing.T) {
	g := NewClientGate(1, 2)
	require.True(t, g.Enter("a"))
	require.False(t, g.Enter("a"))
	require.True(t, g.Enter("b"))
	require.False(t, g.Enter("c"), "as many as are told apart are inside")
	g.Leave("a")
	require.True(t, g.Enter("c"))
	require.Equal(t, 2, g.Len())
	g.Set(2)
	require.True(t, g.Enter("c"))
	require.Equal(t, []int64{0, 1, 2}, []int64{g.Inside("a"), g.Inside("b"), g.Inside("c")})
	g.Set(0)
	g.Leave("c")
	require.False(t, g.Enter("c"))
	g.Leave("c")
	g.Leave("b")
	require.Zero(t, g.Len())
	require.False(t, g.Enter("d"))
	require.Panics(t, func() { g.Leave("b") })
}

// TestGatesTogether never has more inside than fit, in all and of each client, and room for all in the end.
func TestGatesTogether(t *testing.T) {
	const most, clients = 3, 40
	gate, each := NewGate(most), NewClientGate(most, 0)
	var inside atomic.Int64
	var of [clients]atomic.Int64
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 5))
			for range 3000 {
				client := r.IntN(clients)
				key := fmt.Sprint("client ", client)
				if gate.Enter() {
					if inside.Add(1) > most {
						t.Error("too many inside")
					}
					inside.Add(-1)
					gate.Leave()
				}
				if each.Enter(key) {
					if of[client].Add(1) > most {
						t.Error("too many of one client inside")
					}
					of[client].Add(-1)
					each.Leave(key)
				}
			}
		})
	}
	group.Wait()
	require.Zero(t, gate.Inside())
	require.Zero(t, each.Len())
}

// TestTable puts in, finds and takes out at random, beside a map.
func TestTable(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 6))
		var tab table
		want := map[hash]int64{}
		some := func() hash { return hash{uint64(r.IntN(40))<<1 | 1, uint64(r.IntN(64)) << (seed % 8)} } // homes collide
		for i := range int64(3000) {
			h := some()
			value, known := want[h]
			place := tab.place(h)
			require.Equal(t, known, place >= 0)
			switch {
			case !known:
				tab.add(h, i)
				want[h] = i
			case r.IntN(2) == 0 || len(want) > 700:
				require.Equal(t, value, tab.slots[place].value)
				tab.remove(place)
				delete(want, h)
				tab.shrink()
			}
			require.Equal(t, len(want), tab.used)
			require.LessOrEqual(t, tab.used*8, len(tab.slots)*7)
		}
		for h, value := range want {
			require.Equal(t, value, tab.find(h).value)
			tab.remove(tab.place(h))
			tab.shrink()
		}
		require.Len(t, tab.slots, fewestSlots)
	}
}
