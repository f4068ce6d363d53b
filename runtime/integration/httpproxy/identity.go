package httpproxy

import (
	"fmt"
	"slices"

	gw "github.com/gatewright/gatewright/runtime"
)

// identities are the certificates that an upstream is shown, each with the rest of its TLS settings. There is more than
// one where stages show different ones.
type identities struct {
	secrets []*secrets
	stages  []int // of each stage, the index of its secrets; nil: there is but one
	checks  int   // the index of those that health checks use
}

// newIdentities reads the files of cfg and of the stages. An upstream's own certificate wins over the stages' (section
// x-gateway-stages of extensions.md), and AWS services are shown none of theirs.
func newIdentities(core *gw.Core, cfg *Config) (*identities, error) {
	own := gw.KeyPair{CertFile: cfg.TLS.CertFile, KeyFile: cfg.TLS.KeyFile}
	var pairs []gw.KeyPair
	ids := &identities{}
	if own == (gw.KeyPair{}) && cfg.Kind == httpKind {
		pairs, ids.stages = distinct(core.StageCertificates())
	}
	if len(pairs) < 2 {
		ids.stages = nil
	}
	if len(pairs) == 0 {
		pairs = []gw.KeyPair{own}
	}
	ids.checks = max(slices.IndexFunc(pairs, func(p gw.KeyPair) bool { return p != gw.KeyPair{} }), 0)
	for _, pair := range pairs {
		files, where := cfg.TLS, "tls"
		if pair != own {
			files.CertFile, files.KeyFile, where = pair.CertFile, pair.KeyFile, "tls, with clientCertificate of a stage"
		}
		s, err := newSecrets(core, cfg.Name, files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		ids.secrets = append(ids.secrets, s)
	}
	return ids, nil
}

// distinct are the different ones of all, and which of them each is.
func distinct(all []gw.KeyPair) (pairs []gw.KeyPair, index []int) {
	for _, pair := range all {
		i := slices.Index(pairs, pair)
		if i < 0 {
			i = len(pairs)
			pairs = append(pairs, pair)
		}
		index = append(index, i)
	}
	return pairs, index
}
