package apikey

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// many are n keys whose values have 40 characters.
func many(n int) ([]Key, []string) {
	keys, values := make([]Key, n), make([]string, n)
	for i := range keys {
		values[i] = fmt.Sprintf("%040d", i)
		keys[i] = Key{Name: fmt.Sprint("key-", i), Value: hashOf(values[i])}
	}
	return keys, values
}

func TestManyKeys(t *testing.T) {
	keys, values := many(100_000)
	b := started(t, keys...)
	for i, value := range values {
		entry, ok := b.Find(value)
		require.True(t, ok)
		require.Equal(t, i, entry.Index)
	}
	require.Empty(t, b.name(fmt.Sprintf("%040d", len(keys))))
}

func TestFindAllocatesNothing(t *testing.T) {
	keys, values := many(100)
	b := started(t, keys...)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b.Find(values[50])
		b.Find("no-such-key-no-such-key-no-such-key-0000")
	}))
}

// BenchmarkFind finds keys of 100,000, by their values and with the hash known: the same 1000 over and over, as the keys
// in use are few, and all in turn, when each look finds cold memory.
func BenchmarkFind(b *testing.B) {
	keys, values := many(100_000)
	k := started(b, keys...)
	hashes := make([]digest, len(values))
	for i := range values {
		hashes[i] = sha256.Sum256([]byte(values[i]))
	}
	b.Run("hash", func(b *testing.B) {
		i := 0
		for b.Loop() {
			hashes[0] = sha256.Sum256([]byte(values[i]))
			i = (i + 7919) % 1000
		}
	})
	hashes[0] = sha256.Sum256([]byte(values[0]))
	for _, n := range []int{1000, len(values)} {
		b.Run(fmt.Sprint("table-", n), func(b *testing.B) {
			table, i := k.table.Load(), 0
			for b.Loop() {
				if table.find(&hashes[i]) == nil {
					b.Fatal("missing")
				}
				i = (i + 7919) % n
			}
		})
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if _, ok := k.Find(values[i]); !ok {
				b.Fatal("missing")
			}
			i = (i + 7919) % 1000
		}
	})
	b.Run("unknown", func(b *testing.B) {
		for b.Loop() {
			if _, ok := k.Find("no-such-key-no-such-key-no-such-key-0000"); ok {
				b.Fatal("found")
			}
		}
	})
}

// BenchmarkReload builds the table of 100,000 keys.
func BenchmarkReload(b *testing.B) {
	keys, _ := many(100_000)
	k := started(b, keys...)
	for b.Loop() {
		if err := k.Reload(); err != nil {
			b.Fatal(err)
		}
	}
}
