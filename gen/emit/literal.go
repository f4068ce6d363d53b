package emit

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// literal is a string literal: in backquotes where that reads better, which is when quoting would need escapes.
func literal(s string) *jen.Statement {
	if quoted := strconv.Quote(s); len(quoted) == len(s)+2 || !raw(s) {
		return jen.Op(quoted)
	}
	return jen.Op("`" + s + "`")
}

// raw reports whether s can stand between backquotes and be seen as it is.
func raw(s string) bool {
	if !utf8.ValidString(s) || strings.HasSuffix(s, "\n") && strings.Count(s, "\n") == 1 {
		return false
	}
	for _, r := range s {
		if r == '`' || r == '\ufeff' || r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return false
		}
	}
	// A tab or a space before a line's end could not be seen.
	return !strings.Contains(s, " \n") && !strings.Contains(s, "\t\n")
}

// durationUnits are the units that a duration may be a whole number of, the largest first.
var durationUnits = []struct {
	unit time.Duration
	name string
}{
	{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"},
	{time.Millisecond, "Millisecond"}, {time.Microsecond, "Microsecond"}, {time.Nanosecond, "Nanosecond"},
}

// duration is a length of time as a person would write it: 29 * time.Second.
func (p *printer) duration(d time.Duration) *jen.Statement {
	if d == 0 {
		return jen.Op("0")
	}
	for _, u := range durationUnits {
		if d%u.unit != 0 {
			continue
		}
		unit := p.symbol("time", u.name)
		if d == u.unit {
			return unit
		}
		return jen.Op(strconv.FormatInt(int64(d/u.unit), 10)).Op("*").Add(unit)
	}
	panic("a duration is a whole number of nanoseconds")
}
