package diag_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

func fileOf(path, text string) *source.File { return &source.File{Path: path, Data: []byte(text)} }

func at(f *source.File, line, col, length int) source.Span {
	return source.Span{File: f, Line: line, Col: col, EndLine: line, EndCol: col + length}
}

func TestListOrderAndOnce(t *testing.T) {
	a, b := fileOf("a.yaml", "x\ny\n"), fileOf("b.yaml", "x\n")
	var list diag.List
	list.Add(
		diag.Diagnostic{Code: diag.NoServer, Span: at(b, 1, 1, 1), Message: "four"},
		diag.Diagnostic{Code: diag.NoServer, Span: at(a, 2, 1, 1), Message: "three"},
		diag.Diagnostic{Code: diag.NoServer, Span: at(a, 1, 2, 1), Message: "two"},
		diag.Diagnostic{Code: diag.NoServer, Message: "one"},
		diag.Diagnostic{Code: diag.NoServer, Span: at(a, 1, 2, 1), Message: "two"},
	)
	shown, cut := list.Sorted()
	var messages []string
	for _, d := range shown {
		messages = append(messages, d.Message)
	}
	assert.Equal(t, []string{"one", "two", "three", "four"}, messages)
	assert.Zero(t, cut)
	assert.Equal(t, 4, list.Errors())
}

func TestListCutsWarningsFirst(t *testing.T) {
	f := fileOf("a.yaml", strings.Repeat("x\n", 300))
	var list diag.List
	for line := 1; line <= 150; line++ {
		list.Add(diag.Diagnostic{Code: diag.ParameterNotDeclared, Severity: diag.Warning, Span: at(f, line, 1, 1), Message: "w"})
	}
	for line := 151; line <= 210; line++ {
		list.Add(diag.Diagnostic{Code: diag.NoIntegration, Span: at(f, line, 1, 1), Message: "e"})
	}
	shown, cut := list.Sorted()
	assert.Len(t, shown, diag.Limit)
	assert.Equal(t, 110, cut)
	errors := 0
	for i, d := range shown {
		if d.Severity == diag.Error {
			errors++
		}
		if i > 0 {
			assert.Less(t, shown[i-1].Span.Line, d.Span.Line)
		}
	}
	assert.Equal(t, 60, errors)
}

func TestAllow(t *testing.T) {
	var list diag.List
	require.NoError(t, list.Allow(diag.SecuritySchemeNotYet))
	list.Add(diag.Diagnostic{Code: diag.SecuritySchemeNotYet, Message: "a"}, diag.Diagnostic{Code: diag.TracingNotYet, Message: "b"})
	assert.Equal(t, 1, list.Errors())
	assert.Equal(t, 1, list.Warnings())
	require.Len(t, list.Allowed(), 1)
	assert.Equal(t, diag.SecuritySchemeNotYet, list.Allowed()[0].Code)

	assert.ErrorContains(t, list.Allow("GW2001"), "cannot be allowed")
	assert.ErrorContains(t, list.Allow("GW6930"), "unknown code")
	assert.ErrorContains(t, list.Allow("GW69O8"), "did you mean GW6908?")
}

func TestNearest(t *testing.T) {
	known := []string{"header", "path", "querystring"}
	assert.Equal(t, "header", diag.Nearest("headers", known))
	assert.Equal(t, "querystring", diag.Nearest("queryString", known))
	assert.Equal(t, "path", diag.Nearest("paht", known))
	assert.Equal(t, "", diag.Nearest("cookie", known))
	assert.Equal(t, "", diag.Nearest("", known))
}

func render(t *testing.T, options diag.TextOptions, found ...diag.Diagnostic) string {
	t.Helper()
	var list diag.List
	list.Add(found...)
	var b bytes.Buffer
	require.NoError(t, diag.WriteText(&b, &list, options))
	return b.String()
}

func TestTextPointsAtTheMistake(t *testing.T) {
	f := fileOf("a.yaml", "a:\n\tb: 日本語 wrong\nc: \u202Eevil\x1b[2J\n")
	got := render(t, diag.TextOptions{},
		diag.Diagnostic{Code: diag.BadExpression, Span: at(f, 2, 9, 5), Message: "this is wrong", Cause: "of this", Help: "do that",
			Related: []diag.Related{{Span: at(f, 1, 1, 1), Message: "seen here"}}},
		diag.Diagnostic{Code: diag.UnmappedPlaceholder, Severity: diag.Warning, Span: at(f, 3, 4, 0), Message: "a\x1b[31m\nb"},
	)
	assert.Equal(t, strings.Join([]string{
		"a.yaml:2:9: error[GW4001]: this is wrong",
		"  2 |     b: 日本語 wrong",
		"    |               ^^^^^",
		"  = cause: of this",
		"  = help: do that",
		"  = a.yaml:1:1: seen here",
		"  1 | a:",
		"    | ^",
		"",
		"a.yaml:3:4: warning[GW4013]: a\\x1b[31m\\nb",
		"  3 | c: \uFFFDevil\uFFFD[2J",
		"    |    ^",
		"",
		"1 error, 1 warning; more about a code: gatewright explain GW4001",
		"",
	}, "\n"), got)
}

func TestTextCutsLongLines(t *testing.T) {
	f := fileOf("a.json", strings.Repeat("x", 5000)+"wrong"+strings.Repeat("y", 5000))
	got := strings.Split(render(t, diag.TextOptions{}, diag.Diagnostic{Code: diag.BadExpression, Span: at(f, 1, 5001, 5), Message: "m"}), "\n")
	assert.Equal(t, "  1 | …"+strings.Repeat("x", 29)+"wrong"+strings.Repeat("y", 74)+"…", got[1])
	assert.Equal(t, "    | "+strings.Repeat(" ", 30)+"^^^^^", got[2])
}

