package authorizer

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// checkSecret looks at where a secret is (extensions.md). What is none may be the secret itself, so that it is not repeated.
func checkSecret(text source.String, hashed bool) []diag.Diagnostic {
	forms := "env:NAME or file:PATH"
	if hashed {
		forms = "env:NAME, file:PATH or sha256:HEX"
	}
	bad := func(message string) []diag.Diagnostic {
		return []diag.Diagnostic{{Code: diag.BadSecret, Span: text.Span, Secret: true, Message: message,
			Cause: "a secret in a document is in every copy of it", Help: "write " + forms}}
	}
	kind, place, ok := strings.Cut(text.Value, ":")
	switch {
	case !ok || kind != "env" && kind != "file" && !(hashed && kind == "sha256"):
		return bad("this is no place of a secret")
	case place == "":
		return bad(fmt.Sprintf("%s: names nothing", kind))
	case kind == "sha256":
		if sum, err := hex.DecodeString(place); err != nil || len(sum) != 32 {
			return bad("sha256: wants the 64 hexadecimal digits of a hash")
		}
	}
	return nil
}
