package integration

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"github.com/gatewright/gatewright/gen/model"
)

// The statuses that a backend can give.
const (
	firstStatus = 100
	lastStatus  = 599
)

// isDefault reports whether r is the response without a selection pattern.
func isDefault(r *model.IntegrationResponse) bool {
	return r.Pattern.Value == "default" || r.Pattern.Value == ""
}

// patternTime bounds the evaluation of one pattern over one status, against patterns that backtrack without end.
const patternTime = 100 * time.Millisecond

// pattern compiles a selection pattern: a Java regular expression that must match the whole text (rest.md section 6).
func pattern(text string) (*regexp2.Regexp, error) {
	if err := checkRepetitions(text); err != nil {
		return nil, err
	}
	// The pattern is compiled by itself first, so that no unbalanced parenthesis can close the group around it.
	if _, err := regexp2.Compile(text, regexp2.None); err != nil {
		return nil, err
	}
	re, err := regexp2.Compile(`\A(?:`+text+`)\z`, regexp2.None)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = patternTime
	return re, nil
}

// repetition is what may follow an opening brace in Java: {n}, {n,} or {n,m}.
var repetition = regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`)

// checkRepetitions refuses braces that are no repetition: Java does, the engine here takes them for text.
func checkRepetitions(text string) error {
	class := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++ // and what it escapes
			if i < len(text) && strings.IndexByte("pPxNkg", text[i]) >= 0 && strings.HasPrefix(text[i+1:], "{") {
				i += 1 + max(strings.IndexByte(text[i+1:], '}'), 0)
			}
		case c == '[':
			class++
		case c == ']' && class > 0:
			class--
		case c == '{' && class == 0:
			length := len(repetition.FindString(text[i:]))
			if length == 0 {
				return errors.New("illegal repetition: a brace begins {n}, {n,} or {n,m}")
			}
			i += length - 1
		}
	}
	return nil
}
