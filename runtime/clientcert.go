package runtime

import "crypto/tls"

// ClientCertificate is what a verified client certificate says: $context.identity.clientCert (rest.md, sections 7.1 and
// 14). It is shared by requests and never changes.
type ClientCertificate struct {
	// PEM is the certificate in PEM form, with its last line end.
	PEM string
	// SubjectDN and IssuerDN are distinguished names as RFC 2253 writes them.
	SubjectDN, IssuerDN string
	// SerialNumber is decimal up to 64 bits, else lower-case hexadecimal bytes with colons.
	SerialNumber string
	// NotBefore and NotAfter are the validity, such as "May 28 12:30:02 2019 GMT".
	NotBefore, NotAfter string
}

// ClientCertificate is the client's certificate, nil where none was asked for or verified.
func (c *Ctx) ClientCertificate() *ClientCertificate { return c.clientCert }

// SetClientCertificate says which certificate the client was verified by.
func (c *Ctx) SetClientCertificate(cert *ClientCertificate) { c.clientCert = cert }

// TLS is what the client's connection agreed on in its handshake, nil in clear text. It must not be changed. What it
// says of the client's certificates is not verified, other than that the client has the first one's key.
func (c *Ctx) TLS() *tls.ConnectionState {
	if c.front == frontNet {
		return c.netTLS
	}
	if secure, ok := c.rc.Conn().(interface{ State() *tls.ConnectionState }); ok {
		return secure.State()
	}
	return c.rc.TLSConnectionState() // fasthttp's own server
}
