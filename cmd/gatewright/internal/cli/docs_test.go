//go:build unix

package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
)

// Every command of the project's pages is run. In a `console` block, lines that begin with "$ " are commands, and what
// follows each is what it prints; "…" stands for anything within a line, and for any lines where it is alone. The
// commands of a page run in one directory, one after the other. Commands of `sh` blocks print nothing of interest, or
// do not end: elsewhere says where each of them is tested, and those of make must name a target.
func TestPagesAreTrue(t *testing.T) {
	root, err := filepath.Abs(checkout)
	require.NoError(t, err)
	used := map[string]bool{}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	var targets []string
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, match[1])
	}
	for _, page := range pages(t) {
		name, err := filepath.Rel(root, page)
		require.NoError(t, err)
		if name == filepath.Join("docs", "diagnostics.md") {
			continue // written from the codes; golden/diag tests each of its examples
		}
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) {
			s := &session{t: t, dir: t.TempDir()}
			for _, block := range blocks(string(text)) {
				switch block.language {
				case "console":
					s.play(block)
				case "sh":
					for _, command := range block.commands() {
						if target, ok := strings.CutPrefix(command, "make "); ok {
							require.Contains(t, targets, strings.Fields(target)[0], "line %d: %s", block.line, command)
							continue
						}
						require.Contains(t, elsewhere(), command, "line %d: say where this command is tested", block.line)
						used[command] = true
					}
				}
			}
		})
	}
	for command, where := range elsewhere() {
		require.True(t, used[command], "%q (%s) is on no page", command, where)
	}
}

// pages are the project's pages.
func pages(t *testing.T) []string {
	t.Helper()
	root, err := filepath.Abs(checkout)
	require.NoError(t, err)
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		all = append(all, found...)
	}
	require.NotEmpty(t, all)
	return all
}

// elsewhere says where a command of an `sh` block is tested.
func elsewhere() map[string]string {
	return map[string]string{
		"go run ./backend":        "examples/petstore/backend: TestMakeRun serves the same shop",
		"go run . --stage prod":   "golden/cli/init.txtar runs such a program",
		"go run . --listen :8080": "golden/cli/init.txtar runs such a program",
		"go run . --upstream http://127.0.0.1:8082=http://127.0.0.1:9000":                  "examples/plain: TestPlain replaces the same server",
		"gatewright generate --check-responses -o gateway openapi.yaml":                    "golden/cli/check_responses.txtar",
		"gatewright generate --assert-formats email,date-time -o gateway openapi.yaml":     "golden/cli/formats.txtar",
		"gatewright generate -check -o gateway openapi.yaml":                               "golden/cli/init.txtar",
		"gatewright build --with redis -o gateway openapi.yaml":                            "golden/cli/parts.txtar builds the same",
		"./gateway --redis redis://10.0.0.5:6379 --redis-password file:/run/secrets/redis": "golden/limits runs such gateways; TestAnswers of runtime/part/redis reads such passwords",
		"gatewright test --coverage fixtures/*.yaml":                                       "TestOrdersAreCovered",
		"go build -o bin/greet ./process":                                                  "examples/functions: TestPlaces builds it",
		"go run . --listen 127.0.0.1:8080":                                                 "golden/cli/init.txtar runs such a program",
		"curl -i http://127.0.0.1:8080/linked/Ada":                                         "examples/functions: TestPlaces",
		"curl -i http://127.0.0.1:8080/program/Ada":                                        "examples/functions: TestPlaces",
		"cd node && npm install":                                                           ".ci/peers installs the same package",
		"gatewright run template.yaml gateway.yaml":                                        "golden/cli/params.txtar adds such a file to a document",
	}
}

// block is a fenced block of a page.
type block struct {
	language string
	line     int // of its first line
	lines    []string
}

// commands are the lines of a block without comments.
func (b block) commands() []string {
	var commands []string
	for _, line := range b.lines {
		line, _, _ = strings.Cut(line, " # ")
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			commands = append(commands, line)
		}
	}
	return commands
}

// blocks returns the fenced blocks of a page.
func blocks(page string) []block {
	var found []block
	open := false
	for i, line := range strings.Split(page, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open:
			open = false
		case isFence:
			open = true
			found = append(found, block{language: fence, line: i + 2})
		case open:
			last := &found[len(found)-1]
			last.lines = append(last.lines, line)
		}
	}
	return found
}

