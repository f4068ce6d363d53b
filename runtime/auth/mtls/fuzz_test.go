package mtls

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// recorder takes one answer to a request in clear text.
type recorder struct {
	*httptest.ResponseRecorder
	request *http.Request
}

func newRecorder() recorder {
	return recorder{httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)}
}

func FuzzDistinguished(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02\x0a\x22"))
	f.Add([]byte("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x04\x02\x00\x22"))
	f.Add([]byte("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x14\x02\xff\x22"))
	f.Fuzz(func(t *testing.T, der []byte) {
		text := distinguished(der)
		if !utf8.ValidString(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
		if strings.ContainsAny(text, "\n\r\x00") {
			t.Fatalf("%q breaks a line", text)
		}
		if len(text) > 64*(len(der)+1) {
			t.Fatalf("%d bytes from %d", len(text), len(der))
		}
	})
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"))
	f.Add([]byte("0\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = parseTruststore(text)
		var lists revocations
		if err := lists.add(text); err == nil && len(lists) == 0 {
			t.Fatal("a file without lists was taken")
		}
	})
}
