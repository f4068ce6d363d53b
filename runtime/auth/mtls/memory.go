package mtls

import (
	"crypto/x509"
	"sync"
)

// chain is what a client presented. The TLS library gives equal certificates that are in use at the same time the same
// pointer; as the key holds them, a pointer never comes to mean another certificate.
type chain [maxDepth]*x509.Certificate

// Bounds of what is remembered: chains, and bytes of their certificates.
const (
	rememberedChains = 8192
	rememberedBytes  = 8 << 20
)

// memory remembers what was found for chains. When it is full it forgets everything: those in use are soon known again.
// Refusals have a memory of their own, so that clients that nobody trusts cannot push out those that are.
type memory struct {
	mu    sync.RWMutex
	known map[chain]*verdict
	bytes int
}

func (m *memory) find(key *chain) *verdict {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.known[*key]
}

// keep remembers v for key, whose certificates have size bytes.
func (m *memory) keep(key *chain, size int, v *verdict) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, again := m.known[*key]; again {
		m.known[*key] = v
		return
	}
	if m.known == nil || len(m.known) >= rememberedChains || m.bytes+size > rememberedBytes {
		m.known, m.bytes = make(map[chain]*verdict), 0
	}
	m.known[*key] = v
	m.bytes += size
}
