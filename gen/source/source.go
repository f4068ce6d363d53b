// Package source holds the text of documents and says where in it a thing stands.
// It knows files, positions, JSON and YAML; it must not know OpenAPI.
package source

import "fmt"

// Span is a stretch of a file. Lines and columns count from 1; columns count Unicode code points.
// End is exclusive. The zero Span points nowhere.
type Span struct {
	File            *File
	Line, Col       int
	EndLine, EndCol int
}

// Valid reports whether s points into a file.
func (s Span) Valid() bool { return s.File != nil && s.Line > 0 }

// String returns file:line:col.
func (s Span) String() string {
	if !s.Valid() {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", s.File.Path, s.Line, s.Col)
}

// String is a text of the document and where it stands.
type String struct {
	Value string
	Span  Span

	node  Node   // the scalar that Value was read from; zero for a text that was made up
	edits []edit // what Replace and Edit did to the scalar's text, in order

	computed bool
}

// Int is a whole number of the document and where it stands.
type Int struct {
	Value int64
	Span  Span
}

// Bool is a truth value of the document and where it stands.
type Bool struct {
	Value bool
	Span  Span
}
