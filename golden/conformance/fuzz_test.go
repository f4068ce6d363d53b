package conformance

import (
	goparser "go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/gen/emit"
	"github.com/gatewright/gatewright/templates/parser"
)

// FuzzCompile compiles any template: what parses must give Go that parses.
func FuzzCompile(f *testing.F) {
	g := newGenerator(1)
	for i := range 50 {
		f.Add(g.row(i).Template)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, problem := parser.Parse(text); problem != nil {
			return
		}
		files, err := emit.Program(lower([]row{{Template: text, Context: givenVariables()}}))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if _, err := goparser.ParseFile(token.NewFileSet(), file.Name, file.Text, 0); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}

// TestLargeTemplates compiles templates of 300 KB, the most that API Gateway takes, each in about a second.
func TestLargeTemplates(t *testing.T) {
	const size = 300 << 10
	for name, piece := range map[string]string{
		"text": "abc ", "references": "$x.a.b ", "variables": "#set($v%=$v&)", "loops": "#foreach($i in $l)$i#end", "conditions": "#if($x == 1)a#end",
		"hashes": "# ", "dollars": "$ ", "backslashes": `\\`, "strings": `#set($a = "$x ""y"" $z")`, "calls": "$x.y('a',1)", "else": "#if($x)#else#end",
		"brackets": "#set($a = [", "parentheses": "#if((", "nested": "#if($x)", "comments": "#* *#", "nested strings": `#set($a = "`, "lists": "#set($a = [1,2,3])",
	} {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(strings.NewReplacer("%", number(i), "&", number(i+1)).Replace(piece))
		}
		start := time.Now()
		if _, problem := parser.Parse(b.String()); problem == nil {
			if _, err := emit.Program(lower([]row{{Template: b.String()}})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		t.Logf("%s: %v", name, time.Since(start))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

// number is i in letters, as a part of a name.
func number(i int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, strconv.Itoa(i))
}