// session is a shell that goes from block to block of one page.
type session struct {
	t       *testing.T
	dir     string
	address string // of the gateway that runs in the background
}

// shownAddress is where a gateway listens on the pages; in the test it takes a free port.
const shownAddress = "localhost:8080"

// play runs the commands of b and compares what they print.
func (s *session) play(b block) {
	for i := 0; i < len(b.lines); {
		command, ok := strings.CutPrefix(b.lines[i], "$ ")
		require.True(s.t, ok, "line %d is neither a command nor the output of one", b.line+i)
		line := b.line + i
		var want []string
		for i++; i < len(b.lines) && !strings.HasPrefix(b.lines[i], "$ "); i++ {
			want = append(want, b.lines[i])
		}
		got := s.run(command)
		require.Regexp(s.t, pattern(want), got, "line %d: %s", line, command)
	}
}

// run runs one command and returns what it prints.
func (s *session) run(command string) string {
	if dir, ok := strings.CutPrefix(command, "cd "); ok {
		s.dir = filepath.Join(s.dir, dir)
		return ""
	}
	if s.address != "" {
		command = strings.ReplaceAll(command, shownAddress, s.address)
	}
	if background, ok := strings.CutSuffix(command, " &"); ok {
		s.start(background)
		return ""
	}
	out, _ := s.shell(command).CombinedOutput() // a command may fail: its output says so
	text := strings.TrimRight(strings.ReplaceAll(string(out), "\r", ""), "\n")
	if s.address != "" {
		text = strings.ReplaceAll(text, s.address, shownAddress)
	}
	return text
}

func (s *session) shell(command string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	return cmd
}

// start runs a gateway in the background until the page ends.
func (s *session) start(command string) {
	ready := filepath.Join(s.t.TempDir(), "ready.json")
	cmd := s.shell("exec " + command)
	cmd.Env = append(cmd.Env, "GATEWRIGHT_LISTEN=127.0.0.1:0", "GATEWRIGHT_ADMIN_LISTEN=127.0.0.1:0", "GATEWRIGHT_READY_FILE="+ready)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(s.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		<-ended
	})
	var said struct{ Listen string }
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(scriptPatience); said.Listen == ""; {
		select {
		case <-tick.C:
			if text, err := os.ReadFile(ready); err == nil {
				require.NoError(s.t, json.Unmarshal(text, &said))
			}
		case err := <-ended:
			ended <- err
			s.t.Fatalf("%s ended: %v", command, err)
		case <-deadline:
			s.t.Fatalf("%s is not ready after %v", command, scriptPatience)
		}
	}
	s.address = said.Listen
}

// volatile is what differs from one run to the next: how a page shows it, quoted, and what stands for any of its kind.
var volatile = []struct {
	shown *regexp.Regexp
	any   string
}{
	{regexp.MustCompile(`^Date: .* GMT$`), `Date: .* GMT`},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`},
	{regexp.MustCompile(`^x-amz-apigw-id: [\w-]+=$`), `x-amz-apigw-id: [\w-]+=`},
}

// pattern is the regular expression of the lines that a page shows.
func pattern(lines []string) string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	var expression strings.Builder
	for i, line := range lines {
		newline := "\n"
		if i == len(lines)-1 {
			newline = ""
		}
		if line == "…" {
			expression.WriteString("(?s:.*?)" + newline)
			continue
		}
		quoted := strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*")
		for _, v := range volatile {
			quoted = v.shown.ReplaceAllLiteralString(quoted, v.any)
		}
		expression.WriteString(quoted + newline)
	}
	return `\A` + expression.String() + `\z`
}

// link is a link of a page to a file of the project.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), match[1]))
			require.NoError(t, err, "%s: %s", page, match[1])
		}
	}
}

func TestPagesNameRealCodesAndFlags(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		if filepath.Base(page) == "diagnostics.md" {
			continue // written from the codes, and shows one that does not exist
		}
		for _, code := range regexp.MustCompile(`GW\d{4}`).FindAllString(string(text), -1) {
			_, known := diag.Explain(diag.Code(code))
			require.True(t, known, "%s: there is no code %s", page, code)
		}
	}
	manual, err := os.ReadFile(filepath.Join(checkout, "docs", "gateway.md"))
	require.NoError(t, err)
	for _, flag := range gatewayFlags() {
		require.Contains(t, string(manual), "`--"+flag.name, "docs/gateway.md says nothing of --%s", flag.name)
	}
}
