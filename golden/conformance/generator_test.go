package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes templates that are mostly right, and what they are rendered over. Equal seeds make equal rows.
type generator struct {
	*rand.Rand
	b     strings.Builder
	depth int
	loops int
	bound []string // loop variables in reach
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// pick returns one of its arguments.
func (g *generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// chance is true in n of 100 cases.
func (g *generator) chance(n int) bool { return g.IntN(100) < n }

// row makes the i-th row.
func (g *generator) row(i int) row {
	g.b.Reset()
	g.depth, g.loops, g.bound = 0, 0, nil
	g.content(1 + g.IntN(4))
	text := g.b.String()
	spoiled := g.chance(6)
	if spoiled {
		text = g.spoil(text)
	}
	input, _ := json.Marshal(map[string]any{
		"body": g.body(), "path": map[string]string{"id": "i 1", "a": "P"},
		"querystring": map[string]string{"a": "Q", "q": "é&/\"'"}, "header": map[string]string{"B": "hb", "a": "H", "c-d": "x"},
	})
	return row{Name: fmt.Sprintf("generated-%04d", i), Template: text, spoiled: spoiled, Context: givenVariables(), Input: input,
		StageVariables: json.RawMessage(`{"url":"example.com","k-k":"v"}`)}
}

// givenVariables are what every generated template is given.
func givenVariables() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for name, text := range map[string]string{
		"x": `"X"`, "n": `5`, "d": `1.5`, "t": `true`, "f": `false`, "e": `""`, "z": `0`, "nl": `null`, "s": `"Hello, World"`,
		"l": `["p","q",["r"],"q"]`, "m": `{"a":1,"k-k":2,"b":{"c":"d"},"nul":null}`, "g": `-7`, "lo": `3000000000`, "bg": `12345678901234567890`,
		"u": `"aé😀b\"/'\u0001\t\\ ß"`, "nums": `[3,1,2.5,3]`, "el": `[]`, "em": `{}`, "num": `"42"`, "cs": `"a,b,,c,,"`,
		"context": `{"stage":"prod","requestId":"r-1","identity":{"sourceIp":"1.2.3.4","user":null},"authorizer":{"claims":{"sub":"u1"},"k":"1"}}`,
	} {
		all[name] = json.RawMessage(text)
	}
	return all
}

// spoil changes one place of a template.
func (g *generator) spoil(s string) string {
	if s == "" {
		return s
	}
	i := g.IntN(len(s))
	for i > 0 && s[i]&0xc0 == 0x80 {
		i--
	}
	switch g.IntN(3) {
	case 0:
		return s[:i]
	case 1:
		return s[:i] + g.pick("$", "#", "(", ")", "{", "}", "[", "]", `"`, "'", `\`, " ", ".", "!", "#end", "=") + s[i:]
	}
	j := i + 1
	for j < len(s) && s[j]&0xc0 == 0x80 {
		j++
	}
	return s[:i] + s[j:]
}

// content writes n pieces of content.
func (g *generator) content(n int) {
	g.depth++
	defer func() { g.depth-- }()
	for range n {
		g.piece()
	}
}

// inner writes the content of a block.
func (g *generator) inner() {
	if g.chance(40) {
		g.b.WriteString(g.pick("\n", " \n", "\t", "\r\n", "\n  "))
	}
	if g.depth > 3 {
		g.text()
		return
	}
	g.content(1 + g.IntN(3))
}

// piece writes one piece of content.
func (g *generator) piece() {
	switch n := g.IntN(100); {
	case n < 22:
		g.text()
	case n < 55:
		g.b.WriteString(g.escaped(g.reference(2)))
	case n < 70:
		g.set()
	case n < 80:
		g.ifs()
	case n < 88:
		g.foreach()
	case n < 90:
		g.define()
	default:
		g.rare()
	}
}

// escaped puts backslashes before a reference that calls nothing: Velocity evaluates escaped references all the same.
func (g *generator) escaped(ref string) string {
	if strings.ContainsAny(ref, "([") {
		return ref
	}
	return g.escapes() + ref
}

// escapes are the backslashes before a reference or directive.
func (g *generator) escapes() string {
	if g.chance(94) {
		return ""
	}
	return strings.Repeat(`\`, 1+g.IntN(4))
}

// text writes plain text.
func (g *generator) text() {
	for range 1 + g.IntN(3) {
		g.b.WriteString(g.pick("a", " ", "  ", "\n", "\n\n", "\t", "\r\n", "{", "}", `"k": `, ",", "(", ")", "é", "😀", ".", "-", "<b>", "100%", ": ",
			"'", "z ", "$5", "#1", "# ", "$ ", "b", "\n  ", " a", `\ `, "#-", "1", ";", "=", "!", "@", "]"))
	}
}

// rare writes what templates seldom hold.
func (g *generator) rare() {
	switch g.IntN(12) {
	case 0:
		g.b.WriteString(g.pick("a ", "\n", "\n ") + "## " + g.pick("x", "$x", "#end", "") + g.pick("\n", "\r\n", "\r"))
	case 1:
		g.b.WriteString("#* " + g.pick("x", "$x", "\n", "#if(") + " *#")
	case 2:
		g.b.WriteString("#[[" + g.pick("x", "$x #if", "\n", "]]") + "]]#")
	case 3:
		g.b.WriteString("#literal()" + g.pick("x", "$x ", "a\n") + "#end")
	case 4:
		g.b.WriteString(g.pick("#foo", "#foo($x)", "#foo ( $x 'a' )\n", "#endif", "#elsefoo", "#{foo}", "#return($n)", "#foo()"))
	case 5:
		g.b.WriteString(g.escapes() + `\` + g.pick("#if", "#end", "#set", "#else", "#{if}", "#foo", "#foreach", "#stop"))
	case 6:
		if g.loops > 0 {
			g.b.WriteString("#if(" + g.condition(1) + ")" + g.pick("#break", "#break($foreach)", "#break ") + "#end")
		}
	case 7:
		if g.chance(30) {
			g.b.WriteString(g.pick("#stop", "#break", "#stop "))
		}
	case 8:
		g.b.WriteString("$" + g.pick("!", "") + "{" + g.reference(1)[1:] + "}")
	case 9:
		g.b.WriteString("#macro(mm $a)" + g.pick("x", "$a", "\n") + "#end" + g.pick("", "\n", " "))
	case 10:
		g.b.WriteString(g.pick("$context.requestOverride.header.put('a', ", "$context.responseOverride.put(\"status\", ") + g.value(1) + ")")
	case 11:
		g.b.WriteString(g.pick("$context.keySet()", "#foreach($k in $context.keySet())$k,#end", "$context", "$context.identity", "$context.requestOverride"))
	}
}

// blank are blanks between tokens.
func (g *generator) blank() string {
	if g.chance(80) {
		return ""
	}
	return g.pick(" ", "  ", "\t", "\n", " \n ")
}

// after is what stands after a directive.
func (g *generator) after() {
	if g.chance(50) {
		g.b.WriteString(g.pick("\n", " \n", "\t", "  ", "\r\n", " ", "\n\n", "\r"))
	}
}

// set writes #set.
func (g *generator) set() {
	if g.chance(30) {
		g.b.WriteString(g.pick(" ", "  ", "\t"))
	}
	g.b.WriteString(g.escapes() + g.pick("#set", "#set", "#set", "#{set}") + g.pick("", "", " ", "  ") + "(" + g.blank())
	g.b.WriteString(g.target() + g.pick(" = ", "=", " =\n ") + g.expression(3) + g.blank() + ")")
	g.after()
}

// target is the left side of #set.
func (g *generator) target() string {
	switch g.IntN(14) {
	case 0:
		return g.pick("$m.", "$m.b.", "$em.", "$v.", "$nope.", "$s.") + g.pick("a", "c", "k-k", "new")
	case 1:
		return g.pick("$l", "$nums", "$v", "$m", "$el", "$s", "$nope") + "[" + g.pick("0", "1", "-1", "$z", "'a'", `"k"`, "$x", "5") + "]"
	case 2:
		return "$context." + g.pick("requestOverride.header.x", `requestOverride.querystring["q"]`, "responseOverride.status", "responseOverride.header.y", "requestOverride.path.id")
	case 3:
		if g.chance(50) {
			return g.pick("$b", "$e", "$t")
		}
	case 4:
		return g.pick("$d", "$n", "$l", "$m", "$s")
	}
	return g.pick("$v", "$w", "$y-1", "$_q")
}

// ifs writes #if.
func (g *generator) ifs() {
	g.b.WriteString(g.escapes() + g.pick("#if", "#if", "#{if}") + g.pick("", "", " ", "\n") + "(" + g.blank() + g.condition(3) + g.blank() + ")")
	g.after()
	g.inner()
	for g.chance(25) {
		g.b.WriteString(g.pick("#elseif", "#{elseif}", "#elseif ") + "(" + g.condition(2) + ")")
		g.after()
		g.inner()
	}
	if g.chance(40) {
		g.b.WriteString(g.pick("#else\n", "#{else}", "#else "))
		g.inner()
	}
	g.b.WriteString(g.pick("#end", "#{end}", "#end", "  #end"))
	g.after()
}

// foreach writes #foreach.
func (g *generator) foreach() {
	v := g.pick("i", "j", "x", "k")
	g.b.WriteString(g.pick("#foreach", "#foreach", "#{foreach}") + g.pick("", " ") + "(" + g.blank() + "$" + v + " in " + g.source() + g.blank() + ")")
	g.after()
	g.loops++
	g.bound = append(g.bound, v)
	if g.chance(60) {
		g.b.WriteString(g.pick("$"+v, "$foreach.index", "$foreach.count", "#if($foreach.hasNext),#end", "$velocityCount", "$foreach.parent.index", "$foreach.topmost.count",
			"#if($foreach.first)<#end", "#if($foreach.last)>#end", "$foreach", "$velocityHasNext", "$foreach.nope", "<$"+v+".key>", "$!"+v+".a"))
	}
	g.inner()
	g.bound = g.bound[:len(g.bound)-1]
	g.loops--
	g.b.WriteString(g.pick("#end", "#{end}", " #end"))
	g.after()
	if g.chance(20) {
		g.b.WriteString("$" + v + "$foreach.index$velocityCount")
	}
}

// source is what #foreach walks.
func (g *generator) source() string {
	switch g.IntN(8) {
	case 0:
		return "[" + g.pick("1", "3", "-2", "$n", "$z") + ".." + g.pick("3", "1", "$n", "0", "$g", " 2 ") + "]"
	case 1:
		return g.list(1)
	case 2:
		return g.mapping(1)
	case 3:
		return g.pick("$m", "$m.keySet()", "$m.entrySet()", "$m.values()", "$cs.split(',')", "$em", "$context.identity.keySet()", "$m.b.entrySet()")
	case 4:
		return g.pick("$s", "$n", "$nope", "$t", "'abc'", `"$l"`, "$nl")
	case 5:
		return "$input.path(" + g.path() + ")"
	}
	return g.pick("$l", "$nums", "$el", "$v", "$l[2]", "$l.subList(0,2)")
}

// define writes #define and a use.
func (g *generator) define() {
	name := g.pick("$b", "$bb")
	g.b.WriteString("#define(" + g.blank() + name + g.blank() + ")")
	g.after()
	loops := g.loops
	g.loops = 0 // #break($foreach) in a block that a loop renders ends that loop in Velocity
	start := g.b.Len()
	g.inner()
	g.loops = loops
	// A block that renders itself ends in its own name.
	text := g.b.String()
	g.b.Reset()
	g.b.WriteString(text[:start] + strings.NewReplacer("$b", "$x", "${b", "${x", "$!b", "$!x", "$!{b", "$!{x").Replace(text[start:]))
	g.b.WriteString("#end")
	g.after()
	g.b.WriteString(g.pick(name, name+" "+name, `#set($v = "<`+name+`>")$v`, name+".toString()", "- "+name+"()", "$util.base64Encode("+name+")", "#if("+name+" == 'a')=#end", "#set($v = "+name+" + 1)$v"))
}

func (g *generator) number() string {
	return g.pick("0", "1", "2", "-1", "7", "10", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999",
		"1.0", "0.5", "2.50", "-0.0", "1e3", "1.5e-7", "12345678.9", ".5", "3.", "1e10", "100.0", "0.001", "0.0001", "1E400", "00012", "3.14", strconv.Itoa(g.IntN(1000)))
}

// condition is what #if tests.
func (g *generator) condition(depth int) string {
	if g.chance(75) {
		return g.boolean(depth)
	}
	return g.expression(depth)
}

func (g *generator) boolean(depth int) string {
	if depth <= 0 {
		return g.pick("true", "false", "$t", "$f", "$nope", "$x", "$m.a", "$z", "$e")
	}
	d := depth - 1
	switch g.IntN(9) {
	case 0, 1, 2:
		return g.expression(d) + g.pick(" == ", " != ", "==", " eq ", " ne ") + g.expression(d)
	case 3:
		return g.expression(d) + g.pick(" < ", " <= ", " > ", " >= ", " lt ", " ge ", " gt ", " le ") + g.expression(d)
	case 4:
		return g.boolean(d) + g.pick(" && ", " || ", " and ", " or ", "&&") + g.boolean(d)
	case 5:
		return g.pick("!", "! ", "not ") + g.boolean(d)
	case 6:
		return "(" + g.boolean(d) + ")"
	}
	return g.reference(d)
}

// expression is the right side of #set.
func (g *generator) expression(depth int) string {
	if depth <= 0 {
		return g.value(0)
	}
	d := depth - 1
	switch g.IntN(10) {
	case 0, 1:
		return g.expression(d) + g.pick(" + ", " - ", " * ", " / ", " % ", " +") + g.expression(d)
	case 2:
		return "(" + g.blank() + g.expression(d) + ")"
	case 3:
		if g.chance(50) {
			return g.boolean(d)
		}
	}
	return g.value(d)
}

// value is a single value, such as an argument.
func (g *generator) value(depth int) string {
	switch n := g.IntN(20); {
	case n < 4:
		return g.number()
	case n < 8:
		return g.str(depth)
	case n < 9:
		return g.pick("true", "false")
	case n < 10:
		return g.list(depth)
	case n < 11:
		return g.mapping(depth)
	}
	return g.reference(depth)
}

func (g *generator) list(depth int) string {
	if depth <= 0 {
		return g.pick("[]", "[1]", "['a','b']", "[1..3]", "[1,2.0,'x']", "[$n..1]", "[$nope]")
	}
	items := make([]string, g.IntN(4))
	for i := range items {
		items[i] = g.blank() + g.value(depth-1)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (g *generator) mapping(depth int) string {
	if depth <= 0 {
		return g.pick("{}", "{'a':1}", "{ }", `{"k":"v",'n':2}`, "{1:'one'}", "{'a':$nope}")
	}
	items := make([]string, g.IntN(3))
	for i := range items {
		items[i] = g.pick("'a'", `"b"`, "1", "$x", "'k-k'", "$nope", "true", "1.0") + g.blank() + ":" + g.blank() + g.value(depth-1)
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// str is a string.
func (g *generator) str(depth int) string {
	switch g.IntN(8) {
	case 0:
		return "'" + g.pick("", "it''s", `a\b`, "$x", "#if", "é😀", "a\nb", `"`, "5", "X", "{\"a\":[1,2]}", " t ", "%C3%A9+%2", "aGk=", "aGk", "a%20b") + "'"
	case 1:
		return `"` + g.pick("", `say ""hi""`, `\n`, "$x", "${x}y", "$nope.a", "a#b", "\\u0041", "$5", "100%", "é", "'") + `"`
	case 2:
		if depth > 0 {
			return `"` + g.pick("<", "", "a ") + g.quotable(g.reference(depth-1)) + g.pick(">", "", " b") + `"`
		}
	case 3:
		return `"` + g.pick("#if($t)y#end", "#foreach($q in [1,2])$q#end", "#set($w = 3)$w", "#if($f)a#{else}b#end", "a ## c", "#* c *#b", `\$x`, `\\$x`, "#foo", "#[[ $x ]]#") + `"`
	}
	return "'" + g.pick("a", "b", "X", "q", "l", ",", "Hello", "o", "1", "42", "k-k") + "'"
}

// quotable doubles the quotes of what stands inside a double-quoted string.
func (g *generator) quotable(s string) string { return strings.ReplaceAll(s, `"`, `""`) }
