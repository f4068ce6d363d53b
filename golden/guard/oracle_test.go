package guard

import (
	"net/url"
	"slices"
	"strings"
)

// route is an operation of testdata/spelling.yaml as the oracle knows it.
type route struct {
	path   string
	method string // ANY: every method that the document does not name for the path
	guard  string // who stands before it; empty: nobody
}

var routes = []route{
	{"/admin", "GET", "key"},
	{"/admin/{id}", "ANY", "signed"},
	{"/vault/{proxy+}", "ANY", "login"},
	{"/keyed/{proxy+}", "ANY", "key"},
	{"/files/{name}.json", "GET", "key"},
	{"/files/{name}", "GET", ""},
	{"/rooms/{room}/keys", "ANY", "function"},
	{"/rooms/{room}/{thing}", "ANY", ""},
	{"/mixed", "GET", ""},
	{"/mixed", "POST", "key"},
	{"/mixed", "ANY", "signed"},
	{"/rules/{proxy+}", "ANY", "policy"},
	{"/tenants/acme/{thing}", "ANY", "policy"}, // the policy's own line
	{"/tenants/{tenant}/{thing}", "ANY", ""},
	{"/open/{proxy+}", "ANY", ""},
	{"/{proxy+}", "ANY", ""},
}

// meant is the route of a request by the rules alone, whose segments are known: at each depth literal text before text
// with a parameter in it, that before a parameter, that before the rest; at last the method by its name. nil: there is none.
func meant(method string, segments []string) *route {
	var best *route
	var bestRank []int
	for i := range routes {
		r := &routes[i]
		if r.method != method && (r.method != "ANY" || !slices.Contains(anyMethods, method)) {
			continue
		}
		rank, ok := r.fits(segments)
		if ok && (best == nil || slices.Compare(rank, bestRank) < 0) {
			best, bestRank = r, rank
		}
	}
	return best
}

// anyMethods are those that any-method stands for (rest.md, section 1.6).
var anyMethods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

func (r *route) fits(segments []string) (rank []int, ok bool) {
	template := strings.Split(r.path[1:], "/")
	for i, part := range template {
		if i >= len(segments) {
			return nil, false
		}
		before, rest, parameter := strings.Cut(part, "{")
		name, behind, _ := strings.Cut(rest, "}")
		switch segment := segments[i]; {
		case strings.HasSuffix(name, "+"):
			return append(rank, 3, r.methodRank()), true
		case !parameter && segment == part:
			rank = append(rank, 0)
		case !parameter:
			return nil, false
		case before+behind == "":
			rank = append(rank, 2)
		case len(segment) > len(before)+len(behind) && strings.HasPrefix(segment, before) && strings.HasSuffix(segment, behind):
			rank = append(rank, 1)
		default:
			return nil, false
		}
	}
	return append(rank, r.methodRank()), len(template) == len(segments)
}

func (r *route) methodRank() int {
	if r.method == "ANY" {
		return 1
	}
	return 0
}

// strictly is a target's path as RFC 3986 has it read: segments between slashes, decoded once, without dot segments, and
// without empty ones, which the gateway does not count either.
func strictly(target string) []string {
	path, _, _ := strings.Cut(target, "?")
	path, _, _ = strings.Cut(path, "#")
	var segments []string
	for part := range strings.SplitSeq(path, "/") {
		if decoded, err := url.PathUnescape(part); err == nil {
			part = decoded
		}
		segments = step(segments, part)
	}
	return segments
}

// step goes one segment on.
func step(segments []string, part string) []string {
	switch part {
	case "", ".":
		return segments
	case "..":
		return segments[:max(0, len(segments)-1)]
	default:
		return append(segments, part)
	}
}

// overlong are encodings that careless decoders take for dots, slashes and backslashes.
var overlong = strings.NewReplacer("\xc0\xaf", "/", "\xe0\x80\xaf", "/", "\xf0\x80\x80\xaf", "/", "\xc0\xae", ".", "\xe0\x80\xae", ".", "\xc1\x9c", "\\")

// carelessly is a target's path as the most careless of backends read it: escapes decoded first, overlong ones too, then
// backslashes are slashes, what follows a NUL or a line's end is dropped, and of a segment what follows a semicolon, and case is no matter.
func carelessly(target string) []string {
	path, _, _ := strings.Cut(target, "?")
	path, _, _ = strings.Cut(path, "#")
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	path = strings.ReplaceAll(overlong.Replace(path), `\`, "/")
	if end := strings.IndexAny(path, "\x00\r\n"); end >= 0 {
		path = path[:end]
	}
	var segments []string
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		part, _, _ = strings.Cut(part, ";")
		segments = step(segments, strings.TrimRight(part, " \t\v\f"))
	}
	return segments
}

// apart reports whether a route's paths begin as no other route's do, so that however carelessly one is read it must not be
// taken for one behind a guard. The others share their beginning with a guarded route, as their document wants: /files/x;.json
// is theirs, and a backend that reads it otherwise needs the guard on both.
func (r *route) apart() bool { return r.path == "/open/{proxy+}" }
