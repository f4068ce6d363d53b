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
func (c *Ctx) ClientCertificate() *ClientCertificate {
	describe := c.core.settings.describe
	if c.clientCert != nil || describe == nil {
		return c.clientCert
	}
	if state := c.TLS(); state != nil && len(state.VerifiedChains) > 0 { // the listener asks every client
		c.clientCert = describe(state.PeerCertificates[0])
	}
	return c.clientCert
}

// RequireClientCertificate lets in who has shown a good certificate (a security scheme of type mutualTLS).
func (c *Ctx) RequireClientCertificate() Fault {
	if c.ClientCertificate() == nil {
		return Forbidden
	}
	return OK
}

// certificateVar is a variable below $context.identity.clientCert.
func (c *Ctx) certificateVar(v Variable) string {
	cert := c.ClientCertificate()
	if cert == nil {
		return ""
	}
	switch v {
	case ClientCertPEM:
		return cert.PEM
	case ClientCertSubjectDN:
		return cert.SubjectDN
	case ClientCertIssuerDN:
		return cert.IssuerDN
	case ClientCertSerialNumber:
		return cert.SerialNumber
	case ClientCertNotBefore:
		return cert.NotBefore
	default:
		return cert.NotAfter
	}
}

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
