package model

import "github.com/gatewright/gatewright/gen/source"

// Domain is one entry of x-gateway-domains.
type Domain struct {
	Name       source.String
	CertFile   *source.String
	KeyFile    *source.String
	MinimumTLS *source.String // TLS_1_2 or TLS_1_3
	Truststore *source.String // of mutualTls
	CRL        *source.String // of mutualTls
	Mutual     source.Span    // of the key mutualTls; invalid: absent
	Mappings   []DomainMapping
	Rules      *source.Node
}

// DomainMapping serves paths of a domain by a stage.
type DomainMapping struct {
	Path  source.String // (none) for all paths
	Stage *source.String
}
