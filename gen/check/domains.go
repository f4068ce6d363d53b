package check

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
)

var (
	domainName  = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
	mappingPath = regexp.MustCompile("^[A-Za-z0-9$_.+!*'()-]+(/[A-Za-z0-9$_.+!*'()-]+)*$")
)

const (
	everyPath       = "(none)"
	longestMapping  = 300 // characters (rest.md 15)
	longestHostName = 253
)

// domains checks x-gateway-domains.
func (c *checker) domains() {
	stages := map[string]bool{}
	for _, s := range c.api.Stages {
		stages[s.Name.Value] = true
	}
	seen := map[string]bool{}
	for _, d := range c.api.Domains {
		name := d.Name
		if !domainName.MatchString(strings.ToLower(name.Value)) || len(name.Value) > longestHostName {
			c.domain(diag.Diagnostic{Span: name.Span, Message: fmt.Sprintf("%q is no name of a domain", name.Value), Help: "write one such as api.example.com, or *.example.com"})
		}
		if seen[strings.ToLower(name.Value)] {
			c.domain(diag.Diagnostic{Span: name.Span, Message: fmt.Sprintf("the domain %s stands here twice", name.Value)})
		}
		seen[strings.ToLower(name.Value)] = true
		c.domainTLS(d)
		c.domainMappings(d, stages)
		c.laterNode(diag.DomainsNotYet, d.Rules)
	}
	if e := c.api.EndpointConfiguration; e != nil {
		if off := e.DisableExecuteAPIEndpoint; off != nil && off.Value && len(c.api.Domains) == 0 {
			c.domain(diag.Diagnostic{Span: off.Span, Message: "the default endpoint is off, and there is no domain: every request would be refused",
				Help: "list the domain in x-gateway-domains"})
		}
	}
}

func (c *checker) domain(d diag.Diagnostic) {
	d.Code = diag.BadDomain
	c.add(d)
}

// domainTLS checks who may connect to a domain, and how.
func (c *checker) domainTLS(d *model.Domain) {
	if (d.CertFile == nil) != (d.KeyFile == nil) {
		c.domain(diag.Diagnostic{Span: d.Name.Span, Message: "certFile and keyFile of a domain go together"})
	}
	if m := d.MinimumTLS; m != nil && m.Value != "TLS_1_2" && m.Value != "TLS_1_3" {
		c.domain(diag.Diagnostic{Span: m.Span, Message: fmt.Sprintf("%q is no version of TLS for a domain", m.Value), Help: "write TLS_1_2 or TLS_1_3"})
	}
	if d.Mutual.Valid() && (d.Truststore == nil || d.Truststore.Value == "") {
		c.domain(diag.Diagnostic{Span: d.Mutual, Message: "mutualTls without a truststore", Help: "write truststore: PATH, a file of certificates in PEM form"})
	}
	if t := d.Truststore; t != nil && strings.HasPrefix(t.Value, "s3://") {
		c.domain(diag.Diagnostic{Span: t.Span, Message: "a truststore is a file of the gateway's machine", Help: "copy it there, and write its path"})
	}
}

// domainMappings checks what a domain serves.
func (c *checker) domainMappings(d *model.Domain, stages map[string]bool) {
	if len(d.Mappings) == 0 && d.Rules == nil {
		c.domain(diag.Diagnostic{Span: d.Name.Span, Message: fmt.Sprintf("the domain %s serves nothing", d.Name.Value), Help: `write mappings: {"(none)": {stage: NAME}}`})
	}
	for _, m := range d.Mappings {
		if p := m.Path; p.Value != everyPath && (!mappingPath.MatchString(p.Value) || len(p.Value) > longestMapping) {
			c.domain(diag.Diagnostic{Span: p.Span, Message: fmt.Sprintf("%q is no base path", p.Value),
				Help: "write (none) for all paths, or one such as v1 or shop/v1, without slashes around it"})
		}
		switch {
		case m.Stage == nil && len(stages) > 0:
			c.domain(diag.Diagnostic{Span: m.Path.Span, Message: "a mapping without a stage", Help: "write stage: NAME"})
		case m.Stage != nil && !stages[m.Stage.Value]:
			c.domain(diag.Diagnostic{Span: m.Stage.Span, Message: fmt.Sprintf("unknown stage %q", m.Stage.Value), Help: "list it in x-gateway-stages"})
		}
	}
}
