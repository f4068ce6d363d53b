package diag

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/source"
)

// sarifHome is where people read about the tool and its findings.
const sarifHome = "https://github.com/gatewright/gatewright"

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               Code         `json:"id"`
	ShortDescription sarifMessage `json:"shortDescription"`
	FullDescription  sarifMessage `json:"fullDescription"`
	Help             sarifMessage `json:"help"`
	HelpURI          string       `json:"helpUri"`
}

type sarifMessage struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID           Code               `json:"ruleId"`
	RuleIndex        int                `json:"ruleIndex"`
	Level            string             `json:"level"`
	Message          sarifMessage       `json:"message"`
	Locations        []sarifLocation    `json:"locations"`
	RelatedLocations []sarifLocation    `json:"relatedLocations,omitempty"`
	Suppressions     []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPlace    `json:"physicalLocation"`
	Message          *sarifMessage `json:"message,omitempty"`
}

type sarifPlace struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

// WriteSARIF writes the findings as a log of SARIF 2.1.0, which code-scanning services read. Version is the command's
// own, and may be empty.
func WriteSARIF(w io.Writer, list *List, version string) error {
	shown, _ := list.Sorted()
	run := sarifRun{
		Tool:       sarifTool{Driver: sarifDriver{Name: "gatewright", Version: version, InformationURI: sarifHome, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	var codes []Code
	for _, d := range shown {
		if !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(code))
	}
	for _, d := range shown {
		run.Results = append(run.Results, sarifResultOf(d, slices.Index(codes, d.Code)))
	}
	return writeIndented(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifRuleOf(code Code) sarifRule {
	info, known := Explain(code)
	if !known {
		info = Info{Code: code, Title: string(code)}
	}
	return sarifRule{
		ID:               code,
		ShortDescription: sarifMessage{Text: info.Title},
		FullDescription:  sarifMessage{Text: info.Explanation},
		Help:             sarifMessage{Text: info.Text(), Markdown: info.markdown()},
		HelpURI:          sarifHome + "/blob/main/docs/diagnostics.md#" + strings.ToLower(string(code)),
	}
}

func sarifResultOf(d Diagnostic, rule int) sarifResult {
	text := d.Message
	if d.Cause != "" {
		text += "\ncause: " + d.Cause
	}
	if d.Help != "" {
		text += "\nhelp: " + d.Help
	}
	result := sarifResult{RuleID: d.Code, RuleIndex: rule, Level: d.Severity.String(), Message: sarifMessage{Text: text}, Locations: []sarifLocation{}}
	if d.Span.Valid() {
		result.Locations = append(result.Locations, sarifLocation{PhysicalLocation: sarifPlaceOf(d.Span)})
	}
	for _, related := range d.Related {
		if related.Span.Valid() {
			result.RelatedLocations = append(result.RelatedLocations,
				sarifLocation{PhysicalLocation: sarifPlaceOf(related.Span), Message: &sarifMessage{Text: related.Message}})
		}
	}
	if d.Allowed {
		result.Suppressions = []sarifSuppression{{Kind: "external", Justification: "taken by --allow " + string(d.Code)}}
	}
	return result
}

func sarifPlaceOf(span source.Span) sarifPlace {
	line, col := end(span)
	path := filepath.ToSlash(span.File.Path)
	uri := url.URL{Path: path}
	if filepath.IsAbs(span.File.Path) {
		uri.Scheme = "file"
	}
	return sarifPlace{
		ArtifactLocation: sarifArtifact{URI: uri.String()},
		Region:           sarifRegion{StartLine: span.Line, StartColumn: span.Col, EndLine: line, EndColumn: col},
	}
}
