package runtime

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// Domain is a custom domain: a host under which stages are served without their names (rest.md, section 15).
type Domain struct {
	// Name is the host in lower case, without a port. *.example.com is every name with one label more.
	Name string
	// Mappings say which stage serves which paths. What none of them fits is forbidden.
	Mappings []Mapping
	// CertFile and KeyFile are the domain's certificate and its key, PEM; empty: that of the flags.
	CertFile, KeyFile string
	// TLS13 refuses connections below TLS 1.3.
	TLS13 bool
}

// Mapping serves paths of a domain by a stage.
type Mapping struct {
	// Path is the base path without slashes around it, which routing does not see; empty: all paths.
	Path string
	// Stage is the stage's name; empty where the document names none.
	Stage string
}

// DomainGuard is whom a domain lets in by their certificates.
type DomainGuard interface {
	// TLS is base for connections to the domain: clients are asked for a certificate.
	TLS(base *tls.Config) *tls.Config
	// Check lets the request in by its client's certificate, which c.ClientCertificate then has, or returns Forbidden.
	Check(c *Ctx) Fault
}

// domain is a domain as it is served.
type domain struct {
	name     string
	suffix   string // of a wildcard, with its dot; empty: the name is meant
	mappings []mapping
	guard    DomainGuard // nil: everybody may connect
}

type mapping struct {
	segments []string
	stage    *stage // nil: not mounted
}

// mountDomains makes the domains of the document, the longest base paths first.
func (core *Core) mountDomains() {
	for i := range core.api.Domains {
		from := &core.api.Domains[i]
		d := &domain{name: from.Name}
		if rest, wild := strings.CutPrefix(from.Name, "*"); wild {
			d.suffix = rest
		}
		for _, m := range from.Mappings {
			to := mapping{stage: core.mounted(m.Stage)}
			if m.Path != "" {
				to.segments = strings.Split(m.Path, "/")
			}
			d.mappings = append(d.mappings, to)
		}
		slices.SortStableFunc(d.mappings, func(a, b mapping) int { return len(b.segments) - len(a.segments) })
		core.domains = append(core.domains, d)
	}
}

// mounted is the stage of that name that is served; nil: it is not.
func (core *Core) mounted(name string) *stage {
	for _, s := range core.stages {
		if s.name == name {
			return s
		}
	}
	return nil
}

// GuardDomain has guard look at whoever asks for the domain.
func (core *Core) GuardDomain(name string, guard DomainGuard) {
	for _, d := range core.domains {
		if d.name == name {
			d.guard = guard
			return
		}
	}
	core.Fail(fmt.Errorf("domain %q is not one of the document's", name))
}

// DomainTLS is base for connections to a domain of the document.
func (core *Core) DomainTLS(name string, base *tls.Config) *tls.Config {
	for _, d := range core.domains {
		if d.name == name && d.guard != nil {
			return d.guard.TLS(base)
		}
	}
	return base
}

// domainOf is the domain of a request's host; nil: none. A name wins over a wildcard.
func (core *Core) domainOf(host string) *domain {
	host = hostName(host)
	var wild *domain
	for _, d := range core.domains {
		switch {
		case d.suffix == "":
			if equalFold(host, d.name) {
				return d
			}
		case wild == nil && d.fits(host):
			wild = d
		}
	}
	return wild
}

// fits reports whether host is one label in front of the wildcard's suffix.
func (d *domain) fits(host string) bool {
	at := len(host) - len(d.suffix)
	return at > 0 && equalFold(host[at:], d.suffix) && strings.IndexByte(host[:at], '.') < 0
}

// hostName is a host without its port, and without the dot that a full name ends in.
func hostName(host string) string {
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && strings.IndexByte(host[colon:], ']') < 0 {
		host = host[:colon]
	}
	return strings.TrimSuffix(host, ".")
}

// enterDomain finds the stage that serves the path under d and takes the base path from the path.
func (c *Ctx) enterDomain(d *domain) Fault {
	if d.guard != nil {
		if state := c.TLS(); state != nil && !equalFold(state.ServerName, hostName(c.host)) {
			return Misdirected // the connection was made for somebody else, who may not have asked for a certificate
		}
		if f := d.guard.Check(c); f != OK {
			return f
		}
	}
	for i := range d.mappings {
		m := &d.mappings[i]
		if !c.path.startsWith(m.segments) {
			continue
		}
		if m.stage == nil {
			return Forbidden
		}
		c.stage, c.underDomain = m.stage, true
		c.path.enter(len(m.segments))
		return OK
	}
	return Forbidden
}

// UnderDomain reports whether the request is for a custom domain: its path then starts with the base path in place of a
// stage (rest.md, section 7.1).
func (c *Ctx) UnderDomain() bool { return c.underDomain }
