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

// Document returns docs/diagnostics.md: the explanations of all codes.
func Document() string {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\n" +
		"Written from `gen/diag` by `go test ./golden/diag -update`; `gatewright explain CODE` prints the same.\n\n" +
		"Each finding has a code that never changes its meaning. The first digit says what it is about: 1 loading, " +
		"2 routes and parameters, 3 integrations, 4 mapping expressions and templates, 5 responses, 6 security, " +
		"7 settings of the gateway, 9 Gatewright itself. Codes with a 9 in the second place say that Gatewright cannot do something yet.\n\n" +
		"`--allow CODE` turns the errors of one code into warnings, where that makes sense; each code says what the gateway does then.\n")
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
