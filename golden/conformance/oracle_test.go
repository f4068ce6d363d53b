package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/templates/ast"
	"github.com/gatewright/gatewright/templates/parser"
)

var (
	oracleSeed = flag.Uint64("seed", 0, "seed of the templates that are compared with Velocity; 0: a new one each run")
	oracleRows = flag.Int("rows", 2000, "how many templates are compared with Velocity")
)

// jars are what the Debian packages velocity, libjsonpath-java and libjson-smart-java install, and what those need.
var jars = []string{"velocity", "commons-collections3", "commons-lang", "json-path", "json-smart", "accessors-smart", "asm", "slf4j-api", "slf4j-nop"}

// javaPath is the class path of the real engine. Without it the test is skipped, except where CI runs it.
func javaPath(t *testing.T) string {
	t.Helper()
	missing := ""
	if _, err := exec.LookPath("javac"); err != nil {
		missing = "a JDK"
	}
	var path []string
	for _, jar := range jars {
		file := filepath.Join("/usr/share/java", jar+".jar")
		if _, err := os.Stat(file); err != nil {
			missing = file
		}
		path = append(path, file)
	}
	switch {
	case missing == "":
		return strings.Join(path, ":")
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing: apt-get install default-jdk-headless velocity libjsonpath-java libjson-smart-java", missing)
	}
	t.Skipf("%s is missing: apt-get install default-jdk-headless velocity libjsonpath-java libjson-smart-java", missing)
	return ""
}

