package source

import "strings"

// edit is one replacement inside a text, in offsets of the text before it.
type edit struct {
	at, before, after int
}

// Replace returns s with every old replaced by with. Sub goes on giving places in the file.
func (s String) Replace(old, with string) String {
	if old == "" || !strings.Contains(s.Value, old) {
		return s
	}
	edits := append([]edit(nil), s.edits...)
	var b strings.Builder
	rest := s.Value
	for {
		at := strings.Index(rest, old)
		if at < 0 {
			break
		}
		b.WriteString(rest[:at])
		edits = append(edits, edit{at: b.Len(), before: len(old), after: len(with)})
		b.WriteString(with)
		rest = rest[at+len(old):]
	}
	b.WriteString(rest)
	s.Value, s.edits = b.String(), edits
	return s
}

// Prepend returns s with text before it. Sub gives the text's first character for what was added.
func (s String) Prepend(text string) String {
	if text != "" {
		s.Value, s.edits = text+s.Value, append(append([]edit(nil), s.edits...), edit{after: len(text)})
	}
	return s
}

// Sub returns where length bytes of the text, from offset on, stand in the file: through quotes, escapes, folded lines
// and the indentation of block scalars. What Replace put in stands where the replaced text does. A text that does not
// come from a scalar gives its whole span, and so do offsets outside the text.
func (s String) Sub(offset, length int) Span {
	if s.node.IsZero() || offset < 0 || length < 0 || offset+length > len(s.Value) {
		return s.Span
	}
	return s.node.Slice(s.original(offset, false), s.original(offset+length, true))
}

// original maps an offset of Value back to the scalar's text.
func (s String) original(at int, end bool) int {
	for i := len(s.edits) - 1; i >= 0; i-- {
		e := s.edits[i]
		switch {
		case at <= e.at && !(end && at == e.at && e.after == 0):
		case at >= e.at+e.after:
			at += e.before - e.after
		case end:
			at = e.at + e.before
		default:
			at = e.at
		}
	}
	return at
}

// Node returns the scalar that the text was read from; the zero Node for a text that was made up.
func (s String) Node() Node { return s.node }
