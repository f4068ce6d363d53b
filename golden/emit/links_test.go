package emit

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen"
)

// A gateway links what its document uses, and nothing else: no code of Lambda's without a function, no signing without a
// service of Amazon's.
func TestLinks(t *testing.T) {
	const runtime = "github.com/gatewright/gatewright/runtime/"
	lambda := []string{runtime + "integration/lambda", runtime + "function"}
	amazon := []string{"github.com/aws/aws-sdk-go-v2", runtime + "internal/sigv4"}
	library := []string{"github.com/aws/aws-lambda-go"}
	for example, absent := range map[string][][]string{
		"petstore":  {lambda, amazon, library, {runtime + "integration/awsservice"}},
		"orders":    {lambda, library},
		"functions": {amazon, {runtime + "integration/awsservice"}},
	} {
		out, err := exec.Command("go", "list", "-deps", "../../examples/"+example+"/gateway").CombinedOutput()
		require.NoError(t, err, "%s", out)
		for _, group := range absent {
			for _, prefix := range group {
				for _, path := range strings.Fields(string(out)) {
					require.False(t, path == prefix || strings.HasPrefix(path, prefix+"/"), "%s links %s", example, path)
				}
			}
		}
	}
}

// A part is linked where the gateway was generated with it, and nowhere else: not for limits that it could share.
func TestLinksOfParts(t *testing.T) {
	const runtime = "github.com/gatewright/gatewright/runtime/"
	archive, err := txtar.ParseFile("testdata/parts.txtar")
	require.NoError(t, err)
	path := document(t, archive)
	for part, linked := range map[string][]string{
		"redis": {"github.com/redis/go-redis/v9", runtime + "limit/redisstore", runtime + "part/redis"},
	} {
		for _, with := range [][]string{nil, {part}} {
			tree := newModule(t)
			set := generateWith(t, path, with)
			for _, name := range set.Names() {
				tree.add("gateway/"+name, set.Text(name))
			}
			deps := strings.Fields(tree.run("list", "-deps", "./gateway"))
			require.Contains(t, deps, runtime+"throttle")
			for _, dep := range linked {
				require.Equal(t, with != nil, slices.Contains(deps, dep), "with %q: %s", with, dep)
			}
		}
	}
	require.Len(t, gen.Parts(), 1, "a part without a line above")
}
