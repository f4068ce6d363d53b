package emit

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
