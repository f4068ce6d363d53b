package live

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// none is an overrides file that changes nothing.
const none = "{}"

// TestChange changes every kind of limit while the gateway runs, and takes the changes away again.
func TestChange(t *testing.T) {
	alice := []string{"X-Api-Key", aliceKey}
	for name, c := range map[string]struct {
		overrides string
		path      string
		header    []string
		wait      time.Duration // until buckets are full again
		want      [3]int        // of 20 requests: with the document's limits, with the overrides, and then without
	}{
		"a method's rate":       {"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 7}}}}}", "/prod/cats", nil, 10 * time.Second, [3]int{2, 7, 2}},
		"by Amazon's key":       {"x-gateway-stages: {prod: {methods: {~1cats/GET: {throttle: {burstLimit: 7}}}}}", "/prod/cats", nil, 10 * time.Second, [3]int{2, 7, 2}},
		"any method":            {"x-gateway-stages: {prod: {methods: {/cats/*: {throttle: {burstLimit: 7}}}}}", "/prod/cats", nil, 10 * time.Second, [3]int{2, 7, 2}},
		"one stage alone":       {"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 7}}}}}", "/beta/cats", nil, 10 * time.Second, [3]int{20, 20, 20}},
		"a rate of nothing":     {"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: 0}}}}}", "/prod/cats", nil, 10 * time.Second, [3]int{2, 0, 2}},
		"a stage without one":   {"x-gateway-stages: {beta: {methods: {GET /cats: {throttle: {rateLimit: 1, burstLimit: 4}}}}}", "/beta/cats", nil, 10 * time.Second, [3]int{20, 4, 20}},
		"a place's rate":        {"paths: {/dogs: {get: {x-gateway-throttle: {rateLimit: 2, burstLimit: 9}}}}", "/prod/dogs", nil, 10 * time.Second, [3]int{3, 9, 3}},
		"a place of a path":     {"paths: {/cats: {x-gateway-throttle: {rateLimit: 2, burstLimit: 1}}}", "/beta/cats", nil, 10 * time.Second, [3]int{20, 1, 20}},
		"a plan's rate":         {"x-gateway-usage-plans: {gold: {throttle: {burstLimit: 4}}}", "/beta/pets", alice, 48 * time.Hour, [3]int{6, 4, 6}},
		"a plan's quota":        {"x-gateway-usage-plans: {gold: {quota: {limit: 3}}}", "/beta/pets", alice, 48 * time.Hour, [3]int{6, 3, 6}},
		"a plan's method":       {"x-gateway-usage-plans: {gold: {stages: {prod: {methods: {GET /pets: {throttle: {burstLimit: 1}}}}}}}", "/prod/pets", alice, 48 * time.Hour, [3]int{5, 1, 5}},
		"a plan without limits": {"x-gateway-usage-plans: {trial: {throttle: {rateLimit: 1, burstLimit: 2}}}", "/prod/pets", []string{"X-Api-Key", bobKey}, 10 * time.Second, [3]int{20, 2, 20}},
		"a plan without quota":  {"x-gateway-usage-plans: {trial: {quota: {limit: 3, period: DAY}}}", "/prod/pets", []string{"X-Api-Key", bobKey}, 48 * time.Hour, [3]int{20, 3, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			r := build(t, false)
			r.start(none)
			require.Equal(t, c.want[0], r.passes(20, c.path, c.header...))
			require.NoError(t, r.change(c.overrides))
			r.clock.add(c.wait)
			require.Equal(t, c.want[1], r.passes(20, c.path, c.header...))
			require.NoError(t, r.change(none))
			r.clock.add(c.wait)
			require.Equal(t, c.want[2], r.passes(20, c.path, c.header...))
		})
	}
}

