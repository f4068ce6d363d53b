package policy

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	seed = flag.Uint64("seed", 0, "seed of the policies that are compared with the naive evaluator; 0: a new one each run")
	many = flag.Int("policies", 250, "how many policies are compared with the naive evaluator")
)

// TestRandom makes policies and requests at random and compares what the compiled policies and the evaluated ones say with
// the naive evaluator.
func TestRandom(t *testing.T) {
	start := *seed
	if start == 0 {
		start = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", start)
	m := maker{rand.New(rand.NewPCG(start, 1))}
	var units []unit
	for i := range *many {
		u := unit{name: fmt.Sprintf("random %d", i), policy: m.policy()}
		for range 40 {
			u.asks = append(u.asks, m.ask())
		}
		units = append(units, u)
	}
	counts := map[string]int{}
	for i, answers := range run(t, units) {
		for j, got := range answers {
			a := units[i].asks[j]
			want := naive(units[i].policy, a)
			counts[want]++
			if got.Compiled != want || got.Evaluated != "" && got.Evaluated != want {
				t.Errorf("compiled %s, evaluated %q, naive %s: %+v of %s", got.Compiled, got.Evaluated, want, a, encode(t, units[i].policy))
			}
			if got.Evaluated != "" {
				counts["evaluated"]++
			}
		}
	}
	t.Logf("%v", counts)
	for _, effect := range []string{"allow", "explicit deny", "neutral", "evaluated"} {
		require.Greater(t, counts[effect], *many, "hardly anything is %s: the test shows little", effect)
	}
}

// maker makes policies and requests at random, of few words, so that they meet.
type maker struct{ *rand.Rand }

type object = map[string]any

func pick[T any](m maker, of ...T) T { return of[m.IntN(len(of))] }

// some is one of values, or a list of several.
func (m maker) some(one func() any) any {
	if m.IntN(2) == 0 {
		return one()
	}
	list := []any{}
	for range 1 + m.IntN(6) {
		list = append(list, one())
	}
	return list
}

func (m maker) policy() object {
	named := m.IntN(4) == 0 // with principals
	list := []any{}
	for range 1 + m.IntN(4) {
		list = append(list, m.statement(named))
	}
	p := object{"Statement": list}
	if version := pick(m, "2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", ""); version != "" {
		p["Version"] = version
	}
	return p
}

func (m maker) statement(named bool) object {
	s := object{"Effect": pick(m, "Allow", "Allow", "Deny")}
	s[pick(m, "Action", "Action", "Action", "NotAction")] = m.some(func() any {
		return pick(m, "execute-api:Invoke", "execute-api:Invoke", "*", "execute-api:*", "Execute-API:in?o*", "s3:Get*", "execute-api:InvalidateCache")
	})
	s[pick(m, "Resource", "Resource", "Resource", "NotResource")] = m.some(m.resource)
	if named {
		element := "Principal"
		if s["Effect"] == "Deny" && m.IntN(2) == 0 {
			element = "NotPrincipal"
		}
		s[element] = object{"AWS": m.some(m.principal)}
		if element == "Principal" && m.IntN(3) == 0 {
			s[element] = pick[any](m, "*", object{"AWS": "*"})
		}
	}
	if m.IntN(4) > 0 {
		conditions := object{}
		for range 1 + m.IntN(2) {
			m.condition(conditions)
		}
		s["Condition"] = conditions
	}
	return s
}

func (m maker) resource() any {
	return pick(m, "*", "execute-api:/*", "execute-api:/prod/*", "execute-api:/*/GET/*", "execute-api:/prod/GET/a", "execute-api:/prod/?ET/a/??",
		"execute-api:/prod/*/a*b", "execute-api:/*/GET/${aws:username}", "arn:aws:execute-api:*:*:*", "arn:aws:execute-api:eu-west-?:123456789012:a1b2c3d4e5/*/a",
		"arn:aws:execute-api:eu-*:*:*/prod/*/${aws:PrincipalType}*", "arn:aws:execute-api:*:111122223333:*", "arn:aws:s3:::*", "arn:aws:execute-api:eu-west-1",
		"execute-api:/prod/GET/%61/b", "execute-api:/prod/GET/a%2fb", "execute-api:/prod/GET/*?b*?", "execute-api:/prod/GET/${aws:username, 'a'}/*")
}

func (m maker) principal() any {
	return pick(m, "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:user/bob",
		"arn:aws:iam::123456789012:role/dev", "arn:aws:sts::123456789012:assumed-role/dev/s1", "arn:aws:iam::111122223333:user/alice", "111122223333")
}

// condition adds a key under an operator that fits it.
func (m maker) condition(conditions object) {
	operator, key := "", ""
	var value func() any
	negated := func(plain, not string) string { return pick(m, plain, plain, not) }
	words := func() any { return pick(m, "a", "ab", "A", "alice", "https://a/", "Mozilla/5.0", "b*", "vpc-1") }
	patterns := func() any {
		return pick(m, "a*", "*b", "?", "*", "*a*", "a?*", "alice", "b${*}", "${aws:username}", "${aws:UserAgent}?", "${aws:userid, 'ab'}", "${aws:Referer}", "**a??")
	}
	text := pick(m, "aws:UserAgent", "aws:Referer", "aws:username", "aws:userid", "aws:PrincipalType", "aws:SourceVpc", "AWS:sourcevpce", "aws:PrincipalAccount")
	switch m.IntN(10) {
	case 0:
		operator, key, value = negated("StringEquals", "StringNotEquals"), text, pick(m, words, patterns)
	case 1:
		operator, key, value = negated("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), text, pick(m, words, patterns)
	case 2, 3:
		operator, key, value = negated("StringLike", "StringNotLike"), text, patterns
	case 4:
		operator, key = negated("IpAddress", "NotIpAddress"), pick(m, "aws:SourceIp", "aws:VpcSourceIp")
		value = func() any {
			return pick(m, "203.0.113.0/24", "203.0.113.7", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::/0")
		}
	case 5:
		operator, key = pick(m, "DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThanEquals"), pick(m, "aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime")
		value = func() any {
			return pick(m, "2026-03-15T12:00:00Z", "2026-03-15T13:00+01:00", "2026-03", "2027", "1773576001")
		}
	case 6:
		operator, key = pick(m, "NumericLessThan", "NumericGreaterThan", "NumericEquals", "NumericNotEquals", "NumericLessThanEquals", "NumericGreaterThanEquals"), "aws:EpochTime"
		value = func() any { return pick[any](m, 1773576000, "1773576000.5", "1.7e9", "1773576001") }
	case 7:
		operator, key = negated("ArnLike", "ArnNotEquals"), "aws:PrincipalArn"
		value = func() any {
			return pick(m, "arn:aws:iam::123456789012:user/*", "arn:aws:iam::*:*/alice", "arn:aws:iam::*:role/de?", "*", "arn:aws:iam::${aws:ResourceAccount}:user/${aws:username}")
		}
	case 8:
		operator, key = "Bool", pick(m, "aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService", "aws:PrincipalIsAWSService")
		value = func() any { return pick[any](m, "true", "false", false) }
	default:
		conditions["Null"] = object{pick(m, text, "aws:CurrentTime", "aws:SourceIp", "aws:TokenIssueTime"): m.some(func() any { return pick[any](m, "true", "false", true) })}
		return
	}
	operator = pick(m, "", "", "", "ForAnyValue:", "ForAllValues:") + operator + pick(m, "", "", "IfExists")
	conditions[operator] = object{key: m.some(value)}
}

func (m maker) ask() ask {
	a := ask{
		Method: pick(m, "GET", "GET", "POST"), Path: pick(m, "/prod/a", "/prod/a/b", "/test/a", "/prod/alice", "/prod", "/prod/User", "/prod/%61//b/", "/prod/a%2Fb", "/prod/a/%c3%a9"),
		IP: pick(m, "203.0.113.7", "10.0.0.1", "10.0.0.1", "2001:db8::1", "198.51.100.1"), HTTPS: m.IntN(2) == 0,
		Action: pick(m, "Invoke", "Invoke", "InvalidateCache"), Time: time.Unix(1773576000+int64(m.IntN(3))-1, 0), Headers: map[string]string{},
	}
	if m.IntN(3) > 0 {
		a.Principal = pick(m, "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:user/team/ab", "arn:aws:sts::123456789012:assumed-role/dev/s1",
			"arn:aws:iam::123456789012:root", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::123456789012:role/dev", "arn:aws:sts::123456789012:federated-user/a")
		a.UserID = pick(m, "", "ab", "AIDA:a")
	}
	for _, h := range []struct {
		name   string
		values []string
	}{
		{"User-Agent", []string{"a", "ab", "A", "b*", "Mozilla/5.0", "?", "alice", "b**"}}, {"Referer", []string{"a", "b*", "https://a/", "éa", "alice", "ab"}},
		{"X-Amzn-Vpc-Id", []string{"vpc-1", "a"}}, {"X-Amzn-Vpce-Id", []string{"vpce-1", "ab"}},
		{"X-Forwarded-For", []string{"203.0.113.9", "192.0.2.1"}}, {"X-Forwarded-Proto", []string{"https", "http"}},
	} {
		if n := m.IntN(2 * len(h.values)); n < len(h.values) {
			a.Headers[h.name] = h.values[n]
		}
	}
	return a
}
