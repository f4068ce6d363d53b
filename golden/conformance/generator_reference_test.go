package conformance

import (
	"strconv"
	"strings"
)

// reference is a reference with properties, indexes and methods.
func (g *generator) reference(depth int) string {
	switch n := g.IntN(20); {
	case n < 3:
		return g.input(depth)
	case n < 5:
		return g.util(depth)
	case n < 6:
		return g.pick("$context.stage", "$context.identity.sourceIp", "$context.requestId", "$context.identity.user", "$context.authorizer.claims.sub", "$context.authorizer.k",
			"$context.nope", "$stageVariables.url", "$stageVariables['k-k']", "$context.get('stage')", "$context.containsKey('stage')", "$stageVariables.nope", "$stageVariables.size()",
			"$context.requestOverride.header.x", "$context.responseOverride.status", "$context.identity.keySet()")
	case n < 7 && len(g.bound) > 0:
		return "$" + g.bound[g.IntN(len(g.bound))] + g.chain(depth, "")
	}
	name, kind := g.variable()
	mark := "$"
	if g.chance(10) {
		mark = "$!"
	}
	ref := name + g.chain(depth, kind)
	if g.chance(15) {
		return mark + "{" + ref + "}"
	}
	return mark + ref
}

// variable is one that exists, mostly, and what it holds.
func (g *generator) variable() (name, kind string) {
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.pick("x", "s", "u", "cs", "num", "e"), "string"
	case 3, 4:
		return g.pick("n", "d", "g", "z", "lo", "bg"), "number"
	case 5, 6:
		return g.pick("l", "nums", "el"), "list"
	case 7, 8:
		return g.pick("m", "em"), "map"
	case 9:
		return g.pick("t", "f"), "bool"
	case 10:
		return g.pick("v", "w", "y-1", "_q", "b"), ""
	}
	return g.pick("nope", "nl", "i", "foo-bar"), ""
}

// chain is what follows a variable.
func (g *generator) chain(depth int, kind string) string {
	if g.chance(35) {
		return ""
	}
	if g.chance(12) || kind == "" {
		kind = g.pick("string", "list", "map", "number", "bool")
	}
	link, next := "", ""
	switch kind {
	case "string":
		link, next = g.stringLink(depth)
	case "list":
		link, next = g.listLink(depth)
	case "map":
		link, next = g.mapLink(depth)
	case "number":
		link, next = g.pick(".intValue()", ".longValue()", ".doubleValue()", ".toString()", ".equals("+g.value(0)+")", ".compareTo("+g.pick("5", "$n", "1.5", "'5'", "$d")+")",
			".parseInt("+g.pick("'12'", "'x'", "$num", "'-7'")+")", ".nope", ".length()", ".toString().length()", ".isNaN()", ".isInfinite()"), "number"
	case "bool":
		link, next = g.pick(".toString()", ".equals("+g.pick("true", "$t", "'true'")+")", ".booleanValue()", ".nope"), "string"
	}
	if depth > 0 && g.chance(35) {
		return link + g.chain(depth-1, next)
	}
	return link
}

// index is an integer, mostly in range.
func (g *generator) index() string {
	return g.pick("0", "1", "2", "3", "0", "1", "$z", "$n", "-1", "12", "'a'", "1.0", "$lo")
}

