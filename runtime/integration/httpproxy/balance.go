package httpproxy

import (
	"math"
	"time"
)

// set is the targets of an upstream at a time. It is replaced whole.
type set struct {
	targets []*target
	turns   []int // indexes into targets, each as often as its weight says, well mixed
}

// maxTurns bounds the length of a round; larger weights are scaled down.
const maxTurns = 1024

func newSet(targets []*target) *set {
	return &set{targets: targets, turns: mixTurns(targets)}
}

// mixTurns deals the targets' turns out so that a heavy one's are spread over the round.
func mixTurns(targets []*target) []int {
	total, divisor := 0, 0
	for _, t := range targets {
		total += t.weight
		divisor = gcd(divisor, t.weight)
	}
	scale := float64(max(divisor, 1))
	if over := float64(total) / maxTurns; over > scale {
		scale = over
	}
	weights, round := make([]int, len(targets)), 0
	for i, t := range targets {
		weights[i] = max(int(float64(t.weight)/scale), 1)
		round += weights[i]
	}
	turns, credit := make([]int, 0, round), make([]int, len(targets))
	for range round {
		best := 0
		for i := range credit {
			credit[i] += weights[i]
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= round
		turns = append(turns, best)
	}
	return turns
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// usable reports whether a request may go to t.
func (t *target) usable(now int64) bool {
	return !t.down.Load() && t.ejected.Load() <= now
}

// pick chooses the target of a request. tried is the one that a retry avoids where it can; key is what Hash hashes.
func (u *Upstream) pick(s *set, now time.Time, key string, tried *target) *target {
	if len(s.targets) == 1 {
		return s.targets[0]
	}
	at := now.UnixNano()
	fit := func(t *target) bool { return t != tried && t.usable(at) }
	if t := u.choose(s, key, fit); t != nil {
		return t
	}
	if tried != nil && tried.usable(at) {
		return tried
	}
	// None is known to work, so that any may.
	return u.choose(s, key, func(*target) bool { return true })
}

// choose picks one of the targets that fit, nil when none does.
func (u *Upstream) choose(s *set, key string, fit func(*target) bool) *target {
	switch u.cfg.Balance {
	case RoundRobin:
		return u.inTurn(s, fit)
	case LeastConnections:
		return u.leastBusy(s, fit)
	case Hash:
		return byHash(s, key, fit)
	default:
		return u.lessBusy(s, fit)
	}
}

func (u *Upstream) inTurn(s *set, fit func(*target) bool) *target {
	for range s.turns {
		turn := u.turn.Add(1) - 1
		if t := s.targets[s.turns[turn%uint64(len(s.turns))]]; fit(t) {
			return t
		}
	}
	return nil
}

func (u *Upstream) leastBusy(s *set, fit func(*target) bool) *target {
	var best *target
	first := u.random(len(s.targets)) // equals are used evenly
	for i := range s.targets {
		t := s.targets[(first+i)%len(s.targets)]
		if fit(t) && (best == nil || t.load() < best.load()) {
			best = t
		}
	}
	return best
}

// load is how busy t is for its weight.
func (t *target) load() float64 { return float64(t.busy.Load()+1) / float64(t.weight) }

// lessBusy is the power of two choices. The turns make heavy targets likelier candidates.
func (u *Upstream) lessBusy(s *set, fit func(*target) bool) *target {
	a := u.candidate(s, fit, nil)
	if a == nil {
		return nil
	}
	b := u.candidate(s, fit, a)
	if b != nil && b.busy.Load() < a.busy.Load() {
		return b
	}
	return a
}

// candidate is a random target that fits and is not other.
func (u *Upstream) candidate(s *set, fit func(*target) bool, other *target) *target {
	first := u.random(len(s.turns))
	for i := range s.turns {
		if t := s.targets[s.turns[(first+i)%len(s.turns)]]; t != other && fit(t) {
			return t
		}
	}
	return nil
}

// byHash is weighted rendezvous hashing: when a target comes or goes, only its own requests move.
func byHash(s *set, key string, fit func(*target) bool) *target {
	h := hashText(key)
	var best *target
	high := math.Inf(-1)
	for _, t := range s.targets {
		if !fit(t) {
			continue
		}
		part := (float64(scramble(h^t.seed)>>11) + 0.5) / (1 << 53) // within (0, 1)
		if score := -float64(t.weight) / math.Log(part); score > high {
			best, high = t, score
		}
	}
	return best
}

// hashText is FNV-1a: the same in every process, so that several gateways agree.
func hashText(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// scramble spreads the bits of x (the finalizer of MurmurHash3).
func scramble(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
