package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gatewright/gatewright/gen/source"
)

// jsonReport is what WriteJSON writes. Fields are only ever added to it.
type jsonReport struct {
	Version  int           `json:"version"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Cut      int           `json:"cut"`
	Findings []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Code     Code   `json:"code"`
	Severity string `json:"severity"`
	Allowed  bool   `json:"allowed,omitempty"`
	jsonPlace
	Cause   string      `json:"cause,omitempty"`
	Help    string      `json:"help,omitempty"`
	Related []jsonPlace `json:"related,omitempty"`
}

type jsonPlace struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"endLine,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"`
	Message   string `json:"message"`
}

// WriteJSON writes the findings as one JSON object:
//
//	{"version": 1, "errors": 1, "warnings": 0, "cut": 0, "findings": [{
//	  "code": "GW4001", "severity": "error", "file": "pets.yaml", "line": 9, "column": 20, "endLine": 9, "endColumn": 23,
//	  "message": "…", "cause": "…", "help": "…", "related": [{"file": …, "line": …, "column": …, "message": "…"}]}]}
//
// severity is error or warning; allowed is true for a warning that --allow made; cut is the number of findings that
// are left out. Lines and columns count from 1, columns in code points; the end is exclusive. A finding about no place
// has no file. cause, help and related may be absent. Keys may be added; version changes when one is taken away.
func WriteJSON(w io.Writer, list *List) error {
	shown, cut := list.Sorted()
	report := jsonReport{Version: 1, Errors: list.Errors(), Warnings: list.Warnings(), Cut: cut, Findings: []jsonFinding{}}
	for _, d := range shown {
		finding := jsonFinding{Code: d.Code, Severity: d.Severity.String(), Allowed: d.Allowed,
			jsonPlace: placeOf(d.Span, d.Message), Cause: d.Cause, Help: d.Help}
		for _, related := range d.Related {
			finding.Related = append(finding.Related, placeOf(related.Span, related.Message))
		}
		report.Findings = append(report.Findings, finding)
	}
	return writeIndented(w, report)
}

func placeOf(span source.Span, message string) jsonPlace {
	place := jsonPlace{Message: message}
	if span.Valid() {
		place.File, place.Line, place.Column = span.File.Path, span.Line, span.Col
		place.EndLine, place.EndColumn = end(span)
	}
	return place
}

// end returns the end of a span, which lies at its start when the span has none.
func end(span source.Span) (line, col int) {
	if span.EndLine < span.Line || span.EndLine == span.Line && span.EndCol < span.Col {
		return span.Line, span.Col
	}
	return span.EndLine, span.EndCol
}

func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// WriteGitHub writes the findings as workflow commands, which GitHub shows beside the lines of a pull request.
func WriteGitHub(w io.Writer, list *List) error {
	shown, _ := list.Sorted()
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var text strings.Builder
	for _, d := range shown {
		fmt.Fprintf(&text, "::%s ", d.Severity)
		if d.Span.Valid() {
			fmt.Fprintf(&text, "file=%s,line=%d,col=%d,", property.Replace(d.Span.File.Path), d.Span.Line, d.Span.Col)
			if line, col := end(d.Span); line == d.Span.Line && col > d.Span.Col {
				fmt.Fprintf(&text, "endColumn=%d,", col)
			}
		}
		message := printable(d.Message)
		if d.Cause != "" {
			message += "\ncause: " + printable(d.Cause)
		}
		if d.Help != "" {
			message += "\nhelp: " + printable(d.Help)
		}
		fmt.Fprintf(&text, "title=%s::%s\n", property.Replace(string(d.Code)), data.Replace(message))
	}
	_, err := io.WriteString(w, text.String())
	return err
}
