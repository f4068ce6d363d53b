package schema

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// IsHostname is a name of RFC 1123; labels that stand for international ones must be right (RFC 5890).
func IsHostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for {
		label, rest, more := strings.Cut(s, ".")
		if !asciiLabel(label) {
			return false
		}
		if !more {
			return true
		}
		s = rest
	}
}

func asciiLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' {
			return false
		}
	}
	if len(s) < 4 || !strings.EqualFold(s[:4], "xn--") {
		return true
	}
	unicodeLabel, err := idna.Punycode.ToUnicode(strings.ToLower(s))
	if err != nil || ascii(unicodeLabel) {
		return false
	}
	return internationalLabel(unicodeLabel)
}

// IsIDNHostname is a host name that may have international labels (RFC 5890).
func IsIDNHostname(s string) bool {
	if s == "" {
		return false
	}
	s = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(s)
	total, leftwards, digit := -1, false, false
	for label := range strings.SplitSeq(s, ".") {
		if ascii(label) {
			if !asciiLabel(label) {
				return false
			}
			total += len(label) + 1
			digit = digit || isDigit(label[0])
			continue
		}
		if !internationalLabel(label) {
			return false
		}
		leftwards = leftwards || runsLeft(label)
		coded, err := idna.Punycode.ToASCII(label)
		if err != nil || len(coded) > 63 {
			return false
		}
		total += len(coded) + 1
	}
	// Beside a label that runs leftwards none may begin with a digit (RFC 5893).
	return total <= 253 && !(leftwards && digit)
}

// runsLeft reports whether a label has letters of a script that runs from right to left.
func runsLeft(s string) bool {
	for _, c := range s {
		if unicode.In(c, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
	}
	return false
}

// labels checks what the tables of IDNA say of characters, of joiners and of writing direction.
var labels = idna.New(idna.ValidateLabels(true), idna.StrictDomainName(true), idna.BidiRule(), idna.CheckJoiners(true), idna.CheckHyphens(true))

// internationalLabel checks a label by RFC 5891 to 5893.
func internationalLabel(s string) bool {
	runes := []rune(s)
	if len(runes) > 3 && runes[2] == '-' && runes[3] == '-' || runes[0] == '-' || runes[len(runes)-1] == '-' {
		return false
	}
	if unicode.Is(unicode.M, runes[0]) {
		return false
	}
	arabic, extended := false, false
	for i, c := range runes {
		arabic = arabic || 0x660 <= c && c <= 0x669
		extended = extended || 0x6f0 <= c && c <= 0x6f9
		if c == utf8.RuneError || disallowed(c) || !inContext(runes, i) {
			return false
		}
	}
	if arabic && extended {
		return false
	}
	plain := withoutExceptions(s)
	_, err := labels.ToASCII(plain)
	return err == nil
}

// disallowed are characters that RFC 5892 lists as such one by one, and letters that do not stay what they are when folded.
func disallowed(c rune) bool {
	switch {
	case c == 0x640, c == 0x7fa, 0x302e <= c && c <= 0x302f, 0x3031 <= c && c <= 0x3035, c == 0x303b:
		return true
	}
	switch c {
	case '-', 0xb7, 0x375, 0x5f3, 0x5f4, 0x6fd, 0x6fe, 0xf0b, 0x200c, 0x200d, 0x3007, 0x30fb:
		return false
	}
	return !unicode.In(c, unicode.L, unicode.M, unicode.Nd) || c >= utf8.RuneSelf && unicode.IsUpper(c)
}

// inContext checks the contextual rules of RFC 5892, appendix A, other than the joiners'.
func inContext(label []rune, i int) bool {
	switch label[i] {
	case 0xb7: // middle dot: between two l
		return i > 0 && i+1 < len(label) && label[i-1] == 'l' && label[i+1] == 'l'
	case 0x375: // Greek keraia: before Greek
		return i+1 < len(label) && unicode.Is(unicode.Greek, label[i+1])
	case 0x5f3, 0x5f4: // Hebrew geresh: after Hebrew
		return i > 0 && unicode.Is(unicode.Hebrew, label[i-1])
	case 0x30fb: // Katakana middle dot: beside Japanese
		for _, c := range label {
			if c != 0x30fb && (unicode.Is(unicode.Hiragana, c) || unicode.Is(unicode.Katakana, c) || unicode.Is(unicode.Han, c)) {
				return true
			}
		}
		return false
	}
	return true
}

// withoutExceptions leaves out characters that the tables refuse and RFC 5892 allows in their context.
func withoutExceptions(s string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case 0xb7, 0x375, 0x5f3, 0x5f4, 0x30fb:
			return -1
		}
		return c
	}, s)
}
