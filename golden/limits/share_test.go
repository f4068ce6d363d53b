package limits

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
)

var modes = []string{"exact", "leased", "local"}

// However many gateways there are, what they let pass together is what the document allows.
func TestTenfoldOverload(t *testing.T) {
	binary := program(t, "closed")
	for _, mode := range modes {
		for _, n := range []int{1, 3, 8} {
			t.Run(fmt.Sprintf("%s on %d", mode, n), func(t *testing.T) {
				redis := redisserver.Start(t)
				all := startMany(t, n, binary, redis.URL(), "--redis-mode", mode, "--redis-wait", "5s")
				overload(t, all)
			})
		}
	}
}

// A cluster keeps each caller's limits on one of its masters.
func TestCluster(t *testing.T) {
	binary := program(t, "closed")
	masters := redisserver.StartCluster(t, 3)
	url := "redis+cluster://" + masters[0].Addr + "," + masters[1].Addr
	all := startMany(t, 3, binary, url, "--redis-mode", "exact", "--redis-wait", "5s")
	overload(t, all)
	holding := 0
	for _, m := range masters {
		if m.Client().DBSize(t.Context()).Val() > 0 {
			holding++
		}
	}
	require.Greater(t, holding, 1, "callers are spread over the cluster")
}

// quota is how many requests the document's plan counted lets pass.
const quota = 400

// overload offers ten times of what is allowed, of each kind of limit.
func overload(t *testing.T, all []*gateway) {
	t.Helper()
	buckets := []*aim{onStage(), onPlan("local"), {path: "/client", header: "X-User", value: "ann"}}
	counted := onPlan("counted")
	l := startLoad(all, append(buckets, counted)...)
	<-time.After(*loadTime)
	most := total(l.end())
	for _, a := range buckets {
		t.Logf("%v: %.1f %% of %.0f", a, 100*float64(a.passed())/most, most)
		require.LessOrEqual(t, float64(a.passed()), most)
		require.GreaterOrEqual(t, float64(a.passed()), 0.75*most, "what the limit allows passes")
		require.Equal(t, a.passed()+int(a.answers[429].Load()), sum(a), "nothing but 200 and 429")
	}
	t.Logf("%v", counted)
	require.LessOrEqual(t, counted.passed(), quota)
	require.GreaterOrEqual(t, counted.passed(), quota*3/4)
	for _, g := range all {
		require.Zero(t, g.metric("gatewright_store_missed_total"))
		require.Equal(t, 1, g.metric("gatewright_store_up"))
	}
}

// sum is how many requests of an aim were answered, or not.
func sum(a *aim) (n int) {
	for i := range a.answers {
		n += int(a.answers[i].Load())
	}
	return n + int(a.broken.Load())
}

// A gateway is killed, and another goes on: of the quota nothing is lost but requests whose answer did not arrive, and nothing
// is counted twice. It outlives gateways.
func TestKilledGatewayLosesNothingOfAQuota(t *testing.T) {
	binary := program(t, "closed")
	redis := redisserver.Start(t)
	all := startMany(t, 2, binary, redis.URL(), "--redis-mode", "exact", "--redis-wait", "5s")
	counted := onPlan("counted")
	l := startLoad(all, counted)
	redisserver.Eventually(t, "requests pass", func() bool { return counted.passed() >= quota/4 })
	all[0].kill()
	require.Less(t, counted.passed(), quota, "killed in the middle")
	redisserver.Eventually(t, "the quota is used up", func() bool { return counted.answers[429].Load() > 0 })
	l.end()
	t.Logf("%v", counted)
	broken := int(counted.broken.Load())
	require.LessOrEqual(t, broken, connections)
	require.LessOrEqual(t, counted.passed(), quota)
	require.GreaterOrEqual(t, counted.passed(), quota-broken)
	require.Equal(t, strconv.Itoa(quota), countIn(t, redis))

	all[1].kill()
	again := []*gateway{start(t, binary, redis.URL(), "--redis-mode", "exact", "--redis-wait", "5s")}
	more := onPlan("counted")
	l = startLoad(again, more)
	redisserver.Eventually(t, "it answers", func() bool { return sum(more) > 20 })
	l.end()
	require.Zero(t, more.passed(), "the count outlives gateways")
	require.Equal(t, sum(more), int(more.answers[429].Load()))
}

// countIn is what Redis has counted of the one quota.
func countIn(t *testing.T, redis *redisserver.Server) string {
	t.Helper()
	client := redis.Client()
	found := client.Keys(t.Context(), "gatewright:*:q:quota/counted").Val()
	require.Len(t, found, 1)
	return client.HGet(t.Context(), found[0], "c").Val()
}
