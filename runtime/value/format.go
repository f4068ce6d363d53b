package value

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// format is String.format with the conversions that templates use: %s %S %d %x %X %o %c %b %e %f %g %n %%, with flags,
// width and precision. Anything else throws.
func format(f string, args []Value) string {
	if len(args) == 1 {
		if l, ok := args[0].AsObject(); ok {
			if a, ok := l.(*Array); ok {
				args = a.Elements
			}
		}
	}
	var b strings.Builder
	next := 0
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		end := i + 1
		for end < len(f) && strings.IndexByte("-#+ 0,(.123456789$<", f[end]) >= 0 {
			end++
		}
		if end >= len(f) {
			throw("a format ends with %")
		}
		spec, verb := f[i+1:end], f[end]
		i = end
		switch verb {
		case '%':
			b.WriteByte('%')
			continue
		case 'n':
			b.WriteByte('\n')
			continue
		}
		if at, rest, ok := strings.Cut(spec, "$"); ok {
			n, err := strconv.Atoi(at)
			if err != nil || n < 1 {
				throw("not a format")
			}
			b.WriteString(formatOne(rest, verb, argument(args, n-1)))
			continue
		}
		b.WriteString(formatOne(spec, verb, argument(args, next)))
		next++
	}
	return b.String()
}

func argument(args []Value, i int) Value {
	if i >= len(args) {
		throw("a format has too few arguments")
	}
	return args[i]
}

// maxFormatWidth bounds what a width or precision can make.
const maxFormatWidth = 4096

func formatOne(spec string, verb byte, v Value) string {
	for _, n := range strings.FieldsFunc(spec, func(r rune) bool { return r < '0' || r > '9' }) {
		if w, err := strconv.Atoi(n); err != nil || w > maxFormatWidth {
			throw("a format is too wide")
		}
	}
	if strings.ContainsAny(spec, "(<,") {
		throw("a format's flag is not supported")
	}
	switch verb {
	case 's':
		return fmt.Sprintf("%"+spec+"s", Text(v))
	case 'S':
		return upper(fmt.Sprintf("%"+spec+"s", Text(v)))
	case 'b':
		truth := "true"
		if b, ok := v.AsBool(); v.IsNull() || ok && !b {
			truth = "false"
		}
		return fmt.Sprintf("%"+spec+"s", truth)
	case 'c':
		if s, ok := v.AsString(); ok && length16(s) == 1 {
			return fmt.Sprintf("%"+spec+"s", s)
		}
	case 'd', 'x', 'X', 'o':
		if v.isInteger() {
			return fmt.Sprintf("%"+spec+string(verb), new(big.Int).Set(v.bigInt()))
		}
	case 'e', 'f', 'g':
		if v.k == KindDouble || v.k == KindDecimal {
			return fmt.Sprintf("%"+spec+string(verb), v.float())
		}
	}
	throw("a format does not fit its argument")
	return ""
}
