package limits

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
)

// wait is how long a request waits for Redis when no flag says otherwise.
const wait = 50 * time.Millisecond

// outage is a Redis that goes away in the middle of a load. Without mend it comes back by itself.
type outage struct {
	start func(*testing.T) (url string, fail, mend func())
	// forgets says that Redis has forgotten some of what it counted when it is back.
	forgets bool
}

// outages are a Redis that is killed and started again, one that stands still, and a master whose replica takes its place.
func outages() map[string]outage {
	return map[string]outage{
		"killed": {forgets: true, start: func(t *testing.T) (string, func(), func()) {
			redis := redisserver.Start(t)
			return redis.URL(), redis.Kill, redis.Run
		}},
		"stopped": {start: func(t *testing.T) (string, func(), func()) {
			redis := redisserver.Start(t)
			return redis.URL(), redis.Stop, redis.Resume
		}},
		"failed over": {forgets: true, start: func(t *testing.T) (string, func(), func()) {
			master, _, sentinel := redisserver.StartReplicated(t)
			return "redis+sentinel://" + sentinel.Addr + "/main", master.Kill, nil // sentinels mend it
		}},
	}
}

// Each limit does without Redis what the document says of it, no request hangs, and all is as before when Redis is back.
func TestOutages(t *testing.T) {
	binary := program(t, "closed")
	for name, o := range outages() {
		for _, mode := range []string{"exact", "leased"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				o.try(t, binary, mode)
			})
		}
	}
}

// policies are aims whose limits do differently without Redis.
type policies struct{ closed, local, open, stage *aim }

func (o outage) try(t *testing.T, binary, mode string) {
	url, fail, mend := o.start(t)
	all := startMany(t, 2, binary, url, "--redis-mode", mode)
	becomesReady(t, all, 200)
	p := policies{onPlan("closed"), onPlan("local"), onPlan("open"), onStage()}
	l := startLoad(all, p.closed, p.local, p.open, p.stage)
	redisserver.Eventually(t, "limits are reached", func() bool { return p.closed.answers[429].Load() > 100 })
	fail()
	apart := time.Now()
	becomesReady(t, all, 503)
	_, text := all[0].page("/readyz")
	require.Contains(t, text, "limits are kept by each gateway alone or open or closed: redis is not available")
	if mend != nil {
		p.without(t, all)
		apart = time.Now()
		mend()
	}
	becomesReady(t, all, 200)
	alone := time.Since(apart) // one gateway at most still has its own part, and the other everybody's
	passed, throttled := p.closed.passed(), p.open.answers[429].Load()
	redisserver.Eventually(t, "limits hold as before", func() bool {
		return p.closed.passed() > passed && p.open.answers[429].Load() > throttled+100
	})
	elapsed := l.end()
	l.prompt(t, wait)
	for _, a := range l.aims {
		t.Log(a)
		require.Equal(t, sum(a), a.passed()+int(a.answers[429].Load()+a.answers[503].Load()))
	}
	for _, g := range all {
		require.NotZero(t, g.metric("gatewright_store_missed_total"))
	}
	p.bounded(t, elapsed, alone, o.forgets)
}

// bounded checks what passed in all.
func (p policies) bounded(t *testing.T, elapsed, alone time.Duration, forgets bool) {
	t.Helper()
	most := total(elapsed)
	if forgets {
		most += burst
	}
	require.LessOrEqual(t, float64(p.closed.passed()), most)
	// Each gateway's own bucket was full at first, and that of Redis has filled meanwhile.
	most += 2*burst + rate/2*alone.Seconds()
	for _, a := range []*aim{p.local, p.stage} {
		require.Zero(t, a.answers[503].Load())
		require.LessOrEqual(t, float64(a.passed()), most)
	}
	require.Zero(t, p.open.answers[503].Load())
}