func (g *generator) stringLink(depth int) (link, kind string) {
	d := depth - 1
	short := g.pick("'o'", "'l'", "','", "'a'", "'X'", "''", "'Hello'", "$x", "$e", "'é'", "'😀'")
	if g.chance(8) {
		short = g.value(d)
	}
	switch g.IntN(17) {
	case 0:
		return g.pick(".length()", ".isEmpty()", ".empty", ".length"), "number"
	case 1:
		return ".substring(" + g.index() + g.pick("", ","+g.index(), ", "+g.index()) + ")", "string"
	case 2:
		return ".charAt(" + g.index() + ")", ""
	case 3:
		return g.pick(".indexOf(", ".lastIndexOf(") + short + g.pick("", "", ","+g.index()) + ")", "number"
	case 4:
		return g.pick(".contains(", ".startsWith(", ".endsWith(", ".equals(", ".equalsIgnoreCase(") + short + ")", "bool"
	case 5:
		return ".startsWith(" + short + "," + g.index() + ")", "bool"
	case 6:
		return g.pick(".compareTo(", ".compareToIgnoreCase(") + g.pick("'a'", "'Hello'", "$x", "$e", "'é'", "'HELLO, world'", "5", "$n") + ")", "number"
	case 7:
		return g.pick(".toUpperCase()", ".toLowerCase()", ".trim()", ".toString()"), "string"
	case 8:
		return ".concat(" + short + ")", "string"
	case 9:
		return ".replace(" + g.pick("'o'", "'l'", "','", "$x", "'😀'", "'Hello'", "5") + "," + g.pick("'L'", "''", "$x", "'$1'", "'😀'") + ")", "string"
	case 10, 11:
		return g.pick(".replaceAll(", ".replaceFirst(") + g.regex() + "," + g.pick("'*'", "'<$0>'", "''", `'\\$'`, "'[$1]'", "'a'") + ")", "string"
	case 12:
		return ".matches(" + g.regex() + ")", "bool"
	case 13:
		return ".split(" + g.pick("','", "', '", "'o'", "''", "'[,l]'", "$x", "'.'") + g.pick("", ", 2", ", -1", ", 0") + ")" + g.pick("[0]", "[1]", ".size()", ".get(0)", ".isEmpty()", "[9]"), "string"
	case 14:
		return ".format(" + g.pick("'%s-%s', $x, $n", "'%d', $n", "'%5.2f', $d", "'%05d', $n", "'%x', $n", "'%%'", "'%S', $x", "'%-4s|', $x") + ")", "string"
	}
	return g.pick(".nope", ".nope()", ".bytes.nope", ".length(1)", ".substring()", ".trim('x')"), ""
}

func (g *generator) regex() string {
	return g.pick("'[aeiou]'", "'(l+)'", "'.'", "'l+'", "'^H'", `'\\w+'`, `'\d'`, `'\s'`, "'(a|b)'", "'[^a-z]'", "'(?i)hello.*'", "'.*World'", "'o(?=,)'", `'(.)\1'`, "'\\.'", "'[', ", "'é'")
}

func (g *generator) listLink(depth int) (link, kind string) {
	d := depth - 1
	switch g.IntN(14) {
	case 0, 1:
		return "[" + g.blank() + g.index() + g.blank() + "]", ""
	case 2:
		return ".get(" + g.index() + ")", ""
	case 3:
		return g.pick(".size()", ".isEmpty()", ".empty", ".size"), "number"
	case 4:
		return g.pick(".contains(", ".indexOf(", ".lastIndexOf(") + g.value(d) + ")", "bool"
	case 5:
		return ".add(" + g.value(d) + ")", "bool"
	case 6:
		return ".add(" + g.index() + "," + g.value(d) + ")", ""
	case 7:
		return ".remove(" + g.pick("0", "1", "'q'", "$x", "'p'", "2.5", "9") + ")", ""
	case 8:
		return ".set(" + g.index() + ", " + g.value(d) + ")", ""
	case 9:
		return ".subList(" + g.index() + "," + g.index() + ")", "list"
	case 10:
		return g.pick(".addAll(", ".containsAll(", ".removeAll(", ".retainAll(", ".equals(") + g.pick("$l", "$nums", "[1]", "['q']", "$el", "$x", "$m.keySet()", "[3,'p']") + ")", "bool"
	case 11:
		return ".iterator()" + g.pick(".next()", ".hasNext()"), ""
	case 12:
		return g.pick(".clear()", ".toString()", ".nope", ".nope()"), "string"
	}
	return ".toString()", "string"
}

