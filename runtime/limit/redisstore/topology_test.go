package redisstore

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
	"github.com/gatewright/gatewright/runtime/limit"
)

// A master is killed in the middle of a load, and sentinels promote its replica.
func TestSentinelFailover(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			master, replica, watch := redisserver.StartReplicated(t)
			const rate, burst, most = 1000, 500, 100000
			stores := openMany(t, 2, Config{URL: "redis+sentinel://" + watch.Addr + "/main", Mode: mode})
			l := load{perSecond: 1500}
			end := l.start(stores, func(s *Store) limit.Shared { return bucketOf(s, "b", rate, burst) })
			quota := quotaOf(stores[0], "q", most)
			require.Equal(t, 100, passes(t, stores[0], 100, quota))
			eventually(t, "requests pass", func() bool { return l.passed.Load() > 1000 })
			eventually(t, "nothing of the quota is leased", func() bool {
				return replica.Client().HGet(t.Context(), "gatewright:{client}:q:q", "c").Val() == "100"
			})
			master.Kill()
			eventually(t, "it is seen that the master is gone", func() bool { return stores[0].Healthy() != nil })
			fast(t, stores[0])
			eventually(t, "the new master answers", func() bool { return stores[0].Healthy() == nil && stores[1].Healthy() == nil })
			passed := l.passed.Load()
			eventually(t, "requests pass again", func() bool { return l.passed.Load() > passed })
			end()
			eventually(t, "the quota goes on", func() bool {
				refused, err := stores[0].Admit(time.Time{}, []limit.Shared{quota})
				return err == nil && refused < 0
			})
			require.GreaterOrEqual(t, quota.Used(time.Now()), int64(101), "it is still counted")
			t.Logf("%v", &l)
			require.LessOrEqual(t, float64(l.passed.Load()), 2*burst+rate*l.elapsed.Seconds())
			l.prompt(t, stores[0].config.Wait)
		})
	}
	t.Run("unknown master", func(t *testing.T) {
		watch := redisserver.StartSentinel(t, startServer(t))
		refuses(t, Config{URL: "redis+sentinel://" + watch.Addr + "/other"}, `know no master "other"`)
	})
}

// on is a tag whose keys are on one of the servers.
func on(t *testing.T, all []*server, i int) string {
	t.Helper()
	for n := 0; ; n++ {
		tag := fmt.Sprint("client", n)
		slot := all[0].Client().ClusterKeySlot(t.Context(), tag).Val()
		if int(slot)*len(all)/redisserver.Slots == i {
			return tag
		}
	}
}

func TestCluster(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			all := redisserver.StartCluster(t, 3)
			config := Config{URL: "redis+cluster://" + all[0].Addr + "," + all[1].Addr, Mode: mode}
			refuses(t, Config{URL: all[0].URL(), Prefix: "of another slot"}, "redis+cluster")
			stores := openMany(t, 2, config)
			a, b := stores[0], stores[1]
			var lines, others []limit.Shared
			for i := range all {
				line := limit.Line{Name: "q", Tag: on(t, all, i), Quota: limit.Quota{Limit: 100, Period: limit.Month}}
				lines, others = append(lines, a.Line(line)), append(others, b.Line(line))
			}
			require.Equal(t, 60, passes(t, a, 60, lines...), "three tags on three servers")
			require.Equal(t, 20, passes(t, b, 20, others...))

			all[2].Kill()
			eventually(t, "it is seen that one server is gone", func() bool {
				_, err := a.Admit(time.Time{}, lines[2:])
				return err != nil && a.Healthy() != nil
			})
			require.Equal(t, 1, passes(t, a, 1, lines[0]), "the others go on")
			require.Equal(t, 1, passes(t, a, 1, lines[1]), "the others go on")
			all[2].Run()
			passed := 0
			eventually(t, "all go on", func() bool {
				refused, err := a.Admit(time.Time{}, lines[2:])
				if err == nil && refused < 0 {
					passed++
				}
				return passed > 0
			})
			eventually(t, "all are healthy", func() bool { return a.Healthy() == nil })
			moveSlot(t, all, 0, 1, on(t, all, 0))
			require.Equal(t, 1, passes(t, b, 1, others[0]), "slots may move")
			require.Equal(t, 1, passes(t, a, 1, lines[0]), "slots may move")
		})
	}
}

// moveSlot moves the slot of a tag, with its keys, from one server to another.
func moveSlot(t *testing.T, all []*server, from, to int, tag string) {
	t.Helper()
	ctx := t.Context()
	source, target := all[from].Client(), all[to].Client()
	sourceID, targetID := source.Do(ctx, "cluster", "myid").Val(), target.Do(ctx, "cluster", "myid").Val()
	slot := int(source.ClusterKeySlot(ctx, tag).Val())
	require.NoError(t, target.Do(ctx, "cluster", "setslot", slot, "importing", sourceID).Err())
	require.NoError(t, source.Do(ctx, "cluster", "setslot", slot, "migrating", targetID).Err())
	for _, key := range source.ClusterGetKeysInSlot(ctx, slot, 1000).Val() {
		require.NoError(t, source.Migrate(ctx, "127.0.0.1", strconv.Itoa(all[to].Port), key, 0, time.Second).Err())
	}
	for _, s := range []*redis.Client{target, source} {
		require.NoError(t, s.Do(ctx, "cluster", "setslot", slot, "node", targetID).Err())
	}
}