// TestChangeKeepsWhatIsOwed: nobody gets a fresh bucket or quota by a change, nor by one that is taken back.
func TestChangeKeepsWhatIsOwed(t *testing.T) {
	r := build(t, false)
	r.start(none)
	alice := []string{"X-Api-Key", aliceKey}
	const larger = `
x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 5}}}}}
x-gateway-usage-plans: {gold: {quota: {limit: 12}, throttle: {rateLimit: 100, burstLimit: 100}}}
paths: {/dogs: {get: {x-gateway-throttle: {burstLimit: 5}}}}`
	require.Equal(t, 2, r.passes(9, "/prod/cats"))
	require.Equal(t, 3, r.passes(9, "/prod/dogs", "X-Who", "a"))
	require.Equal(t, 6, r.passes(9, "/beta/pets", alice...))
	require.NoError(t, r.change(larger))
	require.Equal(t, 3, r.passes(9, "/prod/cats"), "two are owed")
	require.Equal(t, 2, r.passes(9, "/prod/dogs", "X-Who", "a"), "three are owed")
	require.Equal(t, 5, r.passes(9, "/prod/dogs", "X-Who", "b"))
	require.Equal(t, 6, r.passes(9, "/beta/pets", alice...), "of the quota six are used")
	require.NoError(t, r.change(none))
	require.Zero(t, r.passes(9, "/prod/cats"))
	require.Zero(t, r.passes(9, "/prod/dogs", "X-Who", "b"))
	r.clock.add(time.Minute)
	require.Zero(t, r.passes(9, "/beta/pets", alice...), "twelve are used of ten")
	require.NoError(t, r.change(larger))
	require.Zero(t, r.passes(9, "/beta/pets", alice...))
	require.NoError(t, r.change("x-gateway-usage-plans: {gold: {quota: {limit: 14}}}"))
	require.Equal(t, 2, r.passes(9, "/beta/pets", alice...))
}

// TestConcurrentChange: requests that are under way stay, and leave the gate that they came in by.
func TestConcurrentChange(t *testing.T) {
	r := build(t, false)
	r.start("paths: {/cats: {get: {x-gateway-throttle: {concurrent: 1}}}}")
	held := make(chan int, 1)
	go func() { held <- r.ask("/beta/cats", "X-Hold", "1") }()
	<-r.inside
	require.Equal(t, 429, r.ask("/beta/cats"))
	require.NoError(t, r.change("paths: {/cats: {get: {x-gateway-throttle: {concurrent: 2}}}}"))
	require.Equal(t, 200, r.ask("/beta/cats"))
	require.NoError(t, r.change(none))
	r.hold <- struct{}{}
	require.Equal(t, 200, <-held)
	require.NoError(t, r.change("paths: {/cats: {get: {x-gateway-throttle: {concurrent: 1}}}}"))
	require.Equal(t, 2, r.passes(2, "/beta/cats"), "nobody is inside any more")
}

