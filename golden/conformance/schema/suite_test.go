package schema

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/schema"
	"github.com/gatewright/gatewright/gen/source"
)

// suite is where JSON Schema's test suite stands beside the module.
const suite = "../../../../shared/conformance/json-schema"

// skips are tests that are not met, by file and group, or file, group and test, each with its reason.
var skips = map[string]string{
	"draft2020-12/optional/cross-draft.json/refs to historic drafts are processed as historic drafts": "a gateway's document follows one draft; OpenAPI has no 2019-09",
}

// group is a group of tests of the suite.
type group struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

func TestDraft4(t *testing.T) { runSuite(t, "draft4", model.Swagger20) }

func TestDraft2020(t *testing.T) { runSuite(t, "draft2020-12", model.OpenAPI31) }

// runSuite compiles a draft's tests into one program.
func runSuite(t *testing.T, draft string, version model.Version) {
	if _, err := os.Stat(suite); err != nil {
		t.Skipf("the suite is not there: %v", err)
	}
	others := remotes(t, draft)
	var units []unit
	var groups []group
	err := filepath.WalkDir(filepath.Join(suite, draft), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var all []group
		require.NoError(t, json.Unmarshal(data, &all), path)
		name, err := filepath.Rel(suite, path)
		for _, g := range all {
			u := unit{name: filepath.ToSlash(name) + "/" + g.Description, version: version, schema: compact(g.Schema), others: others, formats: formats(name)}
			for _, test := range g.Tests {
				u.values = append(u.values, compact(test.Data))
			}
			units, groups = append(units, u), append(groups, g)
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(units), 100)
	failed := map[string]bool{}
	fail := func(name, format string, args ...any) {
		failed[name] = true
		if skips[name] == "" && skips[name[:max(0, strings.LastIndexByte(name, '/'))]] == "" {
			t.Errorf(name+": "+format, args...)
		}
		failed[name[:max(0, strings.LastIndexByte(name, '/'))]] = true
	}
	results := run(t, units, func(u unit, found []diag.Diagnostic) {
		fail(u.name+"/", "%s cannot be compiled: %s %s", u.schema, found[0].Code, found[0].Message)
	})
	for i, verdicts := range results {
		for j, v := range verdicts {
			test := groups[i].Tests[j]
			if v.Error != "" || v.Valid != test.Valid {
				fail(units[i].name+"/"+test.Description, "%s of %s: got %v %s, want %v", units[i].values[j], units[i].schema, v.Valid, v.Error, test.Valid)
			}
		}
	}
	for name := range skips {
		if strings.HasPrefix(name, draft+"/") && !failed[name] {
			t.Errorf("%s is met, and needs no skip", name)
		}
	}
}

// formats are those that the tests of a file want asserted.
func formats(file string) []string {
	if strings.Contains(filepath.ToSlash(file), "optional/format/") {
		return schema.Formats()
	}
	if strings.HasPrefix(file, "draft4") {
		return nil
	}
	return nil
}

// remotes are the files that references of the suite name, and the schemas of the drafts themselves.
func remotes(t *testing.T, draft string) map[string]source.Node {
	others := map[string]source.Node{}
	root := filepath.Join(suite, "remotes")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		if first, _, inDraft := strings.Cut(name, "/"); strings.HasPrefix(first, "draft") && first != draft && first != "draft2019-09" && inDraft || first == "v1" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		uri := "http://localhost:1234/" + name
		others[uri] = load(t, uri, string(data))
		return nil
	})
	require.NoError(t, err)
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/santhosh-tekuri/jsonschema/v6").Output()
	require.NoError(t, err)
	meta := filepath.Join(strings.TrimSpace(string(out)), "metaschemas")
	for uri, path := range map[string]string{
		"http://json-schema.org/draft-04/schema":                       "draft-04/schema",
		"https://json-schema.org/draft/2020-12/schema":                 "draft/2020-12/schema",
		"https://json-schema.org/draft/2020-12/meta/core":              "draft/2020-12/meta/core",
		"https://json-schema.org/draft/2020-12/meta/applicator":        "draft/2020-12/meta/applicator",
		"https://json-schema.org/draft/2020-12/meta/unevaluated":       "draft/2020-12/meta/unevaluated",
		"https://json-schema.org/draft/2020-12/meta/validation":        "draft/2020-12/meta/validation",
		"https://json-schema.org/draft/2020-12/meta/meta-data":         "draft/2020-12/meta/meta-data",
		"https://json-schema.org/draft/2020-12/meta/format-annotation": "draft/2020-12/meta/format-annotation",
		"https://json-schema.org/draft/2020-12/meta/content":           "draft/2020-12/meta/content",
	} {
		data, err := os.ReadFile(filepath.Join(meta, path))
		require.NoError(t, err)
		others[uri] = load(t, uri, string(data))
	}
	return others
}
