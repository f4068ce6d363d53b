package runtime

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLogTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		at := time.Unix(random.Int64N(253402300799), 0).UTC() // up to the year 9999
		require.Equal(t, at.Format("02/Jan/2006:15:04:05 -0700"), string(appendLogTime(nil, at)))
	}
}

// What events are made from, as the request has it.
func TestWhatEventsAreMadeFrom(t *testing.T) {
	type pair struct{ name, value string }
	var pairs []pair
	var shown []string
	var sends, accepts bool
	var peer, client string
	api := &API{Stages: []Stage{{Name: "prod", Variables: []StageVariable{{Name: "k", Value: "v"}}}}, BinaryMediaTypes: []string{"image/*"}}
	core := newTestCore(t, api, func(c *Ctx) Fault {
		query := c.QueryPairs()
		for name, value, ok := query.Next(); ok; name, value, ok = query.Next() {
			pairs = append(pairs, pair{name, value})
		}
		for i := range c.Fields() {
			if f := &c.Fields()[i]; c.ToEvent(f) {
				shown = append(shown, f.Name)
			}
		}
		sends, accepts, peer, client = c.SendsBinary(), c.AcceptsBinary(), c.PeerAddr(), c.ClientAddr()
		require.Equal(t, []StageVariable{{Name: "k", Value: "v"}}, c.StageVariables())
		c.Asked()
		return c.Respond(200).Empty()
	}, WithTrustedProxies(prefixes("192.0.2.0/24")))
	answer := exchange(t, core, get("/prod/a?b=1&=2&c%20d=e+f;b=%zz&g", "TE: x", "Via: y", "Accept: image/png, text/html", "Content-Type: image/gif", "X-Forwarded-For: 198.51.100.1"))
	require.Contains(t, answer, "X-Amzn-Trace-Id: TRACE")
	require.Equal(t, []pair{{"b", "1"}, {"c d", "e f"}, {"b", "%zz"}, {"g", ""}}, pairs)
	require.Equal(t, []string{"Host", "Via", "Accept", "Content-Type", "X-Forwarded-For"}, shown)
	require.True(t, sends && accepts)
	require.Equal(t, []string{"192.0.2.1", "198.51.100.1"}, []string{peer, client})
}

func TestFunctionTargets(t *testing.T) {
	core := NewCore(&API{}, WithFunction("a:1", "x"), WithFunction("a", "y"))
	target, ok := core.FunctionTarget("arn", "a:1", "a")
	require.True(t, ok)
	require.Equal(t, "x", target, "the closest name wins")
	_, ok = core.FunctionTarget("b")
	require.False(t, ok)
	require.NoError(t, core.Start(failWith(OK)), "all names are known")

	core = NewCore(&API{}, WithFunction("a", "x"))
	require.ErrorContains(t, core.Start(failWith(OK)), `function "a" is not one of the document's`)
	core = NewCore(&API{}, WithFunction("a", "x"))
	core.AnyFunction()
	require.NoError(t, core.Start(failWith(OK)))
	require.NoError(t, core.Close())
}
