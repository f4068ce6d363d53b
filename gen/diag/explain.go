package diag

import (
	"fmt"
	"strings"
)

// Text returns the explanation of a code as `gatewright explain` prints it.
func (i Info) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n", i.Code, i.Title, wrapped(i.Explanation))
	if i.Example != "" {
		fmt.Fprintf(&b, "\nFor example:\n\n    %s\n", strings.ReplaceAll(i.Example, "\n", "\n    "))
	}
	fmt.Fprintf(&b, "\n%s\n", wrapped("What to do: "+i.Remedy))
	if i.Allowed != "" {
		fmt.Fprintf(&b, "\n%s\n", wrapped(fmt.Sprintf("With --allow %s: %s", i.Code, i.Allowed)))
	}
	return b.String()
}

// markdown returns the explanation of a code without its heading.
func (i Info) markdown() string {
	var b strings.Builder
	b.WriteString(i.Explanation + "\n")
	if i.Example != "" {
		language := "yaml"
		if strings.HasPrefix(i.Example, "gatewright ") {
			language = "sh"
		}
		fmt.Fprintf(&b, "\n```%s\n%s\n```\n", language, i.Example)
	}
	fmt.Fprintf(&b, "\n**What to do:** %s\n", i.Remedy)
	if i.Allowed != "" {
		fmt.Fprintf(&b, "\n**With `--allow %s`:** %s\n", i.Code, i.Allowed)
	}
	return b.String()
}

// jsonExample is what WriteJSON writes.
const jsonExample = `{
  "version": 1, "errors": 1, "warnings": 0, "cut": 0,
  "findings": [{
    "code": "GW5001", "severity": "error", "file": "pets.yaml", "line": 19, "column": 38, "endLine": 19, "endColumn": 42,
    "message": "response 200 does not declare the header X-Id",
    "cause": "headers not declared on the method response cannot be mapped",
    "help": "did you mean \"X-ID2\"?",
    "related": [{"file": "pets.yaml", "line": 8, "column": 10, "endLine": 8, "endColumn": 13, "message": "the response"}]
  }]
}`

// Document returns docs/diagnostics.md: the explanations of all codes.
func Document() string {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\n" +
		"Written from `gen/diag` by `go test ./golden/diag -update`; `gatewright explain CODE` prints the same.\n\n" +
		"Each finding has a code that never changes its meaning. The first digit says what it is about: 1 loading, " +
		"2 routes and parameters, 3 integrations, 4 mapping expressions and templates, 5 responses, 6 security, " +
		"7 settings of the gateway, 9 Gatewright itself. Codes with a 9 in the second place say that Gatewright cannot do something yet.\n\n" +
		"`--allow CODE` turns the errors of one code into warnings, where that makes sense; each code says what the gateway does then.\n\n" +
		"`gatewright check --format` writes them as `text`, as `json` (below), as `sarif` (SARIF 2.1.0, for code scanning) or as `github` " +
		"(workflow commands, shown beside the lines of a pull request). At most 100 are written, errors before warnings; `cut` counts the rest. " +
		"Lines and columns count from 1, columns in code points; the end is exclusive. A finding about no place has no `file`; " +
		"`cause`, `help`, `related` and `allowed` may be absent. Keys may be added; `version` changes when one is taken away.\n\n" +
		"```json\n" + jsonExample + "\n```\n")
	for _, info := range Codes() {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n\n## %s: %s\n\n%s", strings.ToLower(string(info.Code)), info.Code, info.Title, info.markdown())
	}
	return b.String()
}

// wrapped breaks a paragraph into lines for terminals.
func wrapped(paragraph string) string {
	const width = 80
	var lines []string
	line := ""
	for _, word := range strings.Fields(paragraph) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, line), "\n")
}
