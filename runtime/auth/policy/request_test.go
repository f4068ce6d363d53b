package policy

import (
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

func TestResourceARN(t *testing.T) {
	for target, want := range map[string]string{
		"/prod":                    "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/",
		"/prod/pets/7/":            "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/pets/7",
		"/prod//%70ets/%c3%a9%2f*": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/pets/%C3%A9%2F%2A",
		"/prod/a:b;c=d,e@f/%25%3f": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/a:b;c=d,e@f/%25%3F",
		"/prod/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6",
	} {
		during(t, testAPI(), target, nil, func(c *gw.Ctx) {
			var r Request
			r.Begin(c, Invoke, nil)
			require.Equal(t, want, r.ResourceARN())
			require.True(t, r.Resource(want), "whoever answers with the ARN that was asked about means it")
		})
	}
}

func TestResourceARNOfOtherAPIs(t *testing.T) {
	for region, want := range map[string]string{
		"cn-north-1":    "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/$default/GET/pets",
		"us-gov-east-1": "arn:aws-us-gov:execute-api:us-gov-east-1:123456789012:a1b2c3d4e5/$default/GET/pets",
	} {
		api := testAPI()
		api.Region, api.Stages = region, nil
		during(t, api, "/pets", nil, func(c *gw.Ctx) {
			var r Request
			r.Begin(c, Invoke, nil)
			require.Equal(t, want, r.ResourceARN())
			require.True(t, r.InAPI("*/GET/pets"))
		})
	}
}

// TestLastHeaderCounts takes the word of the nearest proxy, not that of a client which sends the header too.
func TestLastHeaderCounts(t *testing.T) {
	headers := []string{"X-Amzn-Vpce-Id", "vpce-theirs", "X-Amzn-Vpce-Id", "vpce-ours", "X-Forwarded-Proto", "http, https"}
	during(t, testAPI(), "/prod", headers, func(c *gw.Ctx) {
		var r Request
		r.Begin(c, Invoke, nil)
		require.Equal(t, "vpce-ours", r.SourceVPCE())
		require.Equal(t, "true", r.SecureTransport())
		require.Equal(t, "10.0.0.1", r.VPCSourceIP())
	})
}

// TestNothingStays uses a Request twice: the second time it knows nothing of the first.
func TestNothingStays(t *testing.T) {
	var r Request
	during(t, testAPI(), "/prod/pets", testHeaders, func(c *gw.Ctx) {
		r.Begin(c, Invoke, MustPrincipal("arn:aws:iam::123456789012:user/alice", ""))
		c.Hold(&r)
		require.True(t, r.Resource("arn:aws:execute-api:*:*:*/prod/GET/pets"))
		require.Equal(t, "alice", r.Username())
	})
	require.Nil(t, r.c, "the context let go of it")
	require.Nil(t, r.principal)
	during(t, testAPI(), "/prod/cats", nil, func(c *gw.Ctx) {
		r.Begin(c, InvalidateCache, nil)
		require.True(t, r.InAPI("prod/GET/cats"))
		require.Empty(t, r.Username())
		require.False(t, r.Action(Invoke))
	})
	r.arn = make([]byte, 0, maxKept+1)
	r.Release()
	require.Zero(t, cap(r.arn), "what grew too large is not kept")
}

func TestPrincipals(t *testing.T) {
	for _, arn := range []string{
		"", "alice", "123456789012", "arn:aws:iam::123456789012:user/", "arn:aws:iam::123456789012:rooted", "arn:aws:iam::12345678901:root",
		"arn:aws:iam:eu-west-1:123456789012:root", "arn:aws:sts::123456789012:assumed-role/dev", "arn:aws:sts::123456789012:assumed-role/dev/a/b",
		"arn:aws:iam::123456789012:assumed-role/dev/a", "arn:aws:iam::123456789012:group/a", "arn:aws:iam::123456789012:user/*", "arn:aws:s3:::pets",
	} {
		_, err := NewPrincipal(arn, "")
		require.Error(t, err, arn)
	}
	p := MustPrincipal("arn:aws-cn:sts::123456789012:assumed-role/dev/anna", "")
	require.Equal(t, "arn:aws-cn:sts::123456789012:assumed-role/dev/anna", p.ARN())
	require.Equal(t, "123456789012", p.Account())
	require.Equal(t, "arn:aws-cn:iam::123456789012:role/dev", p.policyARN())
	require.True(t, p.isRole("arn:aws-cn:iam::123456789012:role/team/dev"), "a session does not tell its role's path")
	require.False(t, p.isRole("arn:aws:iam::123456789012:role/dev"))
	require.False(t, p.isRole("arn:aws-cn:iam::123456789012:role/devel"))
}

// TestEveryKeyHasAValue asks for all keys that requests can have.
func TestEveryKeyHasAValue(t *testing.T) {
	headers := append([]string{"Referer", "https://a.example/", "X-Amzn-Vpc-Id", "vpc-1"}, testHeaders...)
	during(t, testAPI(), "/prod", headers, func(c *gw.Ctx) {
		var r Request
		r.Begin(c, Invoke, MustPrincipal("arn:aws:iam::123456789012:user/alice", "AIDAEXAMPLE"))
		for _, name := range language.KeyNames() {
			key, standing := language.FindKey(name)
			if value := r.value(key); (value == "") != (standing == language.Missing) {
				t.Errorf("%s is %q", name, value)
			}
			require.Equal(t, name, key.String())
			require.Equal(t, standing, key.Standing())
		}
	})
}
