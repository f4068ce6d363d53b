package schema

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/source"
)

// numberText is a number as JSON writes it; ok is false for everything else.
func numberText(n source.Node) (text string, ok bool) {
	if k := n.Kind(); k != source.Integer && k != source.Float {
		return "", false
	}
	scalar, _ := n.Scalar()
	if json.Valid([]byte(scalar.Value)) {
		return scalar.Value, true
	}
	plain := strings.TrimPrefix(strings.ReplaceAll(scalar.Value, "_", ""), "+")
	if i, ok := new(big.Int).SetString(plain, 0); ok && n.Kind() == source.Integer {
		return i.String(), true
	}
	if f, err := strconv.ParseFloat(plain, 64); err == nil {
		if text := strconv.FormatFloat(f, 'g', -1, 64); json.Valid([]byte(text)) {
			return text, true
		}
	}
	return "", false
}

// jsonText writes a value of the document as JSON.
func jsonText(n source.Node) string {
	var b strings.Builder
	writeJSON(&b, n)
	return b.String()
}

func writeJSON(b *strings.Builder, n source.Node) {
	switch n.Kind() {
	case source.Map:
		b.WriteByte('{')
		for i, p := range n.Pairs() {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(p.Key.Value) + ":")
			writeJSON(b, p.Value)
		}
		b.WriteByte('}')
	case source.List:
		b.WriteByte('[')
		for i, item := range n.Items() {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	case source.Boolean:
		v, _ := n.Bool()
		b.WriteString(strconv.FormatBool(v.Value))
	case source.Integer, source.Float:
		if text, ok := numberText(n); ok {
			b.WriteString(text)
			return
		}
		b.WriteString("null")
	case source.Text:
		text, _ := n.Text()
		b.WriteString(quoted(text.Value))
	default:
		b.WriteString("null")
	}
}

// quoted is a text as JSON, with no more escapes than needed: messages show it.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