// without looks at what passes while Redis is away and the gateways know it.
func (p policies) without(t *testing.T, all []*gateway) {
	t.Helper()
	closed, local, open, stage := p.closed, p.local, p.open, p.stage
	// Leases last for a second at most, as far as they were not used.
	redisserver.Eventually(t, "what was leased is used up", func() bool {
		before := closed.passed()
		<-time.After(100 * time.Millisecond)
		return closed.passed() == before
	})
	before := time.Now()
	passes := []int{closed.passed(), local.passed(), open.passed(), stage.passed()}
	throttled := open.answers[429].Load()
	<-time.After(time.Second)
	most := total(time.Since(before))
	require.Equal(t, passes[0], closed.passed(), "nothing passes where it is closed")
	require.Equal(t, throttled, open.answers[429].Load(), "all passes where it is open")
	require.Greater(t, open.passed(), passes[2]+5*rate)
	for i, a := range map[int]*aim{1: local, 3: stage} {
		here := a.passed() - passes[i]
		require.LessOrEqual(t, float64(here), most)
		require.Greater(t, here, rate/2)
	}
	for _, g := range all {
		require.Zero(t, g.metric("gatewright_store_up"))
	}
}

// In local mode nothing depends on Redis but how many share.
func TestOutageInLocalMode(t *testing.T) {
	t.Parallel()
	binary := program(t, "closed")
	redis := redisserver.Start(t)
	all := startMany(t, 2, binary, redis.URL(), "--redis-mode", "local")
	closed := onPlan("closed")
	l := startLoad(all, closed)
	redisserver.Eventually(t, "the limit is reached", func() bool { return closed.answers[429].Load() > 100 })
	redis.Kill()
	redisserver.Eventually(t, "it is seen", func() bool { return all[0].metric("gatewright_store_up") == 0 })
	passed := closed.passed()
	redisserver.Eventually(t, "requests pass", func() bool { return closed.passed() > passed+10 })
	code, text := all[0].page("/readyz")
	require.Equal(t, 200, code)
	require.Contains(t, text, "ready\nlimits are divided by the gateways that were last seen: redis is not available")
	elapsed := l.end()
	require.LessOrEqual(t, float64(closed.passed()), total(elapsed))
	require.Zero(t, closed.answers[503].Load())
}

// A Redis that will not have the gateway ends the start where a limit is closed without it.
func TestRedisRefusesTheGateway(t *testing.T) {
	locked := redisserver.Start(t, "--requirepass", "right")
	for _, c := range []struct{ name, url, want string }{
		{"wrong password", "redis://:hush-hush@" + locked.Addr, "wrong user or password"},
		{"too old", "redis://" + redisserver.StartOld(t), "its version is too old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := command(program(t, "closed"), c.url)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s", out)
			require.Contains(t, string(out), "cannot start")
			require.Contains(t, string(out), c.want)
			require.NotContains(t, string(out), "hush-hush")

			g := start(t, program(t, "open"), c.url)
			code, text := g.page("/readyz")
			require.Equal(t, 200, code)
			require.Contains(t, text, "ready\nlimits are kept by each gateway alone or open: redis is not available: redis at ")
			require.Contains(t, text, c.want)
			stage := onStage()
			l := startLoad([]*gateway{g}, stage)
			redisserver.Eventually(t, "limits hold", func() bool { return stage.answers[429].Load() > 100 })
			elapsed := l.end()
			require.LessOrEqual(t, float64(stage.passed()), total(elapsed))
			require.Equal(t, sum(stage), stage.passed()+int(stage.answers[429].Load()))
			require.Contains(t, g.Log(), `level=ERROR msg="redis cannot be used"`)
			for _, page := range []string{"/readyz", "/debug/pprof/cmdline", "/metrics", "/routes"} {
				_, text := g.page(page)
				require.NotContains(t, text, "hush-hush")
			}
			require.NotContains(t, g.Log(), "hush-hush")
		})
	}
}

// A password that somebody puts right is taken without a new start.
func TestPasswordIsPutRight(t *testing.T) {
	t.Parallel()
	redis := redisserver.Start(t)
	admin := redis.Client()
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "gateway", "on", ">other", "~gatewright:*", "+@all").Err())
	g := start(t, program(t, "open"), "redis://gateway:right@"+redis.Addr, "--redis-mode", "exact")
	require.Zero(t, g.metric("gatewright_store_up"))
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "gateway", ">right").Err())
	redisserver.Eventually(t, "Redis has it", func() bool { return g.metric("gatewright_store_up") == 1 })
	a := onPlan("closed")
	l := startLoad([]*gateway{g}, a)
	redisserver.Eventually(t, "limits are kept in Redis", func() bool { return admin.DBSize(t.Context()).Val() > 1 })
	l.end()
	_, text := g.page("/readyz")
	require.Equal(t, "ready\n", text)
}
