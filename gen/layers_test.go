package gen_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gatewright/gatewright/"

// layer is what the packages of a folder may import of this module and of others; the standard library is open to all.
type layer struct {
	folder string // a package, or with /... all below it
	allow  []string
	why    string
}

// layers is the architecture: the first entry that fits a package holds for it. What is not allowed is banned.
var layers = []layer{
	{"gen", []string{"gen/authorizer", "gen/check", "gen/diag", "gen/emit", "gen/integration", "gen/linked", "gen/load", "gen/lower", "gen/model", "gen/plan", "gen/source", "gen/throttle", "gen/validation", "gen/write"},
		"it orders the stages"},
	{"gen/source", []string{"go.yaml.in/yaml/"}, "positions and nodes know no OpenAPI"},
	{"gen/diag", []string{"gen/source"}, "a finding knows where it is, not what documents mean"},
	{"gen/model", []string{"gen/source"}, "what the document says is data"},
	{"gen/mapping", []string{"gen/diag", "runtime/value"}, "the small languages know nothing of documents; JSONPath has one grammar for both times"},
	{"gen/plan", nil, "what the program does is data, without documents and without printing"},
	{"gen/cfn", []string{"gen/diag", "gen/source", "go.yaml.in/yaml/v4"}, "it fills values in, and knows templates but no OpenAPI"},
	{"gen/load", []string{"gen/cfn", "gen/diag", "gen/model", "gen/source", "go.yaml.in/yaml/v4"}, "it reads the document and decides nothing"},
	{"gen/linked", []string{"gen/diag", "gen/model", "gen/source", "golang.org/x/tools/go/packages"}, "it asks the go command where packages are"},
	{"gen/policy", []string{"gen/cfn", "gen/diag", "gen/plan", "gen/source", "runtime/auth/policy/language"}, "compiled policies become functions of the plan; what was left open is no policy; their language has one grammar for both times"},
	{"gen/check", []string{"gen/diag", "gen/mapping", "gen/model", "gen/policy", "gen/source", "golang.org/x/net/http/httpguts", "templates/..."}, "it reports, and lowers nothing; what may name a header is a library's"},
	{"gen/integration", []string{"gen/diag", "gen/mapping", "gen/model", "gen/plan", "gen/source", "gen/template", "runtime/value", "templates/...", "github.com/dlclark/regexp2"},
		"a kind spans checking and lowering; Java's regular expressions need an engine of their own, and JSONPath has one grammar for both times"},
	{"gen/authorizer", []string{"gen/diag", "gen/mapping", "gen/model", "gen/plan", "gen/source", "runtime/value"}, "a way in spans checking and lowering; Java's regular expressions are read by the runtime's engine"},
	{"gen/throttle", []string{"gen/diag", "gen/model", "gen/source", "runtime/limit", "runtime/limit/methodkey", "golang.org/x/net/http/httpguts"}, "rates, quotas and the keys of methods are the runtime's, as overrides have them too"},
	{"gen/validation", []string{"gen/diag", "gen/model", "gen/plan", "gen/schema", "gen/source"}, "it says what is checked; how, the compiled schemas know"},
	{"gen/template", []string{"gen/plan", "templates/..."}, "compiled templates become steps of the plan"},
	{"gen/schema", []string{"gen/diag", "gen/model", "gen/plan", "gen/source", "runtime/schema/ecma"}, "compiled schemas become functions of the plan; their patterns have one grammar for both times"},
	{"gen/lower", []string{"gen/authorizer", "gen/emit", "gen/integration", "gen/mapping", "gen/model", "gen/plan", "gen/policy", "gen/source", "gen/template", "gen/throttle", "gen/validation", "runtime/abi", "runtime/limit", "runtime/value", "templates/..."},
		"it decides; of emit it knows the names that imports take, of the runtime the revision and the grammar of JSONPath"},
	{"gen/emit", []string{"gen/plan", "github.com/dave/jennifer/jen"}, "the only user of the printing library, which knows the plan alone"},
	{"gen/write", nil, "files are bytes"},
	{"templates/...", []string{"templates/..."}, "the template language stands by itself"},
	{"runtime/abi", nil, "it is constants"},
	{"runtime/server", []string{"runtime/...", "github.com/valyala/fasthttp", "github.com/prometheus/", "golang.org/x/", "github.com/fsnotify/fsnotify", "go.yaml.in/yaml/v4"},
		"the listeners, and what an operator looks at"},
	{"runtime/gwtest/...", []string{"runtime", "runtime/...", "go.yaml.in/yaml/", "github.com/valyala/fasthttp"},
		"tests of gateways, which no gateway links, read YAML and play backend"},
	{"runtime/value", []string{"github.com/dlclark/regexp2"}, "values of templates; their patterns are Java's"},
	{"runtime/auth/policy/language", nil, "the grammar of policies, which the generator shares"},
	{"runtime/auth/policy", []string{"runtime", "runtime/auth/policy/language", "runtime/value"}, "it decides by what a request is, and knows neither who verified it nor how it is answered"},
	{"runtime/auth/access", []string{"runtime", "runtime/auth/policy"}, "it joins what policies say, and knows no way to find out who calls"},
	{"runtime/auth/authorizer", []string{"runtime", "runtime/auth/access", "runtime/auth/policy", "runtime/function", "runtime/integration/lambda", "runtime/value"}, "it asks functions, wherever they run"},
	{"runtime/schema/ecma", []string{"github.com/dlclark/regexp2"}, "the grammar of patterns, which the generator shares"},
	{"runtime/schema", []string{"runtime/schema/ecma", "runtime/value", "github.com/dlclark/regexp2", "golang.org/x/net/idna"}, "checks work on values, and know no requests"},
	{"runtime/function/inproc", []string{"runtime/...", "github.com/aws/aws-lambda-go/"}, "functions that are linked in are written against Amazon's library"},
	{"runtime/integration/lambda", []string{"runtime", "runtime/function", "runtime/function/emulator", "runtime/function/process", "runtime/value", "github.com/dlclark/regexp2"},
		"events and answers know no library for functions; flags may send functions to a process or a URL in every gateway"},
	{"runtime/internal/sigv4/...", []string{"runtime", "runtime/internal/sigv4/...", "github.com/aws/aws-sdk-go-v2/"},
		"credentials and signatures are Amazon's SDK's; what has no AWS integration does not link it"},
	{"runtime/function/invokeapi", []string{"runtime", "runtime/function/...", "runtime/internal/sigv4", "github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/aws-sdk-go-v2/aws/", "github.com/aws/smithy-go/transport/http"},
		"the Invoke API is repeated and its streams are read as the SDK does"},
	{"runtime/function/emulator", []string{"runtime", "runtime/function", "runtime/function/internal/..."}, "it speaks HTTP to one URL"},
	{"runtime/function/process", []string{"runtime", "runtime/function", "runtime/function/internal/...", "golang.org/x/sys/unix"}, "it runs processes and speaks the runtime API to them"},
	{"runtime/function/internal/background", nil, "a queue knows nothing of what it runs"},
	{"runtime/function/internal/invocation", []string{"runtime/function"}, "single exchanges, without signatures and repeats"},
	{"runtime/integration/awsservice", []string{"runtime", "runtime/integration/httpproxy", "runtime/internal/sigv4"}, "places and signatures; the connections are httpproxy's"},
	{"runtime/auth/jwt", []string{"runtime", "runtime/value", "github.com/lestrrat-go/jwx/v3/jwk"}, "tokens are JSON, and keys are read by a library for them; nothing else signs or verifies"},
	{"runtime/auth/internal/files", nil, "files are bytes"},
	{"runtime/auth/apikey", []string{"runtime", "runtime/auth/internal/files"}, "keys are hashes, without plans or answers"},
	{"runtime/auth/bearer", []string{"runtime", "runtime/auth/access", "runtime/auth/jwt", "runtime/value"}, "tokens are verified by jwt, policies joined by access"},
	{"runtime/auth/iam", []string{"runtime", "runtime/auth/access", "runtime/auth/policy", "runtime/auth/sigv4"}, "signatures are verified by sigv4, policies joined by access"},
	{"runtime/usageplan", []string{"runtime", "runtime/auth/apikey", "runtime/limit"}, "keys are found by apikey"},
	{"runtime/auth/mtls", []string{"runtime", "runtime/auth/internal/files"}, "certificates are judged without knowing who listens"},
	{"runtime/throttle", []string{"runtime", "runtime/auth/apikey", "runtime/limit", "runtime/limit/methodkey", "runtime/limit/usagefile", "runtime/usageplan"}, "limits are counted by limit and kept by usagefile, callers known by usageplan"},
	{"runtime/limit/methodkey", nil, "a key is a text"},
	{"runtime/limit", nil, "counting knows no requests, no answers and no store"},
	{"runtime/limit/usagefile", []string{"runtime/limit"}, "a file of counts knows the counters alone"},
	{"runtime/limit/redisstore", []string{"runtime/limit", "github.com/redis/go-redis/v9", "github.com/redis/go-redis/v9/"},
		"limits are shared without knowing what a request is; a gateway links Redis only when it is asked to"},
	{"runtime/part/redis", []string{"runtime", "runtime/limit", "runtime/limit/redisstore"}, "flags become a store; what Redis is, the store knows"},
	{"runtime/...", []string{"runtime/...", "github.com/valyala/", "github.com/klauspost/compress/", "golang.org/x/"},
		"a gateway links the runtime, never the generator"},
	{"cmd/...", []string{"gen", "gen/diag", "gen/emit", "gen/plan", "gen/write", "cmd/...", "runtime/abi", "runtime/gwtest/fixture", "github.com/spf13/", "github.com/fsnotify/fsnotify",
		"github.com/rogpeppe/go-internal/lockedfile", "golang.org/x/"},
		"the command hands over to gen and knows no stage"},
}

