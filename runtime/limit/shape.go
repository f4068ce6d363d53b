package limit

import (
	"math/big"
	"math/bits"
)

// A bucket is counted as the generic cell rate algorithm does: not in tokens but in time. Its one number is the moment
// at which it would be full again if nobody took anything. A token is an interval of time, 1/rate, and moves that moment
// into the future by as much; it may not be further away than the intervals of a whole burst.
//
// Times are in units of 2^-shift nanoseconds since the bucket's origin. Clock readings are whole numbers of units, and
// the interval is rounded up to one, so that whatever passes is never above burst + rate × window. The shift makes the
// interval at least 2^24 units, so that no rate is more than one part in 16 million lower than what was asked for. What
// fits into 63 bits then ends after two minutes at the highest rates; the origin is moved before that.
type shape struct {
	cost  int64 // units of one token
	room  int64 // units of a full bucket
	span  int64 // nanoseconds after the origin that units can count; -1: stopped, there is no time
	shift uint8
}

const (
	maxUnits = MaxFill // of a time since the origin, and of a burst: sums of both and one token fit into 63 bits
	minCost  = 1 << 24
)

// stopped lets nothing pass, and what is owed stays owed.
var stopped = shape{cost: minCost, span: -1}

// shapeOf is how a bucket of rate r counts. What Check refuses lets nothing pass, as zeros do.
func shapeOf(r Rate) shape {
	if r.PerSecond == 0 || r.Burst == 0 || r.Check() != nil {
		return stopped
	}
	var s shape
	for interval := 1e9 / r.PerSecond; interval < minCost; interval *= 2 {
		s.shift++
	}
	s.cost = intervalOf(r.PerSecond, s.shift)
	s.span = maxUnits >> s.shift
	high, room := bits.Mul64(uint64(s.cost), uint64(r.Burst))
	s.room = maxUnits // a little less than the burst of a bucket that is filled in decades
	if high == 0 && room < maxUnits {
		s.room = int64(room)
	}
	return s
}

// intervalOf is 1/perSecond in units, rounded up: exactly, as a float's last bit would let too much pass.
func intervalOf(perSecond float64, shift uint8) int64 {
	second := new(big.Int).Lsh(big.NewInt(1e9), uint(shift))
	interval := new(big.Rat).Quo(new(big.Rat).SetInt(second), new(big.Rat).SetFloat64(perSecond))
	whole, rest := new(big.Int).QuoRem(interval.Num(), interval.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return min(whole.Int64(), maxUnits)
}

// owed is what a bucket with that origin owes at now, in units.
func (s *shape) owed(full, origin, now int64) int64 {
	if s.span < 0 {
		return max(full, 0)
	}
	passed := max(now-origin, 0)
	if passed > 2*maxUnits>>s.shift {
		return 0
	}
	return max(full-passed<<s.shift, 0)
}

// convert is the same number of tokens in the units of another shape, rounded up.
func (s *shape) convert(owed int64, to *shape) int64 {
	if s.cost == to.cost {
		return min(owed, maxUnits)
	}
	high, low := bits.Mul64(uint64(owed), uint64(to.cost))
	low, carry := bits.Add64(low, uint64(s.cost-1), 0)
	high += carry
	if high >= uint64(s.cost) {
		return maxUnits
	}
	converted, _ := bits.Div64(high, low, uint64(s.cost))
	return int64(min(converted, maxUnits))
}
