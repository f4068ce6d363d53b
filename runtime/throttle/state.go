package throttle

import (
	"math"
	"math/bits"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// State is what all limits look like at one moment. Rates and bursts are those in force.
type State struct {
	Time time.Time `json:"time"`
	// Store is the shared store; nil: limits are kept here. With one, what is left is what this gateway allows alone while
	// the store does not answer.
	Store *StoreState `json:"store,omitempty"`
	// UsageFile says whether quotas are written to a file; nil: they are not to be.
	UsageFile *UsageFileState `json:"usageFile,omitempty"`
	Account   *BucketState    `json:"account,omitempty"`
	Stages    []StageState    `json:"stages"`
	Places    []PlaceState    `json:"places"`
	Plans     []PlanState     `json:"plans"`
}

// StoreState is a store that gateways share.
type StoreState struct {
	Mode    string `json:"mode,omitempty"`
	Healthy bool   `json:"healthy"`
	Error   string `json:"error,omitempty"`
	Nodes   int    `json:"nodes"`
}

// UsageFileState is a file of quota counts.
type UsageFileState struct {
	Path  string `json:"path"`
	Error string `json:"error,omitempty"`
}

// BucketState is one bucket.
type BucketState struct {
	RateLimit  float64 `json:"rateLimit"`
	BurstLimit int64   `json:"burstLimit"`
	// Left is how many requests pass at once.
	Left int64 `json:"left"`
	// FullSeconds is the time until the bucket is full again, if nobody takes anything; nil: never.
	FullSeconds *float64 `json:"fullSeconds"`
}

// OperationState is the bucket of an operation.
type OperationState struct {
	Stage     string `json:"stage,omitempty"` // of usage plans
	Operation string `json:"operation"`
	BucketState
}

// StageState is the buckets of a stage.
type StageState struct {
	Name       string           `json:"name"`
	Operations []OperationState `json:"operations"`
}

// PlaceState is an x-gateway-throttle.
type PlaceState struct {
	// At is the operation or the path; empty: the root.
	At         string   `json:"at"`
	Operations []string `json:"operations"`
	// Key is what tells clients apart, as documents write it.
	Key string `json:"key"`
	// Rate is the bucket; where clients have one each, a full one.
	Rate *BucketState `json:"rate,omitempty"`
	// Clients is how many clients have a bucket that is not full, or was not long ago; nil: they have none of their own.
	Clients *int `json:"clients,omitempty"`
	// Concurrent is how many may be under way; 0: any number.
	Concurrent int `json:"concurrent,omitempty"`
	// Inside is how many are under way; where each client may have so many, how many clients have any.
	Inside        *int64 `json:"inside,omitempty"`
	ClientsInside *int   `json:"clientsInside,omitempty"`
	// Client is the bucket of the client that was asked for, and ClientInside how many of its requests are under way; nil:
	// none was asked for, or it has none of its own.
	Client       *BucketState `json:"client,omitempty"`
	ClientInside *int64       `json:"clientInside,omitempty"`
}

// PlanState is a usage plan.
type PlanState struct {
	Name     string      `json:"name"`
	Throttle *RateState  `json:"throttle,omitempty"`
	Quota    *QuotaState `json:"quota,omitempty"`
	// Keys are those that have used something that is not refilled, in the order of their ids, MaxStateKeys at most.
	Keys []KeyState `json:"keys"`
	// More is how many such keys are left out.
	More int `json:"more,omitempty"`
}

// RateState is a rate.
type RateState struct {
	RateLimit  float64 `json:"rateLimit"`
	BurstLimit int64   `json:"burstLimit"`
}

// QuotaState is a quota.
type QuotaState struct {
	Limit  int64  `json:"limit"`
	Period string `json:"period"`
	Offset int64  `json:"offset"`
}

// KeyState is what an API key has of a usage plan.
type KeyState struct {
	ID         string           `json:"id"`
	Throttle   *BucketState     `json:"throttle,omitempty"`
	Operations []OperationState `json:"operations,omitempty"`
	Quota      *KeyQuotaState   `json:"quota,omitempty"`
}

// KeyQuotaState is what an API key has of a quota. Where a shared store keeps it, it is the store's count, as far as this
// gateway knows it.
type KeyQuotaState struct {
	Used int64 `json:"used"`
	Left int64 `json:"left"`
	// Resets is the first moment of the next period.
	Resets time.Time `json:"resets"`
}

// MaxStateKeys is how many keys of a plan a State has.
const MaxStateKeys = 100

// stateOf is a bucket at one moment.
func stateOf(rate limit.Rate, s limit.State) BucketState {
	b := BucketState{RateLimit: rate.PerSecond, BurstLimit: rate.Burst, Left: s.Left}
	if s.Full != limit.Never {
		seconds := math.Ceil(s.Full.Seconds()*1000) / 1000
		b.FullSeconds = &seconds
	}
	return b
}

func (one *line) state(at int64) BucketState { return stateOf(one.rate, one.bucket.State(at)) }

// State is what all limits look like now. key is the id of a key that is shown whether or not it has used anything, and client
// who is looked for among those that x-gateway-throttles tell apart; empty: none.
func (l *Limits) State(key, client string) State {
	now, at, s := l.core.Now(), l.at(), l.current.Load()
	to := State{Time: now.UTC(), Store: l.storeState(), UsageFile: l.usageFileState(), Stages: []StageState{}, Places: []PlaceState{}, Plans: []PlanState{}}
	if s.account != nil {
		b := s.account.state(at)
		to.Account = &b
	}
	for i, name := range l.core.StageNames() {
		stage := StageState{Name: name, Operations: []OperationState{}}
		for n := range s.routes[i] {
			if one := s.routes[i][n].stage; one != nil {
				stage.Operations = append(stage.Operations, OperationState{Operation: nameOf(l.core.Routes()[n]), BucketState: one.state(at)})
			}
		}
		to.Stages = append(to.Stages, stage)
	}
	for _, p := range s.places {
		to.Places = append(to.Places, p.state(client, at))
	}
	for i := range s.plans {
		to.Plans = append(to.Plans, l.planState(s, i, key, at, now))
	}
	return to
}

func (l *Limits) storeState() *StoreState {
	if l.shared == nil {
		return nil
	}
	s := &StoreState{Healthy: true, Nodes: l.shared.store.Nodes()}
	if named, ok := l.shared.store.(interface{ ModeName() string }); ok {
		s.Mode = named.ModeName()
	}
	if err := l.shared.store.Healthy(); err != nil {
		s.Healthy, s.Error = false, err.Error()
	}
	return s
}

func (l *Limits) usageFileState() *UsageFileState {
	if l.kept == nil {
		return nil
	}
	s := &UsageFileState{Path: l.kept.path}
	if err := l.kept.broken(); err != nil {
		s.Error = err.Error()
	}
	return s
}

// state is an x-gateway-throttle at one moment.
func (p *place) state(client string, at int64) PlaceState {
	s := PlaceState{At: p.Name, Operations: []string{}, Key: p.Key.String(), Concurrent: p.Concurrent}
	for _, r := range p.Routes {
		s.Operations = append(s.Operations, nameOf(r))
	}
	switch {
	case p.line != nil:
		b := p.line.state(at)
		s.Rate = &b
	case p.clients != nil:
		b, n := stateOf(*p.Rate, limit.NewBucket(*p.Rate).State(at)), p.clients.Len()
		s.Rate, s.Clients = &b, &n
		if client != "" {
			b := stateOf(*p.Rate, p.clients.State(client, at))
			s.Client = &b
		}
	}
	switch {
	case p.gate != nil:
		n := p.gate.Inside()
		s.Inside = &n
	case p.gates != nil:
		n := p.gates.Len()
		s.ClientsInside = &n
		if client != "" {
			n := p.gates.Inside(client)
			s.ClientInside = &n
		}
	}
	return s
}

// planState is usage plan number i at one moment.
func (l *Limits) planState(s *set, i int, key string, at int64, now time.Time) PlanState {
	p := &s.plans[i]
	to := PlanState{Name: p.name, Keys: []KeyState{}}
	if p.rate != nil {
		to.Throttle = &RateState{p.rate.rate.PerSecond, p.rate.rate.Burst}
	}
	if p.quota != nil {
		q := p.quota.quota
		to.Quota = &QuotaState{q.Limit, q.Period.String(), q.Offset}
	}
	shown := firstKeys{most: MaxStateKeys}
	if key == "" {
		s.eachActive(i, at, now, func(number int) { shown.add(l.plans.Keys().ID(number), number) })
	} else if number, ok := l.plans.Keys().NumberOf(key); ok && l.plans.Has(i, number) {
		shown.add(key, number)
	}
	keys := shown.sorted()
	to.More = shown.count - len(keys)
	for _, k := range keys {
		to.Keys = append(to.Keys, l.keyState(s, i, k, at, now))
	}
	return to
}

// eachActive calls do for the keys that have used something of a plan that is not refilled.
func (s *set) eachActive(i int, at int64, now time.Time, do func(number int)) {
	var active []uint64 // a bit for each number: there may be a million
	mark := func(number int) {
		for number/64 >= len(active) {
			active = append(active, 0)
		}
		active[number/64] |= 1 << (number % 64)
	}
	look := func(k *keyed) {
		if k != nil {
			k.keys.Each(func(number int, b *limit.Bucket) {
				if b.Owes(at) {
					mark(number)
				}
			})
		}
	}
	p := &s.plans[i]
	look(p.rate)
	for _, stage := range s.routes {
		for n := range stage {
			look(stage[n].planned(i))
		}
	}
	if p.quota != nil {
		p.quota.days().Each(func(number int, c *limit.Counter) {
			if c.Used(now) > 0 {
				mark(number)
			}
		})
	}
	for word, bits64 := range active {
		for ; bits64 != 0; bits64 &= bits64 - 1 {
			do(64*word + bits.TrailingZeros64(bits64))
		}
	}
}

// keyState is what a key has of a plan.
func (l *Limits) keyState(s *set, i int, k keyNumber, at int64, now time.Time) KeyState {
	p, to := &s.plans[i], KeyState{ID: k.id}
	if p.rate != nil {
		b := stateOf(p.rate.rate, p.rate.keys.State(k.number, at))
		to.Throttle = &b
	}
	for stage, name := range l.core.StageNames() {
		for n := range s.routes[stage] {
			if m := s.routes[stage][n].planned(i); m != nil {
				to.Operations = append(to.Operations, OperationState{
					Stage: name, Operation: nameOf(l.core.Routes()[n]), BucketState: stateOf(m.rate, m.keys.State(k.number, at)),
				})
			}
		}
	}
	if q := p.quota; q != nil {
		used := q.counters.Used(k.number, now)
		if l.shared != nil {
			used = q.used(k.number, now)
		}
		to.Quota = &KeyQuotaState{Used: used, Left: max(q.quota.Limit-used, 0), Resets: q.quota.Period.End(now).UTC()}
	}
	return to
}
