package live

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the pages say now")

// same compares a text with a file of testdata.
func same(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

// TestPages looks at a gateway of which something was taken, byte by byte.
func TestPages(t *testing.T) {
	r := build(t, false)
	r.start(none)
	_, fresh := r.page("/limits")
	same(t, "limits_fresh.json", fresh)

	require.Equal(t, 2, r.passes(2, "/prod/pets", "X-Api-Key", aliceKey))
	require.Equal(t, 1, r.passes(1, "/prod/cats"))
	require.Equal(t, 1, r.passes(1, "/beta/dogs", "X-Who", "a"))
	held := make(chan int, 1)
	go func() { held <- r.ask("/beta/dogs", "X-Who", "b", "X-Hold", "1") }()
	<-r.inside
	r.clock.add(100 * time.Millisecond)
	require.NoError(t, r.change("x-gateway-usage-plans: {trial: {throttle: {rateLimit: 0, burstLimit: 9}}}"))
	_, taken := r.page("/limits")
	same(t, "limits_taken.json", taken)
	_, client := r.page("/limits?client=b")
	require.Contains(t, client, `"client": {
        "rateLimit": 1,
        "burstLimit": 3,
        "left": 2,
        "fullSeconds": 0.9
      },
      "clientInside": 1
`)
	_, client = r.page("/limits?client=c")
	require.Contains(t, client, `"left": 3,
        "fullSeconds": 0
      },
      "clientInside": 0
`)
	require.NotContains(t, taken, `"client":`)
	r.hold <- struct{}{}
	require.Equal(t, 200, <-held)

	bob := idOf(t, r, "bob")
	_, one := r.page("/limits?key=" + bob)
	same(t, "limits_key.json", one)
	require.NotContains(t, fresh+taken+one, "alice-alice")
}

// TestUsage reports three days.
func TestUsage(t *testing.T) {
	r := build(t, false)
	r.start("x-gateway-usage-plans: {trial: {quota: {limit: 100, period: MONTH}}}")
	ask := func(n int, key string) { require.Equal(t, n, r.passes(n, "/beta/pets", "X-Api-Key", key)) }
	ask(3, aliceKey)
	ask(5, bobKey)
	r.clock.add(24 * time.Hour)
	ask(6, bobKey)
	r.clock.add(24 * time.Hour)
	ask(4, aliceKey)

	_, got := r.page("/usage?plan=gold&from=2026-03-03&to=2026-03-06")
	same(t, "usage_gold.json", got)
	_, got = r.page("/usage?plan=trial&from=2026-03-03&to=2026-03-06")
	same(t, "usage_trial.json", got)
	_, got, header := r.get("admin_listen", "/usage?plan=gold&from=2026-03-04&to=2026-03-06&format=csv")
	same(t, "usage_gold.csv", got)
	require.Equal(t, "text/csv; charset=utf-8", header.Get("Content-Type"))
	_, got = r.page("/usage?plan=gold&from=2026-03-04&to=2026-03-04&key=" + idOf(t, r, "bob"))
	same(t, "usage_unused.json", got)
	_, got = r.page("/usage?plan=gold&from=2026-03-01&to=2026-03-02")
	require.JSONEq(t, `{"usagePlanId": "gold", "startDate": "2026-03-01", "endDate": "2026-03-02", "items": {}}`, got)
}

// TestUsageOfManyKeys pages.
func TestUsageOfManyKeys(t *testing.T) {
	r := build(t, false)
	r.start("x-gateway-usage-plans: {gold: {keys: [alice, bob]}, trial: {keys: []}}")
	for _, key := range []string{aliceKey, bobKey} {
		require.Equal(t, 200, r.ask("/beta/pets", "X-Api-Key", key))
	}
	const path = "/usage?plan=gold&from=2026-03-04&to=2026-03-04"
	ids := []string{idOf(t, r, "alice"), idOf(t, r, "bob")}
	first, last := min(ids[0], ids[1]), max(ids[0], ids[1])
	_, got := r.page(path + "&limit=1")
	require.JSONEq(t, `{"usagePlanId": "gold", "startDate": "2026-03-04", "endDate": "2026-03-04", "position": "`+first+`", "items": {"`+first+`": [[1, 9]]}}`, got)
	_, got = r.page(path + "&limit=1&position=" + first)
	require.JSONEq(t, `{"usagePlanId": "gold", "startDate": "2026-03-04", "endDate": "2026-03-04", "items": {"`+last+`": [[1, 9]]}}`, got)
}

// idOf is the id of a key.
func idOf(t *testing.T, r *running, name string) string {
	t.Helper()
	id := r.plans.Keys().ID(r.plans.Keys().Numbers()[name])
	require.Len(t, id, 10)
	return id
}

// TestBadQueries get a reason.
func TestBadQueries(t *testing.T) {
	r := build(t, false)
	r.start(none)
	for query, want := range map[string]string{
		"/usage":                                                                          "400 plan is missing: the name of a usage plan",
		"/usage?plan=gold&to=2026-03-04":                                                  "400 from is missing: a date as 2006-01-02",
		"/usage?plan=gold&from=2026-03-04":                                                "400 to is missing: a date as 2006-01-02",
		"/usage?plan=gold&from=4.3.2026&to=2026-03-04":                                    `400 from="4.3.2026" is no date as 2006-01-02`,
		"/usage?plan=gold&from=2026-02-30&to=2026-03-04":                                  `400 from="2026-02-30" is no date as 2006-01-02`,
		"/usage?plan=gold&from=1969-12-31&to=2026-03-04":                                  `400 from="1969-12-31" is no date as 2006-01-02`,
		"/usage?plan=gold&from=9999-12-31&to=9999-12-31":                                  `400 from="9999-12-31" is no date as 2006-01-02`,
		"/usage?plan=gold&from=2026-03-05&to=2026-03-04":                                  "400 from is later than to",
		"/usage?plan=gold&from=2025-01-01&to=2026-03-04":                                  "400 428 days are more than the 400 that are kept",
		"/usage?plan=gold&from=2026-03-04&to=2026-03-04&format=xml":                       `400 format="xml" is neither json nor csv`,
		"/usage?plan=gold&from=2026-03-04&to=2026-03-04&limit=0":                          `400 limit="0" is no number from 1 to 10000`,
		"/usage?plan=gold&from=2026-03-04&to=2026-03-04&to=2026-03-05":                    "400 to is there twice",
		"/usage?plan=gold&start=2026-03-04":                                               `400 unknown parameter "start": there are ["plan" "from" "to" "key" "format" "limit" "position"]`,
		"/usage?plan=%zz":                                                                 "400 the query cannot be read",
		"/usage?plan=silver&from=2026-03-04&to=2026-03-04":                                `404 there is no usage plan "silver"`,
		"/usage?plan=gold&from=2026-03-04&to=2026-03-04&key=0000000000":                   "404 there is no API key with that id",
		"/usage?plan=gold&from=2026-03-04&to=2026-03-04&key=" + url.QueryEscape(aliceKey): "404 there is no API key with that id",
		"/limits?key=0000000000":                                                          "404 there is no API key with that id",
		"/limits?keys=a":                                                                  `400 unknown parameter "keys": there are ["key" "client"]`,
	} {
		code, body := r.page(query)
		require.Equal(t, want, strings.TrimSpace(fmt.Sprint(code, " ", body)), query)
	}
}
