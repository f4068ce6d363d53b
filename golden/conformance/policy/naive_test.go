package policy

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// naive evaluates a policy the way that IAM's user guide tells it, statement by statement, without a thought for speed and
// without a line of the code that it is compared with.
func naive(policy map[string]any, a ask) string {
	effect := "neutral"
	for _, s := range statements(policy) {
		if !naiveApplies(policy["Version"] == "2012-10-17", s, a) {
			continue
		}
		if s["Effect"] == "Deny" {
			return "explicit deny"
		}
		effect = "allow"
	}
	return effect
}

func naiveApplies(variables bool, s map[string]any, a ask) bool {
	keys := naiveKeys(a)
	action := "execute-api:" + a.Action
	if a.Action == "" {
		action = "execute-api:Invoke"
	}
	named := func(element string, matches func(entry string) bool) bool {
		return slices.ContainsFunc(listOf(s[element]), func(entry any) bool { return matches(fmt.Sprint(entry)) })
	}
	onAction := func(entry string) bool { return wildcards(strings.ToLower(entry), strings.ToLower(action)) }
	onResource := func(entry string) bool {
		entry = strings.Replace(entry, "execute-api:/", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/", 1)
		pattern, ok := naivePattern(variables, entry, keys)
		return ok && arnMatches(onePathSpelling(pattern, true), naiveResource(a))
	}
	switch {
	case s["Action"] != nil && !named("Action", onAction), s["NotAction"] != nil && named("NotAction", onAction):
		return false
	case s["Resource"] != nil && !named("Resource", onResource), s["NotResource"] != nil && named("NotResource", onResource):
		return false
	case s["Principal"] != nil && !naivePrincipal(s["Principal"], a.Principal):
		return false
	case s["NotPrincipal"] != nil && naiveExcepted(s["NotPrincipal"], a.Principal):
		return false
	}
	conditions, _ := s["Condition"].(map[string]any)
	for operator, tests := range conditions {
		for key, values := range tests.(map[string]any) {
			if !naiveCondition(variables, operator, strings.ToLower(key), listOf(values), keys) {
				return false
			}
		}
	}
	return true
}

// naiveKeys is the request context: the keys that the request has, in lower case.
func naiveKeys(a ask) map[string]string {
	keys := map[string]string{
		"aws:currenttime": a.Time.UTC().Format("2006-01-02T15:04:05Z"), "aws:epochtime": strconv.FormatInt(a.Time.Unix(), 10),
		"aws:sourceip": a.IP, "aws:securetransport": fmt.Sprint(a.HTTPS), "aws:viaawsservice": "false",
		"aws:requestedregion": "eu-west-1", "aws:resourceaccount": "123456789012",
	}
	if strings.HasPrefix(a.IP, "10.") {
		if client := a.Headers["X-Forwarded-For"]; client != "" {
			keys["aws:sourceip"] = client
		}
		if scheme := a.Headers["X-Forwarded-Proto"]; scheme != "" {
			keys["aws:securetransport"] = fmt.Sprint(scheme == "https")
		}
		keys["aws:sourcevpc"], keys["aws:sourcevpce"] = a.Headers["X-Amzn-Vpc-Id"], a.Headers["X-Amzn-Vpce-Id"]
		if keys["aws:sourcevpc"]+keys["aws:sourcevpce"] != "" {
			keys["aws:vpcsourceip"] = keys["aws:sourceip"]
		}
	}
	keys["aws:useragent"], keys["aws:referer"] = a.Headers["User-Agent"], a.Headers["Referer"]
	if a.Principal != "" {
		account, kind, name, _ := taken(a.Principal)
		keys["aws:principalarn"], keys["aws:principalaccount"], keys["aws:principalisawsservice"] = a.Principal, account, "false"
		keys["aws:principaltype"] = map[string]string{"root": "Account", "user": "User", "federated-user": "FederatedUser"}[kind]
		keys["aws:userid"] = a.UserID
		switch kind {
		case "user":
			keys["aws:username"] = name
		case "root":
			keys["aws:userid"] = account
		case "role":
			keys["aws:principaltype"] = "AssumedRole"
		case "assumed-role":
			keys["aws:principaltype"], keys["aws:principalarn"] = "AssumedRole", "arn:aws:iam::"+account+":role/"+name
		}
	}
	for key, value := range keys {
		if value == "" {
			delete(keys, key)
		}
	}
	return keys
}

// taken is a principal's ARN taken apart.
func taken(arn string) (account, kind, name, session string) {
	parts := strings.Split(arn, ":")
	pieces := strings.Split(parts[5], "/")
	account, kind, name = parts[4], pieces[0], pieces[len(pieces)-1]
	if kind == "assumed-role" {
		name, session = pieces[1], pieces[2]
	}
	return account, kind, name, session
}

// naiveResource is the ARN of what is asked for.
func naiveResource(a ask) string {
	segments := slices.DeleteFunc(strings.Split(strings.Split(a.Path, "?")[0], "/"), func(s string) bool { return s == "" })
	return "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/" + segments[0] + "/" + a.Method + "/" + onePathSpelling(strings.Join(segments[1:], "/"), false)
}

var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// onePathSpelling decodes the escapes that a path does not need. Of a path that is no pattern it escapes wildcards.
func onePathSpelling(path string, pattern bool) string {
	path = escape.ReplaceAllStringFunc(path, func(e string) string {
		if text, _ := url.PathUnescape(e); text > " " && text < "\x7f" && !strings.Contains("/%*?", text) {
			return text
		}
		return strings.ToUpper(e)
	})
	if !pattern {
		path = strings.ReplaceAll(path, "*", "%2A")
	}
	return path
}

// wildcards reports whether text is what pattern says.
func wildcards(pattern, text string) bool {
	e := regexp.QuoteMeta(pattern)
	e = strings.NewReplacer(`\*`, `.*`, `\?`, `.`, literalStar, `\*`, literalMark, `\?`).Replace(e)
	return regexp.MustCompile(`(?s)^` + e + `$`).MatchString(text)
}

func arnMatches(pattern, arn string) bool {
	if pattern == "*" {
		return true
	}
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	for len(patterns) < 6 {
		patterns = append(patterns, "*")
	}
	for i := range 6 {
		if i >= len(parts) || !wildcards(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

// Stand-ins for wildcards that are none.
const (
	literalStar = "\ue000"
	literalMark = "\ue001"
)

var variable = regexp.MustCompile(`\$\{([^},]*)(?:, *'([^']*)')?\}`)

// naivePattern is a text with its policy variables replaced; false when one has no value.
func naivePattern(variables bool, text string, keys map[string]string) (string, bool) {
	if !variables {
		return text, true
	}
	ok := true
	text = variable.ReplaceAllStringFunc(text, func(v string) string {
		m := variable.FindStringSubmatch(v)
		value, found := keys[strings.ToLower(m[1])]
		switch {
		case m[1] == "*", m[1] == "?", m[1] == "$":
			return strings.NewReplacer("*", literalStar, "?", literalMark).Replace(m[1])
		case found:
			return strings.NewReplacer("*", literalStar, "?", literalMark).Replace(value)
		case strings.Contains(v, "'"):
			return m[2]
		}
		ok = false
		return ""
	})
	return text, ok
}

func principalNames(principal any) []string {
	if principal == "*" {
		return []string{"*"}
	}
	var names []string
	if aws := principal.(map[string]any)["AWS"]; aws != nil {
		for _, name := range listOf(aws) {
			names = append(names, fmt.Sprint(name))
		}
	}
	return names
}

func naivePrincipal(principal any, signer string) bool {
	for _, name := range principalNames(principal) {
		if name == "*" || signer != "" && slices.Contains(identities(signer), name) {
			return true
		}
		if account, _, _, _ := fields(name); signer != "" && strings.HasSuffix(name, ":root") && slices.Contains(identities(signer), account) {
			return true
		}
	}
	return false
}

func fields(name string) (account, kind, last, session string) {
	if !strings.HasPrefix(name, "arn:") {
		return name, "", "", ""
	}
	return taken(name)
}

// identities are all that a signer is: the account, the role of a session, the user.
func identities(signer string) []string {
	account, kind, name, _ := taken(signer)
	all := []string{account, signer}
	if kind == "assumed-role" {
		all = append(all, "arn:aws:iam::"+account+":role/"+name)
	}
	return all
}

// naiveExcepted reports whether NotPrincipal lists all that a signer is.
func naiveExcepted(principal any, signer string) bool {
	if signer == "" {
		return false
	}
	account, kind, name, _ := taken(signer)
	listed := func(wanted ...string) bool {
		return slices.ContainsFunc(principalNames(principal), func(n string) bool { return slices.Contains(wanted, n) })
	}
	if !listed(account, "arn:aws:iam::"+account+":root") {
		return false
	}
	if kind == "assumed-role" && !listed("arn:aws:iam::"+account+":role/"+name) {
		return false
	}
	return kind == "root" || listed(signer)
}

// naiveCondition is one key under one operator.
func naiveCondition(variables bool, operator, key string, values []any, keys map[string]string) bool {
	value, present := keys[key]
	if operator == "Null" {
		return slices.ContainsFunc(values, func(v any) bool { return strings.EqualFold(fmt.Sprint(v), fmt.Sprint(!present)) })
	}
	operator, forAny := strings.CutPrefix(operator, "ForAnyValue:")
	operator, forAll := strings.CutPrefix(operator, "ForAllValues:")
	operator, exists := strings.CutSuffix(operator, "IfExists")
	negated := strings.Contains(operator, "Not")
	operator = strings.Replace(operator, "Not", "", 1)
	if !present {
		return exists || forAll || negated && !forAny
	}
	matches := slices.ContainsFunc(values, func(v any) bool {
		text, ok := fmt.Sprint(v), true
		if strings.HasPrefix(operator, "String") || strings.HasPrefix(operator, "Arn") {
			text, ok = naivePattern(variables, text, keys)
		}
		return ok && naiveTest(operator, value, text)
	})
	return matches != negated
}

func naiveTest(operator, value, text string) bool {
	plain := strings.NewReplacer(literalStar, "*", literalMark, "?").Replace(text)
	switch operator {
	case "StringEquals":
		return value == plain
	case "StringEqualsIgnoreCase":
		return strings.EqualFold(value, plain)
	case "StringLike":
		return wildcards(text, value)
	case "ArnEquals", "ArnLike":
		return arnMatches(text, value)
	case "Bool":
		return strings.EqualFold(value, text)
	case "BinaryEquals":
		return base64.StdEncoding.EncodeToString([]byte(value)) == text
	case "IpAddress":
		if !strings.Contains(text, "/") {
			return netip.MustParseAddr(text) == netip.MustParseAddr(value)
		}
		return netip.MustParsePrefix(text).Contains(netip.MustParseAddr(value))
	}
	comparison, isDate := strings.CutPrefix(operator, "Date")
	if !isDate {
		comparison = strings.TrimPrefix(operator, "Numeric")
	}
	difference := number(value) - number(text)
	switch comparison {
	case "Equals":
		return difference == 0
	case "LessThan":
		return difference < 0
	case "LessThanEquals":
		return difference <= 0
	case "GreaterThan":
		return difference > 0
	case "GreaterThanEquals":
		return difference >= 0
	}
	panic("operator " + operator)
}

// number is a number, or a date as seconds since 1970.
func number(text string) float64 {
	if n, err := strconv.ParseFloat(text, 64); err == nil && len(text) != 4 {
		return n
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return float64(t.UnixMilli()) / 1000
		}
	}
	panic("number " + text)
}
