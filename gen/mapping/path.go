package mapping

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// PathTemplate is a path of the document (rest.md 1.2, 1.6).
type PathTemplate struct {
	Segments []PathSegment // none for "/"
}

// PathSegment is what stands between two slashes.
type PathSegment struct {
	Parts  []PathPart // literal text and parameters by turns
	Offset int        // in bytes, within the template
	Length int
}

// PathPart is literal text, or a parameter.
type PathPart struct {
	Text   string // literal text as requests have it, percent-encoding decoded; "" for a parameter
	Name   string // "" for literal text
	Greedy bool   // {name+}
	Offset int    // of the name, or of the text
	Length int    // of the name, plus sign excluded, or of the text
}

// Literal returns the text of a segment without parameters.
func (s PathSegment) Literal() (string, bool) {
	if len(s.Parts) == 1 && s.Parts[0].Name == "" {
		return s.Parts[0].Text, true
	}
	return "", false
}

// Whole returns the parameter that is all of a segment.
func (s PathSegment) Whole() (PathPart, bool) {
	if len(s.Parts) == 1 && s.Parts[0].Name != "" {
		return s.Parts[0], true
	}
	return PathPart{}, false
}

// Parameters returns the parameters of the template in their order.
func (t *PathTemplate) Parameters() []PathPart {
	var parameters []PathPart
	for _, segment := range t.Segments {
		for _, part := range segment.Parts {
			if part.Name != "" {
				parameters = append(parameters, part)
			}
		}
	}
	return parameters
}

// Shape returns what templates that match the same requests have in common: the template with its parameters unnamed.
func (t *PathTemplate) Shape() string {
	var b strings.Builder
	for _, segment := range t.Segments {
		b.WriteByte('/')
		b.WriteString(segment.Shape())
	}
	return b.String()
}

// Shape returns the segment with its parameters unnamed. Bytes that no segment holds stand for them.
func (s PathSegment) Shape() string {
	var b strings.Builder
	for _, part := range s.Parts {
		switch {
		case part.Greedy:
			b.WriteString("\x02")
		case part.Name != "":
			b.WriteString("\x01")
		default:
			b.WriteString(strings.ReplaceAll(part.Text, "/", "%2F"))
		}
	}
	return b.String()
}

// pathReader reads a path template.
type pathReader struct {
	text     string
	template PathTemplate
	problems []*Problem
}

// ParsePath reads a path template. A trailing slash counts for nothing (rest.md 1.6). The template is complete when
// there are no problems.
func ParsePath(text string) (*PathTemplate, []*Problem) {
	r := &pathReader{text: text}
	if !strings.HasPrefix(text, "/") {
		r.fail(diag.PathCannotBeServed, 0, min(len(text), 1), "a path starts with a slash", fmt.Sprintf("write /%s", text))
		return &r.template, r.problems
	}
	if text == "//" {
		r.fail(diag.PathCannotBeServed, 0, 2, "empty segment in a path", "take the second slash away")
		return &r.template, r.problems
	}
	end := len(text)
	if end > 1 && text[end-1] == '/' {
		end--
	}
	for start := 1; start < end || start == 1 && end > 1; {
		length := r.segmentLength(start, end)
		r.segment(start, start+length)
		start += length + 1
	}
	if end > 1 && text[end-1] == '/' {
		r.fail(diag.PathCannotBeServed, end-1, 2, "empty segment in a path", "take the second slash away")
	}
	r.order()
	return &r.template, r.problems
}

func (r *pathReader) fail(code diag.Code, at, length int, message, help string) {
	r.problems = append(r.problems, &Problem{Code: code, Offset: at, Length: length, Message: message, Help: help})
}

// segmentLength returns how far the segment reaches that begins at start. A slash between braces ends it as well:
// no name has one.
func (r *pathReader) segmentLength(start, end int) int {
	if i := strings.IndexByte(r.text[start:end], '/'); i >= 0 {
		return i
	}
	return end - start
}