func TestTextColor(t *testing.T) {
	f := fileOf("a.yaml", "wrong\n")
	d := diag.Diagnostic{Code: diag.BadExpression, Span: at(f, 1, 1, 5), Message: "m"}
	assert.NotContains(t, render(t, diag.TextOptions{}, d), "\x1b")
	assert.Contains(t, render(t, diag.TextOptions{Color: true}, d), "\x1b[1;31merror[GW4001]\x1b[0m: ")
	assert.Empty(t, render(t, diag.TextOptions{}))
}

func TestJSON(t *testing.T) {
	f := fileOf("a.yaml", "wrong <b>\n")
	var list diag.List
	require.NoError(t, list.Allow(diag.NoIntegration))
	list.Add(diag.Diagnostic{Code: diag.NoIntegration, Span: at(f, 1, 1, 5), Message: "m <b>", Related: []diag.Related{{Span: at(f, 1, 2, 1), Message: "r"}}},
		diag.Diagnostic{Code: diag.NoServer, Message: "nowhere"})
	var b bytes.Buffer
	require.NoError(t, diag.WriteJSON(&b, &list))
	assert.Contains(t, b.String(), "m <b>")
	assert.JSONEq(t, `{"version":1,"errors":1,"warnings":1,"cut":0,"findings":[
		{"code":"GW3002","severity":"error","message":"nowhere"},
		{"code":"GW3001","severity":"warning","allowed":true,"file":"a.yaml","line":1,"column":1,"endLine":1,"endColumn":6,"message":"m <b>",
		 "related":[{"file":"a.yaml","line":1,"column":2,"endLine":1,"endColumn":3,"message":"r"}]}]}`, b.String())

	b.Reset()
	require.NoError(t, diag.WriteJSON(&b, &diag.List{}))
	assert.JSONEq(t, `{"version":1,"errors":0,"warnings":0,"cut":0,"findings":[]}`, b.String())
}

func TestGitHub(t *testing.T) {
	f := fileOf("a,b:c.yaml", "wrong\n")
	var list diag.List
	list.Add(diag.Diagnostic{Code: diag.NoServer, Span: at(f, 1, 1, 5), Message: "100%\n::error::x", Help: "mend"})
	var b bytes.Buffer
	require.NoError(t, diag.WriteGitHub(&b, &list))
	assert.Equal(t, "::error file=a%2Cb%3Ac.yaml,line=1,col=1,endColumn=6,title=GW3002::100%25\\n::error::x%0Ahelp: mend\n", b.String())
}

func TestSARIF(t *testing.T) {
	f := fileOf("dir/a b.yaml", "wrong\n")
	var list diag.List
	require.NoError(t, list.Allow(diag.NoIntegration))
	list.Add(diag.Diagnostic{Code: diag.NoIntegration, Span: at(f, 1, 1, 5), Message: "m", Help: "h"}, diag.Diagnostic{Code: diag.NoServer, Message: "n"})
	var b bytes.Buffer
	require.NoError(t, diag.WriteSARIF(&b, &list, "1.2.3"))
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID   string
						Help struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
				Suppressions []struct{ Kind string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &log))
	assert.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	assert.Equal(t, "gatewright", run.Tool.Driver.Name)
	require.Len(t, run.Results, 2)
	for _, result := range run.Results {
		assert.Equal(t, result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
		assert.NotEmpty(t, run.Tool.Driver.Rules[result.RuleIndex].Help.Text)
	}
	assert.Empty(t, run.Results[0].Locations)
	place := run.Results[1].Locations[0].PhysicalLocation
	assert.Equal(t, "dir/a%20b.yaml", place.ArtifactLocation.URI)
	assert.Equal(t, "{1 1 1 6}", fmt.Sprint(place.Region))
	assert.Equal(t, "warning", run.Results[1].Level)
	assert.Len(t, run.Results[1].Suppressions, 1)
}

func TestCodes(t *testing.T) {
	codes := diag.Codes()
	for i, info := range codes {
		assert.Regexp(t, `^GW[1-79]\d{3}$`, string(info.Code))
		assert.NotEmpty(t, info.Title, info.Code)
		assert.NotEmpty(t, info.Explanation, info.Code)
		assert.NotEmpty(t, info.Remedy, info.Code)
		assert.False(t, strings.HasSuffix(info.Title, "."), info.Code)
		assert.NotContains(t, info.Explanation, "\n", info.Code)
		if info.Code != diag.Internal {
			assert.NotEmpty(t, info.Example, info.Code)
		}
		if i > 0 {
			assert.NotEqual(t, codes[i-1].Code, info.Code)
		}
	}
	info, ok := diag.Explain(diag.RouteConflict)
	require.True(t, ok)
	for line := range strings.SplitSeq(info.Text(), "\n") {
		assert.LessOrEqual(t, len(line), 84)
	}
	_, ok = diag.Explain("GW0000")
	assert.False(t, ok)
}

func BenchmarkTextOfOneLongLine(b *testing.B) {
	f := fileOf("a.json", strings.Repeat("x", 1<<20))
	var list diag.List
	for i := range diag.Limit {
		list.Add(diag.Diagnostic{Code: diag.BadExpression, Span: at(f, 1, 1+i*1000, 5), Message: "m"})
	}
	for b.Loop() {
		if err := diag.WriteText(&bytes.Buffer{}, &list, diag.TextOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
