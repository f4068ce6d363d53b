package redisstore

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

//go:embed take.lua
var takeSource string

//go:embed nodes.lua
var nodesSource string

// script is one of the programs that run in Redis.
type script struct {
	source, hash string
}

func newScript(source string) *script {
	return &script{source: source, hash: redis.NewScript(source).Hash()}
}

// scripts are the programs of a store.
type scripts struct{ take, nodes *script }

func newScripts() scripts {
	return scripts{take: newScript(takeSource), nodes: newScript(nodesSource)}
}

// What take.lua answers in place of a refused line.
const (
	wrongPeriod = -1
	late        = -2
)

// leaseTime is how long Redis keeps a lease for a gateway, from its own time of the call.
const leaseTime = int64(1e9)

// leaseUse is how long the gateway uses it, from before the call: shorter, because clocks may differ in speed.
const leaseUse = leaseTime * 9 / 10

// taking is what one line wants of take.lua: see there. A bucket has held, a quota start, end and backOf.
type taking struct {
	need, want, back   int64
	held               int64
	start, end, backOf int64
}

// lineArgs is how many arguments each line has.
const lineArgs = 9

// appendTo adds the arguments of a line.
func (t taking) appendTo(args []any, quota bool, l *limits) []any {
	if quota {
		return append(args, "q", l.quota.Limit, l.quota.Offset, t.need, t.want, t.back, t.start, t.end, t.backOf)
	}
	return append(args, "b", l.rate.PerSecond, l.rate.Burst, t.need, t.want, t.back, t.held, 0, 0)
}

// taken is what take.lua answers for one line.
type taken struct {
	got, extra int64
	wait       int64 // nanoseconds
	info       int64 // bucket: 1 if the lease was renewed; quota: the count
}

// takenAt is the answer for line i.
func takenAt(reply []int64, i int) taken {
	r := reply[2+4*i : 6+4*i]
	return taken{got: r[0], extra: r[1], wait: r[2] * 1000, info: r[3]}
}