func TestLayers(t *testing.T) {
	for _, p := range listPackages(t) {
		i := slices.IndexFunc(layers, func(l layer) bool { return within(p.path, l.folder) })
		if i < 0 {
			require.Fail(t, "package without a layer", "%s has no entry in the table of layers", p.path)
		}
		for _, imported := range p.imports {
			if !imported.ours && imported.std {
				continue
			}
			if !slices.ContainsFunc(layers[i].allow, func(a string) bool { return within(imported.path, a) }) {
				t.Errorf("%s must not import %s: %s", p.path, imported.path, layers[i].why)
			}
		}
	}
}

// within reports whether path is folder, or below it where folder ends in /... or /.
func within(path, folder string) bool {
	if base, all := strings.CutSuffix(folder, "/..."); all {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == folder || strings.HasSuffix(folder, "/") && strings.HasPrefix(path, folder)
}

type listed struct {
	path    string
	imports []imported
}

type imported struct {
	path string
	ours bool
	std  bool
}

// listPackages asks the go command for the packages of the generator, the runtime, the templates and the command.
func listPackages(t *testing.T) []listed {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./gen/...", "./runtime/...", "./templates/...", "./cmd/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		l := listed{path: strings.TrimPrefix(p.ImportPath, module)}
		for _, path := range p.Imports {
			first, _, _ := strings.Cut(path, "/")
			short, ours := strings.CutPrefix(path, module)
			l.imports = append(l.imports, imported{path: short, ours: ours, std: !strings.Contains(first, ".")})
		}
		all = append(all, l)
	}
	require.Greater(t, len(all), 15)
	return all
}
