package redisstore

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// startSentinel starts a sentinel that watches a master, and decides by itself.
func startSentinel(t *testing.T, master *server) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-sentinel"); err != nil {
		missing(t, "redis-sentinel is not installed: run `apt-get install redis-sentinel`")
	}
	s := newServer(t)
	config := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nloglevel warning\nsentinel monitor main 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds main 300\nsentinel failover-timeout main 2000\n", s.port, s.dir, master.port)
	s.name, s.args = "redis-sentinel", []string{file(t, "sentinel.conf", []byte(config))}
	s.start()
	return s
}

// A master is killed in the middle of a load, and sentinels promote its replica.
func TestSentinelFailover(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			master := startServer(t, "--repl-diskless-sync-delay", "0")
			replica := startServer(t, "--replicaof", "127.0.0.1 "+strconv.Itoa(master.port))
			eventually(t, "the replica follows", func() bool {
				return strings.Contains(replica.client().Info(t.Context(), "replication").Val(), "master_link_status:up")
			})
			watch := startSentinel(t, master)
			sentinel := redis.NewSentinelClient(&redis.Options{Addr: watch.addr})
			defer sentinel.Close()
			eventually(t, "the sentinel knows the replica", func() bool { return len(sentinel.Replicas(t.Context(), "main").Val()) == 1 })

			const rate, burst, most = 1000, 500, 100000
			stores := openMany(t, 2, Config{URL: "redis+sentinel://" + watch.addr + "/main", Mode: mode})
			l := load{perSecond: 1500}
			end := l.start(stores, func(s *Store) limit.Shared { return bucketOf(s, "b", rate, burst) })
			quota := quotaOf(stores[0], "q", most)
			require.Equal(t, 100, passes(t, stores[0], 100, quota))
			eventually(t, "requests pass", func() bool { return l.passed.Load() > 1000 })
			eventually(t, "nothing of the quota is leased", func() bool {
				return replica.client().HGet(t.Context(), "gatewright:{client}:q:q", "c").Val() == "100"
			})
			master.kill()
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
		watch := startSentinel(t, startServer(t))
		refuses(t, Config{URL: "redis+sentinel://" + watch.addr + "/other"}, `know no master "other"`)
	})
}

const slots = 16384

// startCluster starts a cluster of masters, each with its share of the slots.
func startCluster(t *testing.T, n int) []*server {
	t.Helper()
	all := make([]*server, n)
	for i := range all {
		all[i] = startServer(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(freePort(t)), "--cluster-node-timeout", "1000",
			"--cluster-require-full-coverage", "no", "--appendonly", "yes")
	}
	for i, s := range all {
		c := s.client()
		require.NoError(t, c.ClusterAddSlotsRange(t.Context(), i*slots/n, (i+1)*slots/n-1).Err())
		port := s.args[len(s.args)-7] // of --cluster-port
		require.NoError(t, all[0].client().Do(t.Context(), "cluster", "meet", "127.0.0.1", s.port, port).Err())
	}
	for _, s := range all {
		eventually(t, "the cluster has formed", func() bool {
			info := s.client().ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", n)) &&
				strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d", slots))
		})
	}
	return all
}

// on is a tag whose keys are on one of the servers.
func on(t *testing.T, all []*server, i int) string {
	t.Helper()
	for n := 0; ; n++ {
		tag := fmt.Sprint("client", n)
		slot := all[0].client().ClusterKeySlot(t.Context(), tag).Val()
		if int(slot)*len(all)/slots == i {
			return tag
		}
	}
}

func TestCluster(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			all := startCluster(t, 3)
			config := Config{URL: "redis+cluster://" + all[0].addr + "," + all[1].addr, Mode: mode}
			refuses(t, Config{URL: all[0].url(), Prefix: "of another slot"}, "redis+cluster")
			stores := openMany(t, 2, config)
			a, b := stores[0], stores[1]
			var lines, others []limit.Shared
			for i := range all {
				line := limit.Line{Name: "q", Tag: on(t, all, i), Quota: limit.Quota{Limit: 100, Period: limit.Month}}
				lines, others = append(lines, a.Line(line)), append(others, b.Line(line))
			}
			require.Equal(t, 60, passes(t, a, 60, lines...), "three tags on three servers")
			require.Equal(t, 20, passes(t, b, 20, others...))

			all[2].kill()
			eventually(t, "it is seen that one server is gone", func() bool {
				_, err := a.Admit(time.Time{}, lines[2:])
				return err != nil && a.Healthy() != nil
			})
			require.Equal(t, 1, passes(t, a, 1, lines[0]), "the others go on")
			require.Equal(t, 1, passes(t, a, 1, lines[1]), "the others go on")
			all[2].start()
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
	source, target := all[from].client(), all[to].client()
	sourceID, targetID := source.Do(ctx, "cluster", "myid").Val(), target.Do(ctx, "cluster", "myid").Val()
	slot := int(source.ClusterKeySlot(ctx, tag).Val())
	require.NoError(t, target.Do(ctx, "cluster", "setslot", slot, "importing", sourceID).Err())
	require.NoError(t, source.Do(ctx, "cluster", "setslot", slot, "migrating", targetID).Err())
	for _, key := range source.ClusterGetKeysInSlot(ctx, slot, 1000).Val() {
		require.NoError(t, source.Migrate(ctx, "127.0.0.1", strconv.Itoa(all[to].port), key, 0, time.Second).Err())
	}
	for _, s := range []*redis.Client{target, source} {
		require.NoError(t, s.Do(ctx, "cluster", "setslot", slot, "node", targetID).Err())
	}
}
