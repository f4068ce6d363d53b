package mtls

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func presentedBy(p *party) []*x509.Certificate {
	return []*x509.Certificate{p.certificate()}
}

func TestKnownChainsAllocateNothing(t *testing.T) {
	top := root(t, "root")
	trusted, err := parseTruststore([]byte(top.pem()))
	require.NoError(t, err)
	good, bad := presentedBy(top.client()), presentedBy(root(t, "other").client())
	now := time.Now()
	require.NoError(t, trusted.verdict(good, now).err)
	require.Error(t, trusted.verdict(bad, now).err)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		trusted.verdict(good, now)
		trusted.verdict(bad, now)
	}))
}

func TestMemoryIsBounded(t *testing.T) {
	var m memory
	v := &verdict{}
	for range 3 * rememberedChains {
		m.keep(&chain{new(x509.Certificate)}, 100, v)
		require.LessOrEqual(t, len(m.known), rememberedChains)
	}
	for range 3 {
		m.keep(&chain{new(x509.Certificate)}, rememberedBytes/2+1, v)
		require.LessOrEqual(t, m.bytes, rememberedBytes)
	}
	require.Len(t, m.known, 1)
}

// BenchmarkVerdict judges a chain that is known, and one that is met for the first time.
func BenchmarkVerdict(b *testing.B) {
	top := root(b, "root")
	presented, now := presentedBy(top.client()), time.Now()
	trusted, err := parseTruststore([]byte(top.pem()))
	require.NoError(b, err)
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			trusted.verdict(presented, now)
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if trusted.verify(presented, now).err != nil {
				b.Fatal("refused")
			}
		}
	})
}