func (g *generator) mapLink(depth int) (link, kind string) {
	d := depth - 1
	key := g.pick("'a'", "'b'", "'k-k'", "'zz'", "$x", "1", "'nul'", "null", "$nope")
	switch g.IntN(14) {
	case 0, 1:
		return "." + g.pick("a", "b", "k-k", "zz", "nul", "size", "empty"), ""
	case 2:
		return "[" + key2(key) + "]", ""
	case 3:
		return ".get(" + key + ")", ""
	case 4:
		return g.pick(".size()", ".isEmpty()", ".toString()"), "number"
	case 5:
		return g.pick(".containsKey(", ".containsValue(") + g.pick(key, g.value(d)) + ")", "bool"
	case 6:
		return ".put(" + key + ", " + g.pick("null", g.value(d)) + ")", ""
	case 7:
		return ".remove(" + key + ")", ""
	case 8:
		return g.pick(".keySet()", ".values()", ".entrySet()") + g.pick("", ".size()", ".isEmpty()", ".contains('a')", ".iterator().next()", "[0]", ".get(0)", ".empty", ".toString()"), ""
	case 9:
		return ".putAll(" + g.pick("$m", "$em", "{'z':1}", "$l", "$x") + ")", ""
	case 10:
		return g.pick(".getOrDefault(", ".putIfAbsent(") + key + ",'dflt')", ""
	case 11:
		return g.pick(".clear()", ".equals($m)", ".equals({})", ".nope()"), ""
	case 12:
		return ".b.c", "string"
	}
	return ".b", "map"
}

// key2 is a key that an index can hold.
func key2(key string) string {
	if key == "null" {
		return "'a'"
	}
	return key
}

func (g *generator) util(depth int) string {
	call := "$util." + g.pick("escapeJavaScript", "escapeJavaScript", "urlEncode", "base64Encode", "urlDecode", "base64Decode", "parseJson")
	arg := g.value(depth - 1)
	switch {
	case strings.HasSuffix(call, "parseJson") && g.chance(80):
		arg = g.pick(`'{"a":[1,{"b":"x/y"}],"c":1.50}'`, "'[1,2]'", "'5'", `'"t"'`, "'null'", `"{""a"": ""$x""}"`, "$num", "$input.body", "$input.json('$')", "''", "'{a:1}'", "'{\"a\":'")
	case strings.HasSuffix(call, "urlDecode") && g.chance(70):
		arg = g.pick("'a+b%20c'", "'%C3%A9'", "'%zz'", "'%4'", "'é'", "'%F0%9F%98%80'", "'%ff'", "$s", "'%+1'")
	case strings.HasSuffix(call, "base64Decode") && g.chance(80):
		arg = g.pick("'aGk='", "'aGk'", "'w6k='", "''", "'8J+YgA=='", "'a-_b'", "$util.base64Encode($u)")
	case g.chance(30):
		arg = g.pick("$u", "$l", "$m", "null", "$bg", "$input.body", "$input.json('$')", "$input.path('$')", "foo")
	}
	return call + "(" + arg + ")" + g.chain(min(depth-1, 1), "string")
}

func (g *generator) input(depth int) string {
	switch g.IntN(10) {
	case 0:
		return g.pick("$input.body", "$input.body.a", "$input.body.length()", "$input.nope", "$input.body.isEmpty()")
	case 1:
		return "$input.params(" + g.pick("'a'", "'q'", "'id'", "'nope'", "'B'", "'b'", "$x", `"c-d"`) + ")" + g.chain(depth-1, "string")
	case 2:
		return "$input.params()" + g.pick(".path", ".querystring", ".header", ".header.a", ".path.id", ".querystring.keySet()", ".header.keySet()", ".get('header')", "", ".keySet()", ".header.size()", ".header.get('c-D')")
	case 3, 4, 5:
		return "$input.json(" + g.path() + ")" + g.chain(min(depth-1, 1), "string")
	}
	return "$input.path(" + g.path() + ")" + g.chain(depth, g.pick("list", "map", "map", ""))
}

