package ecma

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a range of characters.
type span struct{ from, to rune }

// The sets of ECMA-262.
var (
	digits   = []span{{'0', '9'}}
	words    = []span{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	lineEnds = []span{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}
	spaces   = []span{
		{'\t', '\r'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029},
		{0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
	}
)

// complement is everything outside a set.
func complement(set []span) []span {
	var out []span
	next := rune(0)
	for _, s := range normal(set) {
		if s.from > next {
			out = append(out, span{next, s.from - 1})
		}
		next = s.to + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, span{next, utf8.MaxRune})
	}
	return out
}

// normal orders a set and joins what touches.
func normal(set []span) []span {
	set = slices.Clone(set)
	slices.SortFunc(set, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, s := range set {
		if n := len(out); n > 0 && s.from <= out[n-1].to+1 {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// writeClass writes a set as a class that both engines read alike.
func (r *reader) writeClass(set []span, negated bool) {
	if len(set) == 0 {
		set, negated = []span{{0, utf8.MaxRune}}, !negated
	}
	r.out.WriteByte('[')
	if negated {
		r.out.WriteByte('^')
	}
	for _, s := range normal(set) {
		r.classRune(s.from)
		if s.to > s.from {
			r.out.WriteByte('-')
			r.classRune(s.to)
		}
	}
	r.out.WriteByte(']')
}

func (r *reader) classRune(c rune) {
	// Halves of characters cannot be written; no text holds them.
	switch {
	case 0xd800 <= c && c <= 0xdbff:
		c = 0xd7ff
	case 0xdc00 <= c && c <= 0xdfff:
		c = 0xe000
	}
	if c < utf8.RuneSelf && strings.ContainsRune(`\[]^-&~|`, c) {
		r.out.WriteByte('\\')
	}
	r.out.WriteRune(c)
}

// class reads […].
func (r *reader) class() error {
	r.pos++
	negated := false
	if strings.HasPrefix(r.text[r.pos:], "^") {
		negated = true
		r.pos++
	}
	var set []span
	for {
		if r.pos >= len(r.text) {
			return r.fail("a class is not closed")
		}
		if r.text[r.pos] == ']' {
			r.pos++
			r.writeClass(set, negated)
			return nil
		}
		low, single, err := r.member()
		if err != nil {
			return err
		}
		if !r.isRange() {
			set = append(set, low...)
			continue
		}
		r.pos++
		high, also, err := r.member()
		switch {
		case err != nil:
			return err
		case (!single || !also) && r.strict:
			return r.fail("a range needs two characters")
		case !single || !also:
			set = append(append(append(set, low...), high...), span{'-', '-'})
		case low[0].from > high[0].from:
			return r.fail("a range runs backwards")
		default:
			set = append(set, span{low[0].from, high[0].to})
		}
	}
}

// isRange reports whether a hyphen that joins two characters comes next.
func (r *reader) isRange() bool {
	rest := r.text[r.pos:]
	return len(rest) > 1 && rest[0] == '-' && rest[1] != ']'
}

// member reads one member of a class; single reports whether it is one character.
func (r *reader) member() (set []span, single bool, err error) {
	if r.pos >= len(r.text) {
		return nil, false, r.fail("a class is not closed")
	}
	if r.text[r.pos] != '\\' {
		c, size := utf8.DecodeRuneInString(r.text[r.pos:])
		r.pos += size
		return []span{{c, c}}, true, nil
	}
	if r.pos+1 >= len(r.text) {
		return nil, false, r.fail("the pattern ends in a backslash")
	}
	set, negated, isSet, err := r.set()
	if err != nil {
		return nil, false, err
	}
	if isSet {
		if negated {
			set = complement(set)
		}
		return set, false, nil
	}
	c, err := r.character(true)
	return []span{{c, c}}, true, err
}

// property reads \p{…} or \P{…}.
func (r *reader) property() (set []span, negated bool, err error) {
	negated = r.text[r.pos+1] == 'P'
	rest := r.text[r.pos+2:]
	name, length := "", 0
	switch end := strings.IndexByte(rest, '}'); {
	case strings.HasPrefix(rest, "{") && end > 0:
		name, length = rest[1:end], end+1
	case !r.strict && rest != "":
		name, length = rest[:1], 1
	default:
		return nil, false, r.fail(`\p needs a name in braces`)
	}
	set, ok := named(name)
	if !ok {
		return nil, false, r.fail("unknown property %q of characters", name)
	}
	r.pos += 2 + length
	return set, negated, nil
}

// longNames are the categories that have a name besides their letters.
var longNames = map[string]string{
	"letter": "L", "uppercase_letter": "Lu", "lowercase_letter": "Ll", "titlecase_letter": "Lt", "modifier_letter": "Lm", "other_letter": "Lo",
	"mark": "M", "nonspacing_mark": "Mn", "spacing_mark": "Mc", "enclosing_mark": "Me", "combining_mark": "M",
	"number": "N", "decimal_number": "Nd", "digit": "Nd", "letter_number": "Nl", "other_number": "No",
	"punctuation": "P", "punct": "P", "connector_punctuation": "Pc", "dash_punctuation": "Pd", "open_punctuation": "Ps", "close_punctuation": "Pe",
	"initial_punctuation": "Pi", "final_punctuation": "Pf", "other_punctuation": "Po",
	"symbol": "S", "math_symbol": "Sm", "currency_symbol": "Sc", "modifier_symbol": "Sk", "other_symbol": "So",
	"separator": "Z", "space_separator": "Zs", "line_separator": "Zl", "paragraph_separator": "Zp",
	"other": "C", "control": "Cc", "cntrl": "Cc", "format": "Cf", "private_use": "Co",
}

// posix are Java's classes of ASCII.
var posix = map[string][]span{
	"Lower": {{'a', 'z'}}, "Upper": {{'A', 'Z'}}, "ASCII": {{0, 0x7f}}, "Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Digit": digits,
	"Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}},
	"Graph": {{'!', '~'}}, "Print": {{' ', '~'}}, "Blank": {{'\t', '\t'}, {' ', ' '}}, "Cntrl": {{0, 0x1f}, {0x7f, 0x7f}},
	"XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "Space": {{'\t', '\r'}, {' ', ' '}}, "Any": {{0, utf8.MaxRune}},
}

// named is the set of a category, a script or a property.
func named(name string) ([]span, bool) {
	if set, ok := posix[name]; ok {
		return set, true
	}
	if key, value, ok := strings.Cut(name, "="); ok {
		switch key {
		case "Script", "sc", "Script_Extensions", "scx", "General_Category", "gc":
			name = value
		default:
			return nil, false
		}
	}
	if short, ok := longNames[strings.ToLower(name)]; ok {
		name = short
	}
	for _, candidate := range []string{name, strings.TrimPrefix(name, "Is"), strings.TrimPrefix(name, "In")} {
		for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
			if table, ok := tables[candidate]; ok {
				return spans(table), true
			}
		}
	}
	switch name {
	case "Alphabetic":
		return append(spans(unicode.L), append(spans(unicode.Nl), spans(unicode.Other_Alphabetic)...)...), true
	case "Lowercase":
		return append(spans(unicode.Ll), spans(unicode.Other_Lowercase)...), true
	case "Uppercase":
		return append(spans(unicode.Lu), spans(unicode.Other_Uppercase)...), true
	}
	return nil, false
}

// spans are the ranges of a table.
func spans(t *unicode.RangeTable) []span {
	var out []span
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			out = append(out, span{lo, hi})
			return
		}
		for c := lo; c <= hi; c += stride {
			out = append(out, span{c, c})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return out
}
