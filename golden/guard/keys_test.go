package guard

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeys presents API keys over both protocols.
func TestKeys(t *testing.T) {
	w := newWorld(t)
	g := w.start(t, "callers.yaml")
	for version := 1; version <= 2; version++ {
		client := clientOf(t, version)
		for name, test := range map[string]struct {
			header []string
			want   int
		}{
			"a good key":        {[]string{"X-Api-Key", w.secrets["ALICE_KEY"]}, 200},
			"in small letters":  {[]string{"x-api-key", w.secrets["ALICE_KEY"]}, 200},
			"no key":            {nil, 403},
			"an empty one":      {[]string{"X-Api-Key", ""}, 403},
			"an unknown one":    {[]string{"X-Api-Key", unguessable()}, 403},
			"a disabled one":    {[]string{"X-Api-Key", w.secrets["bob.key"]}, 403},
			"a part of one":     {[]string{"X-Api-Key", w.secrets["ALICE_KEY"][:31]}, 403},
			"one with more":     {[]string{"X-Api-Key", w.secrets["ALICE_KEY"] + "0"}, 403},
			"the last of two":   {[]string{"X-Api-Key", unguessable(), "X-Api-Key", w.secrets["ALICE_KEY"]}, 200}, // as mappings see it
			"the first of two":  {[]string{"X-Api-Key", w.secrets["ALICE_KEY"], "X-Api-Key", unguessable()}, 403},
			"in a list":         {[]string{"X-Api-Key", w.secrets["ALICE_KEY"] + "," + w.secrets["ALICE_KEY"]}, 403},
			"in another header": {[]string{"Authorization", w.secrets["ALICE_KEY"]}, 403},
		} {
			got := w.do(t, client, g.request("GET", "/keyed/allowed", "", test.header...))
			require.Equal(t, test.want, got.status, "HTTP/%d: %s", version, name)
			if test.want == 200 {
				require.Len(t, got.got.header.Get("X-Key-Id"), 10)
			} else {
				require.Equal(t, "ForbiddenException {\"message\":\"Forbidden\"}", fmt.Sprint(got.kind, " ", got.body), name)
			}
		}
		got := w.do(t, client, g.request("GET", "/keyed/allowed?x-api-key="+w.secrets["ALICE_KEY"], ""))
		require.Equal(t, 403, got.status, "a key in the query is none")
	}
	for _, secret := range w.secrets {
		g.keepsQuiet(secret)
	}
}
