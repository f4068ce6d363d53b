package policy

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

type group struct {
	Group string
	Cases []struct {
		About                        string
		Policy, Statement, Condition map[string]any
		Rows                         []row
	}
}

type row struct {
	Want, Method, Path, IP, Principal, UserID, Action string
	HTTPS                                             bool
	Time                                              time.Time
	Headers                                           map[string]string
}

// ask is the row's request, with what it leaves out.
func (r row) ask() ask {
	a := ask{Method: r.Method, Path: r.Path, IP: r.IP, Principal: r.Principal, UserID: r.UserID, Action: r.Action, HTTPS: r.HTTPS, Time: r.Time, Headers: r.Headers}
	for _, f := range []struct {
		field *string
		value string
	}{{&a.Method, "GET"}, {&a.Path, "/prod/pets/7"}, {&a.IP, "203.0.113.7"}} {
		if *f.field == "" {
			*f.field = f.value
		}
	}
	if a.Time.IsZero() {
		a.Time = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	}
	return a
}

// effects are the words of the table.
var effects = map[string]string{"allow": "allow", "deny": "explicit deny", "neutral": "neutral"}

// TestTable holds compiled policies, those that are evaluated, and the naive evaluator to the table.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("testdata/table.yaml")
	require.NoError(t, err)
	var groups []group
	require.NoError(t, yaml.Unmarshal(text, &groups))
	var units []unit
	var rows [][]row
	for _, g := range groups {
		for _, c := range g.Cases {
			u := unit{name: g.Group + ": " + c.About, policy: c.Policy}
			if c.Condition != nil {
				c.Statement = map[string]any{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*", "Condition": c.Condition}
			}
			if c.Statement != nil {
				u.policy = map[string]any{"Version": "2012-10-17", "Statement": []any{c.Statement}}
			}
			for _, r := range c.Rows {
				u.asks = append(u.asks, r.ask())
			}
			units, rows = append(units, u), append(rows, c.Rows)
		}
	}
	compared, evaluated := 0, 0
	for i, answers := range run(t, units) {
		for j, got := range answers {
			want, a := effects[rows[i][j].Want], units[i].asks[j]
			require.NotEmpty(t, want, "%s: row %d", units[i].name, j)
			what := fmt.Sprintf("%s: %+v", units[i].name, a)
			assert.Equal(t, want, got.Compiled, "compiled: %s", what)
			if compared++; got.Evaluated != "" {
				evaluated++
				assert.Equal(t, want, got.Evaluated, "evaluated: %s", what)
			}
			assert.Equal(t, want, naive(units[i].policy, a), "naive: %s", what)
		}
	}
	t.Logf("%d policies, %d rows, %d of them evaluated at run time too", len(units), compared, evaluated)
	require.Greater(t, compared, 200)
	require.Greater(t, evaluated, 200)
}
