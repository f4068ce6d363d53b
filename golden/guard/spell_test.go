package guard

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// spelling is a request in the words of its first line.
type spelling struct {
	method, target string
	override       string // X-HTTP-Method-Override
}

// seeds are paths that the document has, half of them guarded.
var seeds = []string{
	"/admin", "/admin/1", "/admin/users", "/vault/a", "/vault/a/b/c", "/keyed/x", "/keyed/x/y", "/files/a.json", "/files/a", "/rooms/r/keys", "/rooms/r/chairs",
	"/mixed", "/rules/a/b", "/tenants/acme/x", "/tenants/other/x", "/open/a", "/open/a/b", "/else", "/else/where",
}

// inserts are what goes in between two bytes.
var inserts = []string{
	"/", "//", "/./", "/../", "/.", "/..", "/%2e/", "/%2e%2e/", "/.%2e/", "/%2E./", "/..;/", "/.;x/", "/;/", ";", ";a=b", ";a=b/", "%3b", "%3Bx", "%2f", "%2F", "%2f..%2f",
	"%252f", "%252e%252e%252f", "\\", "\\..\\", "%5c", "%5C..%5c", "%00", "\x00", "%0a", "%0d%0a", "\r", "\n", "%20", "%09", "\t", " ", "%", "%2", "%zz", "%u002f", "%c0%af", "%c0%ae%c0%ae/",
	"%e0%80%af", "%f0%80%80%af", "%c1%9c", "\xc0\xaf", "\xff", "\uff0f", "%ef%bc%8f", "\uff0e\uff0e/", "\u2215", "?", "?/../", "%3f", "%3F", "#", "%23", "&", "=", "*", "~", "+", ":", "@", ",", "!", "'", ".", "..",
	"...", ".json", "%2ejson", ".html", "%7f", "\x7f", "\x01", "%c5%bf", "\u017f", "\u212a", "open/", "/open/../", "/open/..%2f", "/admin/1", "x/../", "x%2f..%2f",
}

// spell writes a path in another way, by some steps.
func spell(random *rand.Rand, path string) string {
	for range 1 + random.IntN(1+random.IntN(4)) {
		at := random.IntN(len(path) + 1)
		switch random.IntN(10) {
		case 0, 1, 2, 3:
			path = path[:at] + inserts[random.IntN(len(inserts))] + path[at:]
		case 4:
			path += inserts[random.IntN(len(inserts))]
		case 5:
			path = inserts[random.IntN(len(inserts))] + path
		case 6, 7: // a byte as an escape, or as one twice over
			if at = min(at, len(path)-1); at >= 0 {
				form := []string{"%%%02x", "%%%02X", "%%25%02x", "%%%%%02x", "%%u%04x"}[random.IntN(5)]
				if random.IntN(3) > 0 {
					form = "%%%02X"
				}
				path = path[:at] + fmt.Sprintf(form, path[at]) + path[at+1:]
			}
		case 8: // a letter in the other case
			if at = min(at, len(path)-1); at >= 0 {
				other := strings.ToUpper(path[at : at+1])
				if other == path[at:at+1] {
					other = strings.ToLower(other)
				}
				path = path[:at] + other + path[at+1:]
			}
		default: // all slashes, or all dots
			path = strings.ReplaceAll(path, "/", []string{"//", "/./", "\\", "%2f", "/;x/"}[random.IntN(5)])
		}
	}
	return path
}

// wholes are forms of a target around a path.
var wholes = []string{
	"%s?x=1", "%s?", "/%s", "//%s", "%[2]s%[1]s", "http://%[2]s%[1]s", "HTTP://%[2]s%[1]s", "https://%[2]s%[1]s", "http://user@%[2]s%[1]s", "http://%[2]s:80%[1]s", "http://%[2]s@evil%[1]s",
	"http://evil%[1]s", "http://evil@%[2]s%[1]s", "//%[2]s%[1]s", "/%[2]s%[1]s", "http:%[1]s", "http:/%[1]s", "http://%[1]s", "http://%[2]s/open/..%[1]s", "http://%[2]s?%[1]s", "http://%[2]s;%[1]s", "http://%[2]s#%[1]s", "http://%[2]s\\%[1]s",
	"/open?%[1]s", "/open#%[1]s", "/open/x?/..%[1]s", "*%s", "?%s", "", "*",
}

var methods = []string{"GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "Get", "PROPFIND", "CONNECT", "X"}

// spelled is a random request.
func spelled(random *rand.Rand) spelling {
	path := seeds[random.IntN(len(seeds))]
	if random.IntN(8) > 0 {
		path = spell(random, path)
	}
	form := "%s"
	if random.IntN(3) == 0 {
		form = wholes[random.IntN(len(wholes))]
	}
	target := path
	if strings.Contains(form, "[") {
		target = fmt.Sprintf(form+"%.0[1]s%.0[2]s", path, host)
	} else if strings.Contains(form, "%s") {
		target = fmt.Sprintf(form, path)
	}
	s := spelling{method: methods[random.IntN(len(methods))], target: target}
	if random.IntN(8) == 0 {
		s.override = methods[random.IntN(len(methods))]
	}
	return s
}