// path is a JSONPath in quotes.
func (g *generator) path() string {
	var b strings.Builder
	b.WriteString(g.pick("$", "$", "$", "$", "$", "", " $"))
	steps := g.IntN(4)
	for range steps {
		b.WriteString(g.step())
	}
	if b.Len() == 0 {
		b.WriteString("a")
	}
	text := b.String()
	if !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	if !strings.Contains(text, `"`) {
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// step is one step of a JSONPath.
func (g *generator) step() string {
	name := g.pick("a", "b", "c", "items", "k-k", "é", "n", "zz")
	n := func() string { return strconv.Itoa(g.IntN(4)) }
	switch g.IntN(20) {
	case 0:
		return "['" + name + "']"
	case 1:
		return "['" + name + "','" + g.pick("a", "b", "zz") + "']"
	case 2, 3:
		return "[" + n() + "]"
	case 4:
		return "[" + n() + "," + n() + "]"
	case 5:
		return "[" + g.pick(n()+":"+n(), n()+":", ":"+n(), "-"+n()+":", ":-"+n(), "-2:-1", "-3:2") + "]"
	case 6, 7:
		return g.pick(".*", "[*]")
	case 8:
		return ".." + g.pick(name, "*", "['a']", "[0]", "[*]")
	case 9, 10, 11:
		return "[?(" + g.filter(1) + ")]"
	}
	return "." + name
}

// filter is the condition of a JSONPath's filter.
func (g *generator) filter(depth int) string {
	if depth > 0 && g.chance(25) {
		return g.filter(0) + g.pick(" && ", " || ") + g.filter(0)
	}
	path := "@." + g.pick("a", "b", "n", "zz", "a.b", "s")
	if g.chance(25) {
		return g.pick("", "", "!") + path
	}
	if g.chance(8) {
		return path + " =~ " + g.pick("/x.*/", "/X/i", "/[ab]/", "/.*/")
	}
	return path + g.pick(" == ", " != ", " < ", " <= ", " > ", " >= ", "==") + g.pick("1", "2.5", "'x'", "'b'", "null", "true", "false", "0", "-1", "10", "1.0")
}

// body is a request's payload.
func (g *generator) body() string {
	switch g.IntN(30) {
	case 0:
		return ""
	case 1:
		return g.pick("not json", "42", `"str"`, "true", "[1,[2,3],{\"a\":1}]", "{\"a\":", "{a:1,'b':'x',}", "<x/>", "  {\"a\": 1 }  ", "1.50", "[]", "a=b&c=d", "nul", "{\"a\":tru}", "[1,2", "-1e5", "{}x")
	}
	return g.object(3)
}

func (g *generator) object(depth int) string {
	items := make([]string, 1+g.IntN(4))
	for i := range items {
		items[i] = `"` + g.pick("a", "b", "c", "items", "k-k", "é", "n", "a", "b") + `":` + g.pick("", " ") + g.jsonValue(depth-1)
	}
	return "{" + strings.Join(items, g.pick(",", ", ", ",\n")) + "}"
}

func (g *generator) jsonValue(depth int) string {
	if depth > 0 {
		switch g.IntN(4) {
		case 0:
			return g.object(depth)
		case 1:
			items := make([]string, g.IntN(5))
			for i := range items {
				items[i] = g.jsonValue(depth - 1)
			}
			return "[" + strings.Join(items, ",") + "]"
		}
	}
	return g.pick("1", "2", "0", "-1", "2.5", "1.0", "1e10", "1.50", "123456789012", "12345678901234567890", "0.12345678901234567890", "null", "true", "false", `"x"`, `"b"`, `""`,
		`"a/b 'q' <x>"`, `"é\u2019\u20ac"`, `"\ud83d\ude00"`, `"😀"`, `"a\"\\\n\t\b\u0001\u007f"`, `"\ud800x"`, `"xyz"`, `"$x #if"`, `"5"`, "1E-7", "100000000.0", "-0.0", "0.1")
}
