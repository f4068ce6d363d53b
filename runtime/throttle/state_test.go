package throttle

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/usageplan"
)

// TestKeysOfAPlanThatIsStopped shows those that owe something, and no others: not who was refused, nor keys of other plans.
func TestKeysOfAPlanThatIsStopped(t *testing.T) {
	g := document{keys: []string{"alice", "bob", "eve"}, plans: []usageplan.Plan{
		{Name: "gold", Keys: []string{"alice", "bob"}, Rate: rate(1, 5)},
		{Name: "silver", Keys: []string{"eve"}, Rate: rate(0, 5)},
	}}.start(t)
	g.expect(t, passed, "prod", getKeyedName, "x-api-key", keyOf("alice"))
	rules, err := g.limits.resolve(&gw.LimitOverrides{Plans: map[string]gw.PlanLimits{"gold": {Rate: &gw.RateOverride{PerSecond: new(float64)}}}})
	require.NoError(t, err)
	g.limits.put(rules)
	g.expect(t, tooMany, "prod", getKeyedName, "x-api-key", keyOf("alice"))
	g.expect(t, tooMany, "prod", getKeyedName, "x-api-key", keyOf("bob"))
	g.expect(t, tooMany, "prod", getKeyedName, "x-api-key", keyOf("eve"))
	shown := map[string][]string{}
	for _, plan := range g.limits.State("", "").Plans {
		for _, key := range plan.Keys {
			shown[plan.Name] = append(shown[plan.Name], key.ID)
		}
	}
	keys := g.limits.plans.Keys()
	require.Equal(t, map[string][]string{"gold": {keys.ID(keys.Numbers()["alice"])}}, shown)
}

// TestLookingAtManyOperations makes no buckets for keys that did not call them.
func TestLookingAtManyOperations(t *testing.T) {
	methods := []usageplan.Method{{Stage: "prod", Route: getKeyed, Rate: *rate(1, 5)}, {Stage: "prod", Route: putKeyed, Rate: *rate(1, 5)}}
	g := document{keys: []string{"alice"}, plans: []usageplan.Plan{{Name: "gold", Keys: []string{"alice"}, Methods: methods, Quota: &limit.Quota{Limit: 5}}}}.start(t)
	g.expect(t, passed, "prod", getKeyedName, "x-api-key", keyOf("alice"))
	key := g.limits.State("", "").Plans[0].Keys[0]
	require.Len(t, key.Operations, 2)
	require.Equal(t, []int64{4, 5}, []int64{key.Operations[0].Left, key.Operations[1].Left})
	s := g.limits.current.Load()
	s.routes[1][g.limits.indexOf(putKeyed)].planned(0).keys.Each(func(int, *limit.Bucket) { t.Error("a bucket was made") })
}

// TestRateOfNothingForClients is no full bucket.
func TestRateOfNothingForClients(t *testing.T) {
	g := document{throttle: Config{Places: []Place{{Routes: []*gw.Route{getPets}, Rate: rate(0, 5), Key: Header("X-Client")}}}}.start(t)
	g.expect(t, tooMany, "prod", "GET /pets", "X-Client", "a")
	place := g.limits.State("", "a").Places[0]
	for _, b := range []*BucketState{place.Rate, place.Client} {
		require.Equal(t, &BucketState{RateLimit: 0, BurstLimit: 5}, b)
	}
}

const getKeyedName = "GET /keyed"

// TestFirstKeys finds the same ones as who sorts all.
func TestFirstKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		f := firstKeys{most: 1 + r.IntN(8)}
		var all []string
		for number := range r.IntN(60) {
			id := fmt.Sprintf("%06x", r.IntN(1<<24))
			all = append(all, id)
			f.add(id, number)
			f.add("", number)
		}
		require.Equal(t, len(all), f.count)
		slices.Sort(all)
		var got []string
		for _, k := range f.sorted() {
			got = append(got, k.id)
		}
		require.Equal(t, append([]string(nil), all[:min(f.most, len(all))]...), got)
	}
}

// TestManyKeys shows some of a hundred thousand keys, and pages through all of them.
func TestManyKeys(t *testing.T) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprint("key ", i)
	}
	g := document{keys: keys, plans: []usageplan.Plan{{Name: "gold", Keys: keys, Rate: rate(0.001, 5), Quota: &limit.Quota{Limit: 5}}}}.start(t)
	p := &g.limits.current.Load().plans[0]
	for number := range keys {
		if number%2 == 0 {
			require.True(t, p.rate.keys.At(number).Take(g.limits.at()))
		} else {
			require.True(t, p.quota.counters.At(number).Take(g.Now()))
		}
	}
	plan := g.limits.State("", "").Plans[0]
	require.Len(t, plan.Keys, MaxStateKeys)
	require.Equal(t, len(keys)-MaxStateKeys, plan.More)
	require.True(t, slices.IsSortedFunc(plan.Keys, func(a, b KeyState) int { return cmp.Compare(a.ID, b.ID) }))

	q, seen, last := usageQuery{plan: "gold", from: g.Now(), to: g.Now(), limit: maxKeys}, 0, ""
	for {
		report, err := g.limits.report(q)
		require.NoError(t, err)
		for id, days := range report.Items {
			require.Greater(t, id, last)
			require.Equal(t, [][2]int64{{1, 4}}, days)
		}
		seen += len(report.Items)
		if report.Position == "" {
			break
		}
		last, q.after = report.Position, report.Position
	}
	require.Equal(t, len(keys)/2, seen)
	q.from, q.to, q.after = g.Now().AddDate(0, 0, 1), g.Now().AddDate(0, 0, 2), ""
	report, err := g.limits.report(q)
	require.NoError(t, err)
	require.Empty(t, report.Items)
	g.wait(30 * time.Hour)
	require.Len(t, g.limits.State("", "").Plans[0].Keys, 0, "all is refilled")
}
