package integration

import (
	"strings"
)

// staticText is what a template without references and directives renders to: itself, but for comments, raw blocks and
// escapes (mapping-templates.md section 2). Where ok is false the template needs the language, and the bytes from at to
// end are the first thing that does; broken says that Velocity itself would refuse it.
func staticText(template string) (t staticTemplate, ok bool) {
	s := staticScanner{template: template}
	for s.at < len(template) {
		if !s.next() {
			return s.found, false
		}
	}
	s.found.text = s.out.String()
	return s.found, true
}

// staticTemplate is what staticText finds.
type staticTemplate struct {
	text    string
	at, end int
	broken  bool
}

type staticScanner struct {
	template string
	at       int
	out      strings.Builder
	found    staticTemplate
}

// next reads one character, or one escape, comment or raw block. It returns false at what is not static.
func (s *staticScanner) next() bool {
	switch s.template[s.at] {
	case '\\':
		return s.backslashes()
	case '$':
		if n := reference(s.template[s.at:]); n > 0 {
			return s.needsLanguage(n)
		}
	case '#':
		return s.hash()
	}
	return s.literal()
}

// literal takes one byte as it is. A $ or # that ends the template is refused by Velocity.
func (s *staticScanner) literal() bool {
	c := s.template[s.at]
	if (c == '$' || c == '#') && s.at == len(s.template)-1 {
		s.found.broken = true
		return s.needsLanguage(1)
	}
	s.out.WriteByte(c)
	s.at++
	return true
}

func (s *staticScanner) needsLanguage(length int) bool {
	s.found.at, s.found.end = s.at, s.at+length
	return false
}

// hash reads what begins with #.
func (s *staticScanner) hash() bool {
	rest := s.template[s.at:]
	switch {
	case strings.HasPrefix(rest, "##"):
		s.skipLine(rest)
	case strings.HasPrefix(rest, "#*"):
		if end := strings.Index(rest[2:], "*#"); end >= 0 {
			s.at += 2 + end + 2
		} else {
			s.at = len(s.template)
		}
	case strings.HasPrefix(rest, "#[["):
		end := strings.Index(rest, "]]#")
		if end < 0 {
			s.found.broken = true
			return s.needsLanguage(len("#[["))
		}
		s.out.WriteString(rest[len("#[["):end])
		s.at += end + len("]]#")
	default:
		if n := directive(rest); n > 0 {
			return s.needsLanguage(n)
		}
		return s.literal()
	}
	return true
}

// skipLine leaves a line comment out, its newline included.
func (s *staticScanner) skipLine(rest string) {
	end := strings.IndexAny(rest, "\r\n")
	if end < 0 {
		s.at = len(s.template)
		return
	}
	if strings.HasPrefix(rest[end:], "\r\n") {
		end++
	}
	s.at += end + 1
}

// backslashes reads a run of them: before a reference or a known directive an odd number escapes it.
func (s *staticScanner) backslashes() bool {
	run := len(s.template[s.at:]) - len(strings.TrimLeft(s.template[s.at:], `\`))
	rest := s.template[s.at+run:]
	n := reference(rest)
	if n == 0 && !strings.HasPrefix(rest, "##") {
		n = knownDirective(rest)
	}
	switch {
	case n == 0:
		s.out.WriteString(s.template[s.at : s.at+run])
		s.at += run
		return true
	case run%2 == 0:
		s.at += run
		return s.needsLanguage(n)
	}
	s.out.WriteString(strings.Repeat(`\`, run/2))
	s.out.WriteString(rest[:n])
	s.at += run + n
	return true
}

// reference is the length of the reference's head that text begins with: $name, $!name, ${name, $!{name; 0 for none.
func reference(text string) int {
	if !strings.HasPrefix(text, "$") {
		return 0
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(text[1:], "!"), "{")
	if rest == "" || !isLetter(rest[0]) && rest[0] != '_' {
		return 0
	}
	head := len(text) - len(rest)
	end := 1
	for end < len(rest) && (isLetter(rest[end]) || isDigit(rest[end]) || rest[end] == '_' || rest[end] == '-') {
		end++
	}
	return head + end
}

// directive is the length of the name of a directive, or of a call of an unknown one, that text begins with; 0 for none.
func directive(text string) int {
	if n := knownDirective(text); n > 0 {
		return n
	}
	name := directiveName(text)
	if name == "" {
		return 0
	}
	after := strings.TrimLeft(text[1+len(name):], " \t\r\n")
	if strings.HasPrefix(after, "(") {
		return 1 + len(name)
	}
	return 0
}

func knownDirective(text string) int {
	name := directiveName(text)
	switch strings.Trim(name, "{}") {
	case "if", "elseif", "else", "end", "set", "foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop":
		return 1 + len(name)
	default:
		return 0
	}
}

// directiveName is the word, or braced word, behind the # that text begins with.
func directiveName(text string) string {
	if !strings.HasPrefix(text, "#") {
		return ""
	}
	text = text[1:]
	inner := strings.TrimPrefix(text, "{")
	end := 0
	for end < len(inner) && (isLetter(inner[end]) || inner[end] == '_' || inner[end] == '@' || end > 0 && isDigit(inner[end])) {
		end++
	}
	switch {
	case end == 0:
		return ""
	case len(inner) == len(text):
		return text[:end]
	case strings.HasPrefix(inner[end:], "}"):
		return text[:end+2]
	default:
		return ""
	}
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
