package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
)

// noPair is the fault of an Authorization header with a part that is no key=value (rest.md, section 3.4).
func (w *work) noPair(c *gw.Ctx, part string) gw.Fault {
	sum := sha256.Sum256([]byte(part))
	return c.Fail(gw.IncompleteSignature, "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"+
		base64.StdEncoding.EncodeToString(sum[:])+"'.")
}

// incompleteHeader is the fault of an Authorization header that lacks something (rest.md, section 3.4).
func (w *work) incompleteHeader(c *gw.Ctx) gw.Fault {
	var b strings.Builder
	for _, part := range [...]struct{ name, value string }{
		{"Credential", w.credential}, {"Signature", w.signature}, {"SignedHeaders", w.signedHeaders},
	} {
		if part.value == "" {
			b.WriteString("Authorization header requires '" + part.name + "' parameter. ")
		}
	}
	if w.date == "" {
		b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	b.WriteString("Authorization=" + w.authorization)
	return c.Fail(gw.IncompleteSignature, b.String())
}

// incompleteQuery is the fault of a query form that lacks something.
func (w *work) incompleteQuery(c *gw.Ctx) gw.Fault {
	var b strings.Builder
	for _, param := range [...]struct{ name, value string }{
		{algorithmParam, w.algorithm}, {credentialParam, w.credential}, {signatureParam, w.signature},
		{signedHeadersParam, w.signedHeaders}, {dateParam, w.date},
	} {
		if param.value == "" {
			b.WriteString("AWS query-string parameters must include '" + param.name + "'. ")
		}
	}
	b.WriteString("Re-examine the query-string parameters.")
	return c.Fail(gw.IncompleteSignature, b.String())
}

// mismatch is the fault of a wrong signature. Amazon shows what should have been signed, which is the client's own and
// no secret (rest.md, section 12.5).
func (w *work) mismatch(c *gw.Ctx, hash string) gw.Fault {
	w.compose(c, hash, false)
	return c.Fail(gw.InvalidSignature, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n"+
		"The Canonical String for this request should have been\n'"+string(w.canonical)+"'\n\n"+
		"The String-to-Sign should have been\n'"+string(w.toSign)+"'\n")
}