// ask renders rows with Velocity.
func ask(t *testing.T, rows []row) []result {
	t.Helper()
	path := javaPath(t)
	dir := t.TempDir()
	if out, err := exec.Command("javac", "-encoding", "UTF-8", "-cp", path, "-d", dir, "testdata/Oracle.java").CombinedOutput(); err != nil {
		t.Fatalf("compiling testdata/Oracle.java: %v\n%s", err, out)
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, r := range rows {
		err := encoder.Encode(map[string]any{"template": r.Template, "given": r.Context, "input": r.Input, "stageVariables": r.StageVariables})
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("java", "-XX:TieredStopAtLevel=1", "-cp", dir+":"+path, "Oracle")
	cmd.Stdin = &lines
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running testdata/Oracle.java: %v\n%s", err, stderr.String())
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	results := make([]result, len(rows))
	for i := range results {
		if err := decoder.Decode(&results[i]); err != nil {
			t.Fatalf("answer %d: %v\n%s", i, err, stderr.String())
		}
	}
	return results
}

// TestOracle checks that the engine which judges the generated templates answers as API Gateway does: on every row of
// the suites but those about directives that API Gateway lacks.
func TestOracle(t *testing.T) {
	rows := found()
	for _, name := range []string{"vtl.json", "vtl-errors.json", "aws.json"} {
		for _, r := range load(t, name) {
			if r.Tier != "plain" && !strings.Contains(r.Template, "#evaluate") {
				rows = append(rows, r)
			}
		}
	}
	for i, got := range ask(t, rows) {
		output, failure := rows[i].want()
		if (failure != "") != (got.Error != "") || failure == "" && got.Output != output {
			t.Errorf("%s: %q\n got %q %s\nwant %q %s", rows[i].Name, rows[i].Template, got.Output, got.Error, output, failure)
		}
	}
}

// TestVelocity renders generated templates with Velocity and with what the generator makes of them.
func TestVelocity(t *testing.T) {
	seed := *oracleSeed
	if seed == 0 {
		seed, _ = strconv.ParseUint(os.Getenv("ORACLE_SEED"), 10, 64)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d: go test ./golden/conformance -run TestVelocity -seed %d -rows %d", seed, seed, *oracleRows)
	g := newGenerator(seed)
	var rows []row
	for i := 0; len(rows) < *oracleRows; i++ {
		if r := g.row(i); excluded(r) == "" {
			rows = append(rows, r)
		}
	}
	want := ask(t, rows)
	var compiled []row
	for _, r := range rows {
		if _, problem := parser.Parse(r.Template); problem == nil {
			compiled = append(compiled, r)
		}
	}
	results := run(t, compiled)
	next, failed, agreed, accidents := 0, 0, 0, 0
	for i, r := range rows {
		got := result{}
		if next < len(compiled) && compiled[next].Name == r.Name {
			got = results[next]
			next++
		} else {
			_, problem := parser.Parse(r.Template)
			got.Error = "parse: " + problem.Message
		}
		if want[i].Error != "" {
			failed++
		}
		switch {
		case agree(got, want[i]):
			agreed++
		case r.spoiled:
			accidents++
		default:
			t.Errorf("%s: %q\ninput %s\n ours     %q %s\n Velocity %q %s", r.Name, r.Template, r.Input, got.Output, got.Error, want[i].Output, cut(want[i].Error))
		}
	}
	t.Logf("%d templates, %d of them fail in Velocity, %d do not parse here, %d spoiled ones differ", len(rows), failed, len(rows)-len(compiled), accidents)
	// What a template with a character too many or too few prints is an accident of the parser, mostly the same.
	if accidents*100 > len(rows)*2 {
		t.Errorf("%d spoiled templates differ", accidents)
	}
	if agreed < len(rows)*9/10 {
		t.Errorf("only %d of %d templates were compared to any purpose", agreed, len(rows))
	}
}

func cut(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

// agree reports whether two renderings are the same.
func agree(got, want result) bool {
	if (got.Error != "") != (want.Error != "") {
		return false
	}
	return got.Error != "" || got.Output == want.Output || shortest(got.Output) == shortest(want.Output)
}

// double is a number that Java may have printed with a digit too many.
var double = regexp.MustCompile(`-?\d+\.\d+(E-?\d+)?`)

// shortest prints the doubles in s with as few digits as they need: Java before 19 rarely prints one more.
func shortest(s string) string {
	return double.ReplaceAllStringFunc(s, func(text string) string {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || len(text) < 15 {
			return text
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	})
}

// exclusions are what the comparison leaves out, each with the reason.
var exclusions = []struct {
	pattern *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`#(\{)?(include|parse|evaluate)`), "API Gateway has nothing to load, and no #evaluate"},
	{regexp.MustCompile(`#(end|\{end\}|\d+)\w*\s*\(|\*#\{`), "and a parenthesis after #end or a number is no text to it"},
	{regexp.MustCompile(`\.[\w-]+\($|#(stop|break)\s*\(|\\#foo\s*\(`), "a call that is none prints, or does not parse"},
	{regexp.MustCompile(`\\#\\|\\\$\$`), "neither are backslashes around # or $"},
	{regexp.MustCompile(`\\\$[^\s]*[(\[]`), "an escaped reference is evaluated all the same: what it calls may throw"},
	{regexp.MustCompile(`\$!?\{?(input|util)([^.\w-]|\.[^A-Za-z]|\.?$)`), "prints an address"},
	{regexp.MustCompile(`\.split\((''|\$e)|\.iterator\(\)[^.]`), "splits pairs of surrogates, or prints an address"},
	{regexp.MustCompile(`(charAt|substring)\([^)]*\).*\.compareTo`), "half of a surrogate pair is compared as the question mark that it is written as"},
	{regexp.MustCompile(`parseJson\([^#]*charAt`), "nor is it parsed as anything else"},
	{regexp.MustCompile(`#macro\((\w*\W* \w|[^)]*[^\w $)])`), "the arguments of a #macro are of no use"},
	{regexp.MustCompile(`(\*|##)[^*]*#$`), "a comment that the template ends in ends silently, but for a # at its end"},
	{regexp.MustCompile(`\s[-*/%] ("[^"]*"|[^#])*\+|\+("[^"]*"|[^#])*\s[-*/%] |\s\+("[^"]*"|[^#])*\s\+`), "a text joined with arithmetic that fails prints a piece of the source"},
	{regexp.MustCompile(`\.[A-Za-z][\w-]*\(\s*#`), "a ( soon after a property is text when nothing but directives follows; here it is refused"},
}

// halves is what tells half of a surrogate pair from a question mark: escapes, and filters that put texts in order.
var halves = regexp.MustCompile(`escapeJavaScript|@\.[\w.]+ [<>]=? '`)

// opens is a ( before a reference or directive.
var opens = regexp.MustCompile(`^\(\s*[#$]`)

// recursive reports whether a node holds a #define block that prints itself.
func recursive(n ast.Node) bool {
	return within(n, func(n ast.Node) bool {
		block, ok := n.(ast.Define)
		return ok && slices.ContainsFunc(block.Body, func(n ast.Node) bool {
			return within(n, func(n ast.Node) bool {
				out, ok := n.(ast.Output)
				return ok && out.Ref.Name == block.Var && len(out.Ref.Parts) == 0
			})
		})
	})
}

// hidden reports whether a node holds a loop, over what may hold null, with a loop of the same variable in it.
func hidden(n ast.Node) bool {
	return within(n, func(n ast.Node) bool {
		outer, ok := n.(ast.Foreach)
		if _, reference := outer.Source.(*ast.Reference); !ok || !reference {
			return false
		}
		return slices.ContainsFunc(outer.Body, func(n ast.Node) bool {
			return within(n, func(n ast.Node) bool {
				inner, ok := n.(ast.Foreach)
				return ok && inner.Var == outer.Var
			})
		})
	})
}

// within reports whether is holds for a node or one in it.
func within(n ast.Node, is func(ast.Node) bool) bool {
	inner := func(n ast.Node) bool { return within(n, is) }
	if is(n) {
		return true
	}
	switch n := n.(type) {
	case ast.Define:
		return slices.ContainsFunc(n.Body, inner)
	case ast.Foreach:
		return slices.ContainsFunc(n.Body, inner)
	case ast.If:
		return slices.ContainsFunc(n.Else, inner) || slices.ContainsFunc(n.Branches, func(b ast.Branch) bool { return slices.ContainsFunc(b.Body, inner) })
	}
	return false
}

// excluded is why a row is left out; empty for the others.
func excluded(r row) string {
	if bytes.Contains(r.Input, []byte(`\ud800`)) && halves.MatchString(r.Template) {
		return "half of a surrogate pair is a question mark here at once, in Java when it is written"
	}
	nodes, problem := parser.Parse(r.Template)
	switch {
	case problem != nil && strings.HasPrefix(problem.Message, "( is taken") && opens.MatchString(r.Template[problem.Start:]):
		return "a ( soon after a property is text when references and directives follow; here it is refused"
	case slices.ContainsFunc(nodes, recursive):
		return "a #define block that prints itself prints the reference's source where it is stopped, here nothing"
	case slices.ContainsFunc(nodes, hidden):
		return "a null element hides the variable of its loop in loops within, of the same name, too"
	}
	for _, e := range exclusions {
		if e.pattern.MatchString(r.Template) {
			return e.reason
		}
	}
	return ""
}
