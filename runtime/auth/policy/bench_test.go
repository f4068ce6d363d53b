package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

// What the generator makes of a resource policy of three statements.
var (
	compiledNetworks = MustNetworks("203.0.113.0/24", "2001:db8::/32", "198.51.100.0/24", "192.0.2.0/24")
	compiledTemplate = MustTemplate("prod/GET/users/${aws:username}/*")
	compiledDates    = MustDates("2027-01-01")
)

func compiled(r *Request) Effect {
	if !IPAddress(r.SourceIP(), compiledNetworks) && !StringEquals(r.SourceVPCE(), "vpce-0") {
		return ExplicitDeny
	}
	if StringLike(r.UserAgent(), "*bot*", "*spider*") {
		return ExplicitDeny
	}
	if r.Action(Invoke) &&
		(r.InAPI("prod/GET/pets/*", "prod/POST/pets") || r.Resource("arn:aws:execute-api:*:*:*/test/*") || compiledTemplate.InAPI(r)) &&
		DateLessThan(r.Time(), compiledDates) && Bool(r.SecureTransport(), false) {
		return Allow
	}
	return Neutral
}

// arriving is the same policy as it comes at run time.
const arriving = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32","198.51.100.0/24","192.0.2.0/24"]},"StringNotEquals":{"aws:SourceVpce":"vpce-0"}}},
	{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:UserAgent":["*bot*","*spider*"]}}},
	{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/pets/*","arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/pets","arn:aws:execute-api:*:*:*/test/*","arn:aws:execute-api:*:*:*/prod/GET/users/${aws:username}/*"],
	 "Condition":{"DateLessThan":{"aws:CurrentTime":"2027-01-01"},"Bool":{"aws:SecureTransport":"false"}}}]}`

// ordinary is what a Lambda authorizer mostly answers with.
const ordinary = `{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/pets/*"}]}`

func TestEvaluationAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	d, err := ParseDocument(arriving)
	require.NoError(t, err)
	alice := MustPrincipal("arn:aws:iam::123456789012:user/alice", "")
	for target, want := range map[string]Effect{"/prod/pets/7": Allow, "/prod/users/alice/inbox": Allow, "/prod/cats": Neutral} {
		during(t, testAPI(), target, testHeaders, func(c *gw.Ctx) {
			var r Request
			for name, evaluate := range map[string]func(*Request) Effect{"compiled": compiled, "evaluated": d.Evaluate} {
				require.Zero(t, testing.AllocsPerRun(100, func() {
					r.Begin(c, Invoke, alice)
					if evaluate(&r) != want {
						panic(fmt.Sprintf("%s %s: not %s", name, target, want))
					}
				}), "%s %s", name, target)
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	documents := map[string]*Document{}
	for name, text := range map[string]string{"ordinary": ordinary, "arriving": arriving} {
		d, err := ParseDocument(text)
		require.NoError(b, err)
		documents[name] = d
	}
	for _, bench := range []struct {
		name     string
		evaluate func(*Request) Effect
	}{
		{"compiled", compiled}, {"evaluated", documents["arriving"].Evaluate}, {"ordinary", documents["ordinary"].Evaluate},
	} {
		b.Run(bench.name, func(b *testing.B) {
			during(b, testAPI(), "/prod/pets/7", testHeaders, func(c *gw.Ctx) {
				var r Request
				b.ReportAllocs()
				for b.Loop() {
					r.Begin(c, Invoke, nil)
					if bench.evaluate(&r) != Allow {
						b.Fatal("not allowed")
					}
				}
			})
		})
	}
}

func BenchmarkParseDocument(b *testing.B) {
	for name, text := range map[string]string{"ordinary": ordinary, "arriving": arriving} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := ParseDocument(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestNoOperatorAllocates evaluates every operator once, with and without policy variables.
func TestNoOperatorAllocates(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	alice := MustPrincipal("arn:aws:iam::123456789012:user/alice", "AIDA")
	for _, condition := range []string{
		`"StringEquals":{"aws:username":["x","${aws:username}"]}`, `"StringNotEquals":{"aws:userid":"${aws:CurrentTime}"}`,
		`"StringEqualsIgnoreCase":{"aws:username":["ALICE","${aws:UserAgent}"]}`, `"StringEqualsIgnoreCase":{"aws:username":"${aws:username}"}`,
		`"StringLike":{"aws:username":"a*","aws:UserAgent":"*${aws:Referer, 'Mozilla'}*"}`, `"StringNotLike":{"aws:UserAgent":"*b?t*"}`,
		`"ArnLike":{"aws:PrincipalArn":["arn:aws:s3:::*","arn:aws:iam::*:user/${aws:username}"]}`, `"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::1:*"}`,
		`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"NotIpAddress":{"aws:VpcSourceIp":"::/0"}`, `"Bool":{"aws:SecureTransport":"false"}`,
		`"BinaryEquals":{"aws:userid":"QUlEQQ=="}`, `"Null":{"aws:TokenIssueTime":"true","aws:EpochTime":"false"}`,
		`"NumericEquals":{"aws:EpochTime":1773576000}`, `"NumericNotEquals":{"aws:EpochTime":1}`, `"NumericLessThan":{"aws:EpochTime":"1e11"}`,
		`"NumericLessThanEquals":{"aws:EpochTime":1773576000}`, `"NumericGreaterThan":{"aws:EpochTime":1}`, `"NumericGreaterThanEquals":{"aws:EpochTime":1}`,
		`"DateEquals":{"aws:CurrentTime":"2026-03-15T12:00Z"}`, `"DateNotEquals":{"aws:CurrentTime":"2026"}`, `"DateLessThan":{"aws:CurrentTime":"2027"}`,
		`"DateLessThanEquals":{"aws:CurrentTime":"2027"}`, `"DateGreaterThan":{"aws:CurrentTime":"2026"}`, `"DateGreaterThanEquals":{"aws:CurrentTime":"2026"}`,
	} {
		d, err := ParseDocument(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + condition + `}}}`)
		require.NoError(t, err)
		during(t, testAPI(), "/prod/pets/7", testHeaders, func(c *gw.Ctx) {
			var r Request
			require.Zero(t, testing.AllocsPerRun(50, func() {
				r.Begin(c, Invoke, alice)
				if d.Evaluate(&r) != Allow {
					panic(condition)
				}
			}), condition)
		})
	}
}