// TestBadOverrides: an error names the place, and what was in force stays.
func TestBadOverrides(t *testing.T) {
	r := build(t, false)
	r.start("x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 3}}}}}")
	require.Equal(t, 3, r.passes(9, "/prod/cats"))
	for text, want := range map[string]string{
		"x-gateway-stages: {none: {throttle: {rateLimit: 1, burstLimit: 1}}}":                                                   `stage "none" is not one of the document's`,
		"x-gateway-stages: {prod: {throttle: {rateLimit: 1, burstLimit: 1}}}":                                                   "x-gateway-stages.prod.throttle: ANY /birds takes from no limit, as the document has none for it: write one there and generate again",
		"x-gateway-stages: {prod: {throttle: {rateLimit: 1}}}":                                                                  "x-gateway-stages.prod.throttle: the document has no rate there: rateLimit and burstLimit go together",
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: -1}}}}}":                                         "x-gateway-stages.prod.methods.GET /cats.throttle: the rate -1 is not between 0 and 1e+09 requests a second",
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: 2e9}}}}}":                                        "the rate 2e+09 is not between",
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: .nan}}}}}":                                       `line 1: rateLimit: ".nan" is no number`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: .inf}}}}}":                                       `line 1: rateLimit: ".inf" is no number`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: NaN}}}}}":                                        `line 1: rateLimit: "NaN" is no number`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: 1e-9, burstLimit: 1000}}}}}":                     "is refilled in more than 73 years",
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 1.5}}}}}":                                       `line 1: burstLimit: "1.5" is no whole number`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 1e300}}}}}":                                     `burstLimit: "1e300" is no whole number`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burst: 1}}}}}":                                              `line 1: "burst" cannot be overridden`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: [1]}}}}}":                                       "line 1: burstLimit: it must be one value",
		"x-gateway-stages: {prod: {methods: {GET /cats: {}}}}":                                                                  "x-gateway-stages.prod.methods.GET /cats has no throttle",
		"x-gateway-stages: {prod: {methods: {GET /cows: {throttle: {burstLimit: 1}}}}}":                                         `x-gateway-stages.prod.methods: "GET /cows" names no operation that can have it`,
		"x-gateway-stages: {prod: {methods: {cats: {throttle: {burstLimit: 1}}}}}":                                              `"cats" names no method`,
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 1}}, /cats/GET: {throttle: {burstLimit: 2}}}}}": `x-gateway-stages.prod.methods: "/cats/GET" and "GET /cats" are the same`,
		"x-gateway-stages: {prod: {methods: {ANY /birds: {throttle: {rateLimit: 1, burstLimit: 1}}}}}":                          "x-gateway-stages.prod.methods.ANY /birds.throttle: ANY /birds takes from no limit",
		"x-gateway-account: {throttle: {rateLimit: 1, burstLimit: 1}}":                                                          "x-gateway-account.throttle: ANY /birds takes from no limit",
		"x-gateway-account: {limit: 1}":                                                                                         "limit",
		"x-gateway-usage-plans: {none: {throttle: {rateLimit: 1, burstLimit: 1}}}":                                              "x-gateway-usage-plans.none: no operation asks for a key of such a plan",
		"x-gateway-usage-plans: {gold: {quota: {limit: -1}}}":                                                                   "x-gateway-usage-plans.gold.quota: the quota -1 is not between 0 and",
		"x-gateway-usage-plans: {gold: {quota: {period: YEAR}}}":                                                                `line 1: period: unknown period "YEAR"`,
		"x-gateway-usage-plans: {trial: {quota: {limit: 1}}}":                                                                   "x-gateway-usage-plans.trial.quota: the document has no quota there: limit and period go together",
		"x-gateway-usage-plans: {gold: {stages: {none: {methods: {GET /pets: {throttle: {burstLimit: 1}}}}}}}":                  "x-gateway-usage-plans.gold.stages.none: the plan is for no such stage",
		"x-gateway-usage-plans: {gold: {stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 1}}}}}}}":                  `x-gateway-usage-plans.gold.stages.prod.methods: "GET /cats" names no operation that can have it`,
		"x-gateway-usage-plans: {gold: {stages: {prod: {methods: {GET /pets: {throttle: {burstLimit: -1}}}}}}}":                 "x-gateway-usage-plans.gold.stages.prod.methods.GET /pets.throttle: the burst -1 is not between",
		"x-gateway-usage-plans: {gold: {stages: {prod: {}}}}":                                                                   "x-gateway-usage-plans.gold.stages.prod has no methods; which stages a plan is for cannot be overridden",
		"x-gateway-throttle: {rateLimit: 1, burstLimit: 1}":                                                                     "x-gateway-throttle: ANY /birds takes from no limit",
		"paths: {/birds: {x-gateway-any-method: {x-gateway-throttle: {concurrent: 1}}}}":                                        "paths./birds.any.x-gateway-throttle: ANY /birds takes from no limit",
		"paths: {/cows: {get: {x-gateway-throttle: {concurrent: 1}}}}":                                                          "paths./cows.get.x-gateway-throttle: it counts for no operation of the document",
		"paths: {/dogs: {x-gateway-throttle: {concurrent: 1}}}":                                                                 "paths./dogs.x-gateway-throttle: it counts for no operation of the document",
		"paths: {/dogs: {get: {x-gateway-throttle: {concurrent: 0}}}}":                                                          "paths./dogs.get.x-gateway-throttle: 0 requests cannot be the most at a time",
		"paths: {/dogs: {get: {x-gateway-throttle: {key: none}}}}":                                                              `line 1: "key" cannot be overridden`,
		"paths: {/dogs: {get: {summary: x}}}":                                                                                   `line 1: "summary" cannot be overridden`,
		"paths: {/dogs: {summary: x}}":                                                                                          `line 1: "summary" cannot be overridden`,
		"paths: {dogs: {}}":                                                                                                     `line 1: "dogs" is no path`,
		"paths: {/cats: {get: {x-gateway-throttle: {}}}}":                                                                       "paths./cats.get.x-gateway-throttle: neither a rate nor how many at a time",
		// All or nothing: what is right beside it is not taken either.
		"x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {burstLimit: 20}}}}}\nx-gateway-api-keys: {eve: {value: plain}}": "API keys",
	} {
		err := r.change(text)
		require.ErrorContains(t, err, want, text)
		r.clock.add(time.Minute)
		require.Equal(t, 3, r.passes(9, "/prod/cats"), text)
	}
	require.NoError(t, r.change(none))
	r.clock.add(time.Minute)
	require.Equal(t, 2, r.passes(9, "/prod/cats"))
}

// TestBadOverridesAtStart end the gateway.
func TestBadOverridesAtStart(t *testing.T) {
	r := build(t, false)
	code, log := r.fails("x-gateway-stages: {prod: {methods: {GET /cats: {throttle: {rateLimit: -1}}}}}")
	require.Equal(t, 1, code)
	require.Equal(t, 1, strings.Count(log, "GET /cats.throttle: the rate -1 is not between"), log)
}