// segment reads text[start:end].
func (r *pathReader) segment(start, end int) {
	segment := PathSegment{Offset: start, Length: end - start}
	if start == end {
		r.fail(diag.PathCannotBeServed, start-1, 2, "empty segment in a path", "take the second slash away")
		return
	}
	for at := start; at < end; {
		part, next, ok := r.part(at, end)
		if !ok {
			return
		}
		if n := len(segment.Parts); n > 0 && part.Name != "" && segment.Parts[n-1].Name != "" {
			r.fail(diag.BadPathTemplate, at, next-at, fmt.Sprintf("nothing stands between the parameters %q and %q", segment.Parts[n-1].Name, part.Name),
				"write literal text between them")
			return
		}
		segment.Parts = append(segment.Parts, part)
		at = next
	}
	if literal, ok := segment.Literal(); ok && isDotSegment(literal) {
		r.fail(diag.PathCannotBeServed, start, end-start, fmt.Sprintf("requests with the segment %q are refused", r.text[start:end]), "")
		return
	}
	r.template.Segments = append(r.template.Segments, segment)
}

func isDotSegment(s string) bool { return s == "." || s == ".." }

// part reads a parameter or the literal text up to the next one.
func (r *pathReader) part(at, end int) (part PathPart, next int, ok bool) {
	if r.text[at] == '{' {
		return r.parameter(at, end)
	}
	next = end
	if i := strings.IndexByte(r.text[at:end], '{'); i >= 0 {
		next = at + i
	}
	raw := r.text[at:next]
	if i := strings.IndexByte(raw, '}'); i >= 0 {
		r.fail(diag.BadPathTemplate, at+i, 1, "a closing brace without its opening one", "write a literal brace as %7D")
		return part, next, false
	}
	if i := strings.IndexFunc(raw, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune(`?#\`, c) }); i >= 0 {
		r.fail(diag.PathCannotBeServed, at+i, 1, fmt.Sprintf("%q cannot stand in a path", raw[i]), fmt.Sprintf("write it as %%%02X", raw[i]))
		return part, next, false
	}
	text, err := url.PathUnescape(raw)
	if err != nil {
		i := strings.IndexByte(raw, '%')
		r.fail(diag.PathCannotBeServed, at+i, len(raw)-i, "malformed percent-encoding in a path", "write a literal percent sign as %25")
		return part, next, false
	}
	if strings.ContainsAny(text, "\x00\\") || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.fail(diag.PathCannotBeServed, at, len(raw), "requests with control characters or backslashes in their path are refused", "")
		return part, next, false
	}
	return PathPart{Text: text, Offset: at, Length: len(raw)}, next, true
}

// parameter reads {name} or {name+}.
func (r *pathReader) parameter(at, end int) (part PathPart, next int, ok bool) {
	inside := r.text[at+1 : end]
	i := strings.IndexAny(inside, "{}")
	if i < 0 || inside[i] == '{' {
		length := end - at
		if i >= 0 {
			length = i + 1
		}
		r.fail(diag.BadPathTemplate, at, length, "the brace is never closed", "")
		return part, end, false
	}
	name, greedy := strings.CutSuffix(inside[:i], "+")
	next = at + i + 2
	part = PathPart{Name: name, Greedy: greedy, Offset: at + 1, Length: len(name)}
	switch {
	case name == "":
		r.fail(diag.BadParameterName, at, next-at, "a parameter without a name", "")
		return part, next, false
	case !isName(name):
		r.fail(diag.BadParameterName, at+1, len(name), fmt.Sprintf("%q is no name of a path parameter", name), nameHelp)
		return part, next, false
	}
	return part, next, true
}

// order checks what segments say together: greedy parameters stand alone and last, names stand once.
func (r *pathReader) order() {
	seen := map[string]bool{}
	for i, segment := range r.template.Segments {
		for _, part := range segment.Parts {
			if part.Name == "" {
				continue
			}
			if seen[part.Name] {
				r.fail(diag.RepeatedPathParameter, part.Offset, part.Length, fmt.Sprintf("the path has two parameters %q", part.Name), "give each parameter a name of its own")
			}
			seen[part.Name] = true
			switch {
			case part.Greedy && len(segment.Parts) > 1:
				r.fail(diag.GreedyNotWhole, segment.Offset, segment.Length, fmt.Sprintf("{%s+} shares its segment with other text", part.Name),
					fmt.Sprintf("write {%s}, or give {%s+} a segment of its own", part.Name, part.Name))
			case part.Greedy && i < len(r.template.Segments)-1:
				r.fail(diag.ChildOfGreedy, part.Offset-1, part.Length+3, fmt.Sprintf("{%s+} takes the rest of the path, so nothing can follow it", part.Name),
					fmt.Sprintf("write {%s}, or end the path with it", part.Name))
			}
		}
	}
}
