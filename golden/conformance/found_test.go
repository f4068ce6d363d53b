package conformance

import "encoding/json"

// found are templates on which the generator and Velocity once differed, with what Velocity prints. The variables are
// those of generated templates.
func found() []row {
	var rows []row
	for _, f := range []struct{ template, body, output, failure string }{
		// Loop variables that nothing reads, under one name.
		{template: "#foreach($i in [1,2])x#end#foreach($i in [3])$i#end", output: "xx3"},
		{template: "#foreach($i in [1,2])#foreach($i in [3])$i#end#end", output: "33"},
		{template: "#foreach($i in [1,2])#set($i = 5)#end", output: ""},
		// What follows null is not evaluated, arguments neither.
		{template: "$nope.add($l.remove(0))$l.size()", output: "4"},
		{template: "$nope.get($cs.charAt(99))", output: ""},
		// Methods without parameters are found whatever the arguments, and throw.
		{template: "$s.length(1)", failure: "render"},
		{template: "$l.size($l)", failure: "render"},
		{template: "$n.compareTo('5')", failure: "render"},
		{template: "$s.compareTo(5)", failure: "render"},
		{template: "$s.concat(5)", output: ""},
		// A character is no text.
		{template: "$s.charAt(0)$s.charAt(0).length()", output: "H"},
		{template: "#set($v = $s.charAt(0) + 1)[$v]", output: "[]"},
		{template: "#if($s.charAt(0) == 'H')same#end", output: "same"},
		// Neither is a block, but for a text beside it.
		{template: "#define($b)x#end#set($v = $b + 1)[$v]#set($v = $b + '1')[$v]", output: "[][x1]"},
		{template: "#define($b)#define($c)x#end$c$c#end$b", output: "xx"},
		// Blanks before #set, and what stands before them.
		{template: "$x} #set($v = 1)b", output: "X}b"},
		{template: "$s.length()px #set($v = 1)b", output: "12pxb"},
		{template: "a$ #set($v = 1)b", output: "ab"},
		{template: "a# #set($v = 1)b", output: "ab"},
		{template: `a\ #set($v = 1)b`, output: `a\b`},
		{template: "#1.5 #set($v = 1)b", output: "#1.5b"},
		{template: `\#set $x`, output: "#set X"},
		{template: "$m.a## $x\nb", output: "1## X\nb"},
		{template: "$x## $x\nb", output: "Xb"},
		{template: "#foreach($v in [-0.0])$v#end", output: "-0.0"},
		{template: "$s[-1]", failure: "render"},
		{template: "#set($v = $l.subList(0,2))$l.add(1)$v.size()", failure: "render"},
		{template: "#-1.5 #set($v = 1)b", output: "#-1.5b"},
		// Behind a reference Velocity goes on reading one, past a #set, a comment and raw text.
		{template: "$x#set($v = 1)\nb #set($v = 2)c", output: "Xbc"},
		{template: "${x}#set($v = 1)\nb #set($v = 2)c", output: "Xb c"},
		{template: "$x#set($v = 1)} #set($v = 2)c", output: "X}c"},
		{template: "$x#*c*#b #set($v = 2)c", output: "Xbc"},
		{template: "$m.a #set($v = 1)\n## c\nb", output: "1## c\nb"},
		{template: "$m.b['c']## c\nb", output: "d## c\nb"},
		{template: "$m.a#set($v = 1)(b)", failure: "parse"},
		{template: "$x#set($v = 1)[0]", failure: "parse"},
		{template: "$s.length()true", failure: "parse"},
		{template: "$s.length()px.y[$l.remove(0)]z$l.size()", output: "12pxz4"},
		// A property that another reference touches is not ended by it.
		{template: "$m.a$x#if($t)\n## c\nb#end", output: "1X## c\nb"},
		{template: "$m.a$x #if($t)\n## c\nb#end", output: "1X b"},
		{template: "$m.a$x(b)", failure: "parse"},
		{template: "$m.a$x(", output: "1X("},
		// Braces behind a reference.
		{template: "$x{b}c", output: "X{c"},
		{template: "$x{$m.a}c", output: "X{c"},
		{template: "$x{b c", failure: "parse"},
		{template: "$x{1}c", output: "X{1}c"},
		{template: "$!{$x}c", output: "c"},
		// Arithmetic of big integers, what views of a map do to it, and what holds itself.
		{template: "#set($v = -99999999999999999999 % 7)$v", output: "6"},
		{template: "#set($v = $bg % -7)", failure: "render"},
		{template: "$m.keySet().add('x')", failure: "render"},
		{template: "$m.keySet().addAll([])", output: "false"},
		{template: "$m.keySet().remove('a')$m.values().retainAll([2])$m", output: "truetrue{k-k=2}"},
		{template: "$m.keySet().containsAll(['a','b'])$m.entrySet().remove(1)$m.entrySet().removeAll($m.entrySet())$m.keySet().clear()$m", output: "truefalsetrue{}"},
		{template: "$context.keySet().remove('stage');$context.stage.", output: "true;."},
		{template: "$el.add($el)$el", output: "true[(this Collection)]"},
		{template: "$em.put('z', $em)$em", output: "{z=(this Map)}"},
		{template: "$em.put('z', $em.values())$em", output: "{z=[(this Collection)]}"},
		{template: "$em.put('z', $em.entrySet())$em", failure: "render"},
		// JSONPath: what is missing ends a path, but for [*] of a list and names in the middle.
		{template: "$input.json('$.a[*].b')", body: `{"a":[{"b":1},{},{"b":2}]}`, output: "[1,2]"},
		{template: "$input.json('$.a[0,1].b')", body: `{"a":[{"b":1},{}]}`, output: `""`},
		{template: "$input.json('$.z[*]')", body: `{"a":1}`, output: "[]"},
		{template: "$input.json('$.a[?(@.b)].c')", body: `{"a":[{"b":1}]}`, output: `""`},
		{template: "$input.json('$.a[0]')", body: `{"a":{}}`, failure: "render"},
		{template: "$input.json('$[?(@.a == 1)]')", body: `[{"a":1},{"a":"1"},{"a":1.0}]`, output: `[{"a":1},{"a":"1"},{"a":1.0}]`},
		{template: "$input.json('$[?(@.a > 0.1)]')", body: `[{"a":0.1},{"a":0.2}]`, output: `[{"a":0.2}]`},
		{template: "$input.json(\"$[?(@.a == 'x')]\")", body: `[{"a":1}]`, failure: "render"},
		{template: "$input.json('$[?(@.a == @.b)]')", body: `[{"a":1,"b":1},{"a":1,"b":2}]`, output: `[{"a":1,"b":1}]`},
		{template: "$input.json('$[?(@.a)]')", body: `[{"a":null},{"a":0}]`, output: `[{"a":0}]`},
		{template: "$input.json('.a')", body: `{"b":{"a":1}}`, output: "[1]"},
		{template: "[$input.path('$')]", body: " ", output: "[]"},
		{template: "$util.base64Decode('aGk')", output: "hi"},
		{template: "$util.base64Decode('8J+Y')x", output: "\uFFFDx"},
		{template: "$s.lastIndexOf('o', 5)$s.indexOf(111, 5)", output: "48"},
		{template: "$cs.split('', -1).size()", output: "9"},
	} {
		input, _ := json.Marshal(map[string]string{"body": f.body})
		rows = append(rows, row{Name: "found: " + f.template, Template: f.template, Context: givenVariables(), Input: input, Output: f.output, Error: f.failure})
	}
	return rows
}
