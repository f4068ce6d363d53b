package sigv4

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

const (
	// timeForm is ISO 8601's basic format.
	timeForm = "20060102T150405Z"
	// clockWindow is how far a request's time may be from ours (decisions.md, Who may call).
	clockWindow = 5 * time.Minute
	// maxExpires is the longest X-Amz-Expires, in seconds: a week.
	maxExpires = 7 * 24 * 60 * 60
	// maxNames bounds SignedHeaders, each of which costs a walk over the fields.
	maxNames = 128
)

// checkTime reads the request's time and compares it with ours.
func (w *work) checkTime(c *gw.Ctx) gw.Fault {
	var ok bool
	if w.at, ok = readTime(w.date, !w.presigned); !ok {
		return c.Fail(gw.IncompleteSignature, "Date must be in ISO-8601 'basic format'. Got '"+w.date+"'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	w.stamp = w.date
	if len(w.date) != len(timeForm) {
		w.stamp = w.at.Format(timeForm)
	}
	w.day = w.stamp[:len("20060102")]
	good, wrong := w.validity()
	if wrong != "" {
		return c.Fail(gw.InvalidSignature, wrong)
	}
	now := c.Core().Now().UTC().Truncate(time.Second)
	if oldest := now.Add(-good); w.at.Before(oldest) {
		return c.Fail(gw.InvalidSignature, "Signature expired: "+w.stamp+" is now earlier than "+oldest.Format(timeForm)+
			" ("+now.Format(timeForm)+" - "+span(good)+")")
	}
	if newest := now.Add(clockWindow); w.at.After(newest) {
		return c.Fail(gw.InvalidSignature, "Signature not yet current: "+w.stamp+" is still later than "+newest.Format(timeForm)+
			" ("+now.Format(timeForm)+" + "+span(clockWindow)+")")
	}
	return gw.OK
}

// validity is how long the signature is good from its time on, or what is wrong with X-Amz-Expires.
func (w *work) validity() (good time.Duration, wrong string) {
	if w.expires == "" {
		return clockWindow, ""
	}
	seconds, err := strconv.ParseInt(w.expires, 10, 64)
	switch {
	case err != nil:
		return 0, "X-Amz-Expires should be a number"
	case seconds < 0:
		return 0, "X-Amz-Expires must be non-negative"
	case seconds > maxExpires:
		return 0, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
	}
	return time.Duration(seconds) * time.Second, ""
}

// readTime reads a time in ISO 8601's basic format, or where dates is set in that of a Date field.
func readTime(text string, dates bool) (time.Time, bool) {
	if len(text) == len(timeForm) {
		at, err := time.Parse(timeForm, text)
		return at, err == nil
	}
	if !dates {
		return time.Time{}, false
	}
	at, err := http.ParseTime(text)
	return at.UTC(), err == nil && at.Year() >= 0 && at.Year() <= 9999
}

// span is d as Amazon writes it, in minutes, or in seconds where it is no whole number of them.
func span(d time.Duration) string {
	if d > 0 && d%time.Minute == 0 {
		return strconv.Itoa(int(d/time.Minute)) + " min."
	}
	return strconv.Itoa(int(d/time.Second)) + " sec."
}

// checkNames reads SignedHeaders and asks that everything is signed that must be: the host, all fields of X-Amz-*, and
// the field that has another method stand for the one that was signed.
func (w *work) checkNames(c *gw.Ctx) gw.Fault {
	w.readNames()
	if !w.signs("host") {
		return c.Fail(gw.InvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	fields := c.Fields()
	for i := range fields {
		name := fields[i].Name
		if mustBeSigned(name) && !w.signs(name) {
			return c.Fail(gw.InvalidSignature, "'"+name+"' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	for _, name := range w.names {
		if !present(fields, name) {
			w.ambiguous = true // signed as if it were empty, it could be taken away unseen
		}
	}
	return gw.OK
}

func mustBeSigned(name string) bool {
	const prefix, override = "x-amz-", "x-http-method-override"
	return len(name) >= len(prefix) && (isName(name[:len(prefix)], prefix) || isName(name, override))
}

// readNames reads SignedHeaders: names in lower case, sorted, none twice.
func (w *work) readNames() {
	for rest, more := w.signedHeaders, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ";")
		if len(w.names) == maxNames {
			w.ambiguous = true
			return
		}
		if last := len(w.names) - 1; !isLower(name) || last >= 0 && w.names[last] >= name {
			w.ambiguous = true
		}
		w.names = append(w.names, name)
	}
}

// isLower reports whether name is one of a field, in lower case.
func isLower(name string) bool {
	for i := range len(name) {
		if b := name[i]; b <= ' ' || b >= 0x7f || b >= 'A' && b <= 'Z' || b == ':' || b == ',' {
			return false
		}
	}
	return name != ""
}

// signs reports whether the field name is among the signed ones.
func (w *work) signs(name string) bool {
	for _, signed := range w.names {
		if isName(name, signed) {
			return true
		}
	}
	return false
}

func present(fields []gw.Field, name string) bool {
	for i := range fields {
		if isName(fields[i].Name, name) {
			return true
		}
	}
	return false
}

// checkScope reads the credential and asks that it is one for us and for the day of the request.
func (w *work) checkScope(c *gw.Ctx, want *scope) gw.Fault {
	if w.algorithm != algorithm {
		return c.Fail(gw.IncompleteSignature, "Unsupported AWS 'algorithm': '"+w.algorithm+"' (only AWS4-HMAC-SHA256 for now). ")
	}
	var parts [5]string
	rest, more, n := w.credential, true, 0
	for ; more && n < len(parts); n++ {
		parts[n], rest, more = strings.Cut(rest, "/")
	}
	if more || n < len(parts) {
		return c.Fail(gw.IncompleteSignature, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"+w.credential+"'")
	}
	w.keyID, w.scope = parts[0], w.credential[len(parts[0])+1:]
	wrong := ""
	if parts[2] != want.region {
		wrong += "Credential should be scoped to a valid region. "
	}
	if parts[3] != want.service {
		wrong += "Credential should be scoped to correct service: '" + want.service + "'. "
	}
	if parts[4] != terminator {
		wrong += "Credential should be scoped with a valid terminator: 'aws4_request', not '" + parts[4] + "'. "
	}
	if parts[1] != w.day {
		wrong += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			parts[1] + "' != '" + w.day + "', from '" + w.stamp + "'."
	}
	if wrong != "" {
		return c.Fail(gw.InvalidSignature, wrong)
	}
	return gw.OK
}

// number reads a size in decimal or hexadecimal digits; -1 is none.
func number(digits string, base int) int64 {
	if digits == "" || digits[0] == '+' || digits[0] == '-' || len(digits) > 15 {
		return -1
	}
	n, err := strconv.ParseInt(digits, base, 64)
	if err != nil || n > math.MaxInt32 {
		return -1
	}
	return n
}
