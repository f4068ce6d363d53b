package policy_test

import (
	"os"
	"testing"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/policy"
	"github.com/gatewright/gatewright/gen/source"
)

// FuzzPolicy reads whatever text as a policy: nothing may panic, every finding has a place, and a policy without errors
// becomes Go that parses.
func FuzzPolicy(f *testing.F) {
	seed, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(seed))
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":{"Sid":"*/ } func","Effect":"Deny","Principal":"*","NotAction":"*","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"Service":"a"},"Action":"execute-api:Invoke","NotResource":["execute-api:/a` + "`" + `\"","arn:aws"],"Condition":{"ForAllValues:BoolIfExists":{"aws:SecureTransport":["true",false]},"Null":{"aws:Referer":["true","false"]},"BinaryEquals":{"aws:userid":"//8="}}}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":["*","arn:aws:iam::${aws:ResourceAccount}:user/*"]},"NumericEquals":{"aws:EpochTime":[1,2.5]},"StringLike":{"aws:PrincipalTag/a":"b"}}}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := &source.File{Path: "a.yaml", Data: []byte(text)}
		root, problems := source.Parse(file)
		if len(problems) > 0 || root.IsZero() {
			return
		}
		for _, kind := range []policy.Kind{policy.Resource, policy.Identity} {
			p, found := policy.Read(root, kind)
			found = append(found, policy.Check(p, policy.Facts{API: "a", Account: "123456789012", Region: "eu-west-1"})...)
			sound := true
			for _, d := range found {
				if !d.Span.Valid() || d.Message == "" {
					t.Fatalf("%+v", d)
				}
				sound = sound && (d.Severity == diag.Warning || d.Code == diag.PolicyKey)
			}
			if !sound || leftOpen(root) {
				continue
			}
			decls := policy.Lower(p, "one", "one is a policy.", numbered())
			if _, err := emit.Program(&plan.Program{Package: "a", Files: []plan.File{{Name: "a_gw.go", Decls: decls}}}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// leftOpen reports whether anything below n is a function or placeholder, which loading would have reported.
func leftOpen(n source.Node) bool {
	if cfn.LeftOpen(n) {
		return true
	}
	for _, item := range n.Items() {
		if leftOpen(item) {
			return true
		}
	}
	for _, p := range n.Pairs() {
		if leftOpen(p.Value) {
			return true
		}
	}
	return false
}
