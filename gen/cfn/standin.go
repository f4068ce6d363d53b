package cfn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// StandInPrefix is what every stand-in starts with, unless it has the form of an ARN or number.
const StandInPrefix = "unresolved-"

// standIn is a value that is made up, and where it is first wanted.
type standIn struct {
	text  string
	cause diag.Diagnostic
	more  int // places beyond the first
}

// orStandIn returns a stand-in where the user wants them, else the reason why there is no value.
func (e *Env) orStandIn(name string, missing diag.Diagnostic) (value, []diag.Diagnostic) {
	if !e.standIns {
		return value{}, []diag.Diagnostic{missing}
	}
	return value{items: []string{e.standInFor(name, missing)}}, nil
}

// standInFor returns the stand-in for a name and remembers it for the warnings.
func (e *Env) standInFor(name string, cause diag.Diagnostic) string {
	if s := e.stand[name]; s != nil {
		s.more++
		return s.text
	}
	s := &standIn{text: e.standInText(name), cause: cause}
	e.stand[name] = s
	return s.text
}

// standInText makes a value that shows that it is none. Where an ARN, a URL or a number is wanted it is one.
func (e *Env) standInText(name string) string {
	if kind, _ := e.section("Parameters", name).Get("Type").Text(); kind.Value == "Number" {
		return "1"
	}
	text := standInText(name)
	if strings.HasSuffix(strings.ToLower(name), "url") {
		return "https://" + text + ".invalid"
	}
	resource, attribute, _ := strings.Cut(name, ".")
	if attribute != "Arn" && !strings.HasSuffix(strings.ToLower(name), "arn") {
		return text
	}
	account, region, partition := e.pseudo["AWS::AccountId"], e.pseudo["AWS::Region"], e.pseudo["AWS::Partition"]
	kind, _ := e.section("Resources", resource).Get("Type").Text()
	switch {
	case kind.Value == "AWS::IAM::Role" || kind.Value == "" && strings.Contains(strings.ToLower(resource), "role"):
		return fmt.Sprintf("arn:%s:iam::%s:role/%s", partition, account, text)
	case kind.Value == "AWS::Cognito::UserPool":
		return fmt.Sprintf("arn:%s:cognito-idp:%s:%s:userpool/%s_%s", partition, region, account, region, plain(text))
	case kind.Value == "AWS::Serverless::Function" || kind.Value == "AWS::Lambda::Function" || kind.Value == "":
		return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", partition, region, account, plain(text))
	}
	service := strings.ToLower(kind.Value)
	if parts := strings.Split(service, "::"); len(parts) > 1 {
		service = parts[1]
	}
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", partition, service, region, account, text)
}

// standInText is a text that shows what it stands for. It may stand in a host name.
func standInText(name string) string {
	return StandInPrefix + strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
}

// plain is a stand-in without dots, which names of functions and user pools have none of.
func plain(text string) string { return strings.ReplaceAll(text, ".", "-") }

// StandIns reports the stand-ins, one warning for each name.
func (e *Env) StandIns() {
	for name, s := range e.stand {
		d := s.cause
		d.Code, d.Severity = diag.StandIn, diag.Warning
		d.Message = fmt.Sprintf("%s stands in for %s", s.text, name)
		d.Cause = s.cause.Message
		if s.more > 0 {
			d.Cause += fmt.Sprintf("; the stand-in is used in %d more places", s.more)
			if s.more == 1 {
				d.Cause = s.cause.Message + "; the stand-in is used in one more place"
			}
		}
		e.found.Add(d)
	}
}

// missing are the names that have no value, in their order.
func (e *Env) missing() []string {
	var names []string
	for name := range e.stand {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare)
	return names
}
