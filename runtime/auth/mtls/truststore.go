package mtls

import (
	"crypto/tls"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	gw "github.com/gatewright/gatewright/runtime"
)

// Config is a domain's mutualTls (extensions.md, x-gateway-domains).
type Config struct {
	// Name is the domain that is guarded, one of the API's.
	Name string
	// Truststore is a file of certificates in PEM form: at least one root, which is a certificate that signed itself, and
	// any intermediates. At most 4 MiB.
	Truststore string
	// CRLs are files of revocation lists, in PEM form (any number of lists) or DER form (one). At most 64 MiB each. With
	// none, nothing counts as revoked, as with Amazon. With any, every certificate of a chain below its root needs a list
	// of its issuer that is in force: without one it is refused, as nobody can tell.
	CRLs []string
}

// Truststore is whom a domain trusts. Check may be called from any number of goroutines while the files change.
type Truststore struct {
	core     *gw.Core
	cfg      Config
	current  atomic.Pointer[trust]
	failures atomic.Int64

	loading sync.Mutex // one reload at a time
}

// New guards a domain of the API by the files of cfg. What is wrong with them is said by the core's Start. They are hot
// (Core.OnReload); one that breaks later leaves in force what was.
func New(core *gw.Core, cfg Config) *Truststore {
	cfg.CRLs = slices.Clone(cfg.CRLs)
	t := &Truststore{core: core, cfg: cfg}
	t.current.Store(emptyTrust()) // nobody is let in when the start fails
	core.GuardDomain(cfg.Name, t)
	core.OnReload("truststore of "+cfg.Name, append([]string{cfg.Truststore}, cfg.CRLs...), t.Reload)
	if err := t.Reload(); err != nil {
		core.Fail(err)
	}
	return t
}

// Failures is how many reloads failed, each leaving in force what was: for the operator's metrics.
func (t *Truststore) Failures() int64 { return t.failures.Load() }

// Reload reads the files again. On an error nothing changes.
func (t *Truststore) Reload() error {
	t.loading.Lock()
	defer t.loading.Unlock()
	next, err := readTrust(t.cfg)
	if err != nil {
		t.failures.Add(1)
		return fmt.Errorf("mutual TLS of %s: %w", t.cfg.Name, err)
	}
	t.current.Store(next)
	return nil
}

// TLS is base for listeners of the domain: clients are asked for a certificate, and told which authorities are trusted
// at that time. A function that base chooses configurations with goes on choosing. Who dispatches by server name in a
// GetConfigForClient of its own calls that of the result. Sessions are not resumed: another domain's would bring along
// no certificate, or one that this domain never asked for.
func (t *Truststore) TLS(base *tls.Config) *tls.Config {
	outer := ask(base, t.current.Load())
	var made atomic.Pointer[madeConfig]
	outer.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		from, trusted := base, t.current.Load()
		if base.GetConfigForClient != nil {
			chosen, err := base.GetConfigForClient(hello)
			if err != nil {
				return nil, err
			}
			if chosen != nil {
				from = chosen
			}
		}
		if m := made.Load(); m != nil && m.from == from && m.trusted == trusted {
			return m.config, nil
		}
		m := &madeConfig{from: from, trusted: trusted, config: ask(from, trusted)}
		made.Store(m)
		return m.config, nil
	}
	return outer
}

// madeConfig is a configuration with what it was made from.
type madeConfig struct {
	from    *tls.Config
	trusted *trust
	config  *tls.Config
}

// ask is a copy of base that asks for certificates.
func ask(base *tls.Config, trusted *trust) *tls.Config {
	config := base.Clone()
	config.GetConfigForClient = nil
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12) // rest.md, section 15
	config.ClientAuth = tls.RequestClientCert
	config.ClientCAs = trusted.roots
	config.SessionTicketsDisabled = true
	return config
}

// Check lets the request in by its client's certificate, which c.ClientCertificate then has, or returns gw.Forbidden.
// Why a certificate is refused is logged at debug level, as clients may cause any number of refusals.
func (t *Truststore) Check(c *gw.Ctx) gw.Fault {
	state := c.TLS()
	if state == nil || len(state.PeerCertificates) == 0 {
		return gw.Forbidden
	}
	result := t.current.Load().verdict(state.PeerCertificates, c.Time())
	if result.err != nil {
		t.core.Logger().Debug("client certificate refused", "domain", t.cfg.Name, "error", result.err)
		return gw.Forbidden
	}
	c.SetClientCertificate(result.facts)
	return gw.OK
}
