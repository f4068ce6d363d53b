package mtls

import (
	"encoding/asn1"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// attribute is one part of a distinguished name. Its value stays encoded: any type of text may stand there.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

type attributeSET []attribute

// attributeNames are the types that RFC 2253, section 2.3, gives a name, and OpenSSL's for what is common besides.
var attributeNames = [...]struct {
	oid  string
	name string
}{
	{"2.5.4.3", "CN"}, {"2.5.4.7", "L"}, {"2.5.4.8", "ST"}, {"2.5.4.10", "O"}, {"2.5.4.11", "OU"}, {"2.5.4.6", "C"},
	{"2.5.4.9", "street"}, {"0.9.2342.19200300.100.1.25", "DC"}, {"0.9.2342.19200300.100.1.1", "UID"},
	{"2.5.4.5", "serialNumber"}, {"2.5.4.4", "SN"}, {"2.5.4.42", "GN"}, {"2.5.4.12", "title"},
	{"2.5.4.17", "postalCode"}, {"1.2.840.113549.1.9.1", "emailAddress"},
}

// distinguished is a name in DER form as RFC 2253 writes it: the most special part first. A name that cannot be read is
// its DER form in hexadecimal digits behind #.
func distinguished(der []byte) string {
	var parts []attributeSET
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) > 0 {
		return "#" + hex.EncodeToString(der)
	}
	var b strings.Builder
	for i, part := range slices.Backward(parts) {
		if i < len(parts)-1 {
			b.WriteByte(',')
		}
		for j, a := range slices.Backward(part) { // as OpenSSL: the last first, within a part too
			if j < len(part)-1 {
				b.WriteByte('+')
			}
			a.write(&b)
		}
	}
	return b.String()
}

func (a *attribute) write(b *strings.Builder) {
	oid := a.Type.String()
	i := slices.IndexFunc(attributeNames[:], func(n struct{ oid, name string }) bool { return n.oid == oid })
	if i >= 0 {
		var text string
		_, err := asn1.Unmarshal(a.Value.FullBytes, &text)
		if err == nil && utf8.ValidString(text) { // T61String holds any bytes, and events are JSON
			b.WriteString(attributeNames[i].name)
			b.WriteByte('=')
			writeEscaped(b, text)
			return
		}
		oid = attributeNames[i].name
	}
	b.WriteString(oid)
	b.WriteString("=#")
	b.WriteString(strings.ToUpper(hex.EncodeToString(a.Value.FullBytes)))
}

// writeEscaped writes a value with what RFC 2253, section 2.4, has escaped. Control bytes are written as hexadecimal
// digits, so that a name cannot break a line of a log.
func writeEscaped(b *strings.Builder, text string) {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		octet := text[i]
		switch {
		case octet < ' ' || octet == 0x7f:
			b.WriteByte('\\')
			b.WriteByte(digits[octet>>4])
			b.WriteByte(digits[octet&15])
			continue
		case strings.IndexByte(`,+"\<>;`, octet) >= 0,
			i == 0 && (octet == '#' || octet == ' '),
			i == len(text)-1 && octet == ' ':
			b.WriteByte('\\')
		}
		b.WriteByte(octet)
	}
}
