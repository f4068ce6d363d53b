package mapping

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
)

// ServiceURI is the uri of an integration with a service of Amazon's, Lambda among them (rest.md section 9):
// arn:PARTITION:apigateway:REGION:[SUBDOMAIN.]SERVICE:path/… or :action/….
type ServiceURI struct {
	Partition string
	Region    string
	Subdomain string
	Service   string
	// Action is set where the uri names one; Parameters are what follows it: Version=2012-11-05.
	Action     string
	Parameters []ActionParameter
	// Path is set where the uri gives one, which may have a query.
	Path *URI
}

// ActionParameter is a parameter behind the action of a uri.
type ActionParameter struct{ Name, Value string }

// FunctionName is the part of a uri of Lambda's that names the function, in pieces: text and stage variables.
type FunctionName []URIPart

var (
	partitionName = regexp.MustCompile(`^aws(-[a-z]+)*$`)
	regionName    = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)
	serviceName   = regexp.MustCompile(`^([A-Za-z0-9_.-]+\.)?([a-z0-9-]+)$`)
	actionName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
)

// IsServiceURI reports whether text is meant for the uri of a service.
func IsServiceURI(text string) bool { return strings.HasPrefix(text, "arn:") }

// ParseServiceURI reads the uri of a service. Problems have offsets within text.
func ParseServiceURI(text string) (*ServiceURI, *Problem) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "apigateway" {
		return nil, badService(0, len(text), "the uri is no ARN of a service",
			"write it as arn:aws:apigateway:REGION:SERVICE:action/ACTION, or :path/PATH")
	}
	at := make([]int, len(parts)) // where each part begins
	for i := 1; i < len(parts); i++ {
		at[i] = at[i-1] + len(parts[i-1]) + 1
	}
	u := &ServiceURI{Partition: parts[1], Region: parts[3]}
	service := serviceName.FindStringSubmatch(parts[4])
	switch {
	case !partitionName.MatchString(u.Partition):
		return nil, badService(at[1], len(parts[1]), fmt.Sprintf("%q is no partition", parts[1]), "write aws, aws-cn or aws-us-gov")
	case !regionName.MatchString(u.Region):
		return nil, badService(at[3], len(parts[3]), fmt.Sprintf("%q is no region", parts[3]), "write one such as us-east-1")
	case service == nil:
		return nil, badService(at[4], len(parts[4]), fmt.Sprintf("%q is no service", parts[4]), "write one such as dynamodb, or BUCKET.s3")
	}
	u.Subdomain, u.Service = strings.TrimSuffix(service[1], "."), service[2]
	return u, u.tail(parts[5], at[5])
}

// tail reads what follows the service; at is where it begins.
func (u *ServiceURI) tail(text string, at int) *Problem {
	if action, ok := strings.CutPrefix(text, "action/"); ok {
		return u.action(action, at+len("action/"))
	}
	path, ok := strings.CutPrefix(text, "path/")
	if !ok {
		return badService(at, len(text), "the uri says neither action nor path", "write action/ACTION or path/PATH")
	}
	at += len("path") // the slash is the path's own
	uri, problem := ParseURI("/" + strings.TrimLeft(path, "/"))
	if problem != nil {
		problem.Offset += at + len(path) - len(strings.TrimLeft(path, "/"))
		return problem
	}
	u.Path = uri
	return nil
}

// action reads ACTION[&NAME=VALUE…].
func (u *ServiceURI) action(text string, at int) *Problem {
	for i, piece := range strings.Split(text, "&") {
		name, value, isPair := strings.Cut(piece, "=")
		switch {
		case i == 0 && actionName.MatchString(piece):
			u.Action = piece
		case i > 0 && isPair && isName(name):
			u.Parameters = append(u.Parameters, ActionParameter{name, value})
		default:
			return badService(at, len(piece), fmt.Sprintf("%q is no action", piece), "write one such as PutItem, parameters behind it as &NAME=VALUE")
		}
		at += len(piece) + 1
	}
	return nil
}

func badService(at, length int, message, help string) *Problem {
	return &Problem{Code: diag.BadServiceURI, Offset: at, Length: length, Message: message, Help: help}
}

// The texts around a function's name in the path of Lambda's API.
const (
	beforeFunction = "/2015-03-31/functions/"
	afterFunction  = "/invocations"
)

// Function is the name of the function that the uri invokes; ok is false for any other uri. Names may hold stage
// variables, and nothing else that is known at run time only.
func (u *ServiceURI) Function() (name FunctionName, ok bool) {
	if u.Service != "lambda" || u.Path == nil || u.Path.HasQuery || len(u.Path.Parts) == 0 {
		return nil, false
	}
	parts := append(FunctionName{}, u.Path.Parts...)
	first, last := &parts[0], &parts[len(parts)-1]
	if first.Kind != PlainText || last.Kind != PlainText {
		return nil, false
	}
	if last.Text, ok = strings.CutSuffix(last.Text, afterFunction); !ok {
		return nil, false
	}
	if first.Text, ok = strings.CutPrefix(first.Text, beforeFunction); !ok {
		return nil, false
	}
	var named FunctionName
	for _, part := range parts {
		switch {
		case part.Kind == Placeholder:
			return nil, false
		case part.Kind != PlainText || part.Text != "":
			named = append(named, part)
		}
	}
	return named, len(named) > 0
}

// Fixed is the name where no stage variable is in it.
func (n FunctionName) Fixed() (text string, ok bool) {
	if len(n) != 1 || n[0].Kind != PlainText {
		return "", false
	}
	return n[0].Text, true
}

var (
	functionARN = regexp.MustCompile(`^arn:aws(-[a-z]+)*:lambda:[a-z0-9-]+:[0-9]{12}:function:` + functionPart + `$`)
	shortName   = regexp.MustCompile(`^` + functionPart + `$`)
)

// functionPart is the name of a function with its version or alias.
const functionPart = `[A-Za-z0-9_-]{1,140}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?`

// IsFunctionName reports whether text is the ARN of a function, or its name, with or without qualifier.
func IsFunctionName(text string) bool {
	return functionARN.MatchString(text) || shortName.MatchString(text)
}

// SameFunction reports whether entry, a key of x-gateway-functions, is about the function called name, and how closely:
// the higher the closer, 0 for not at all. ARN before name, with qualifier before without (extensions.md).
func SameFunction(entry, name string) int {
	short := name[strings.LastIndex(name, ":function:")+1:]
	short = strings.TrimPrefix(short, "function:")
	unqualified, _, _ := strings.Cut(short, ":")
	switch entry {
	case name:
		return 4
	case strings.TrimSuffix(name, short) + unqualified:
		return 3
	case short:
		return 2
	case unqualified:
		return 1
	default:
		return 0
	}
}

var roleARN = regexp.MustCompile(`^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}$`)

// IsRole reports whether text is the ARN of a role.
func IsRole(text string) bool { return roleARN.MatchString(text) }

// CallerCredentials is what credentials say where the caller's own sign (rest.md 1.4).
const CallerCredentials = "arn:aws:iam::*:user/*"

// ParseCredentials reads a role's ARN, which may hold stage variables, in pieces.
func ParseCredentials(text string) ([]URIPart, *Problem) {
	uri, problem := ParseURI(text)
	if problem != nil {
		return nil, problem
	}
	return uri.Parts, nil
}
