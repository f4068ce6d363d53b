package apikey

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	gw "github.com/gatewright/gatewright/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	alice = "alice-alice-alice-alice-1"
	bob   = "bob-bob-bob-bob-bob-bob-2"
	carol = "carol-carol-carol-carol-3"
)

// bench is a gateway whose files are looked at when the test says so.
type bench struct {
	*Keys
	core *gw.Core
}

func build(t testing.TB, keys ...Key) *bench {
	t.Helper()
	b := &bench{core: gw.NewCore(&gw.API{Title: "test"}, gw.WithLogger(slog.New(slog.DiscardHandler)))}
	t.Cleanup(func() { require.NoError(t, b.core.Close()) })
	b.Keys = New(b.core, Config{Keys: keys})
	return b
}

func (b *bench) start() error { return b.core.Start(func(*gw.Ctx) gw.Fault { return gw.OK }) }

func started(t testing.TB, keys ...Key) *bench {
	t.Helper()
	b := build(t, keys...)
	require.NoError(t, b.start())
	return b
}

// look has the files looked at, as a server does.
func (b *bench) look() (news bool, err error) { return b.core.HotFiles()[0].Look() }

func hashOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// file is a file that holds text.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, text)
	return path
}

// write replaces the file in one step, as operators do.
func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

func (b *bench) name(value string) string {
	entry, ok := b.Find(value)
	if !ok {
		return ""
	}
	return entry.Name
}

func TestFind(t *testing.T) {
	t.Setenv("ALICE_KEY", alice)
	b := started(t,
		Key{Name: "alice", Value: "env:ALICE_KEY", CustomerID: "c-1"},
		Key{Name: "bob", Value: "file:" + file(t, bob+"\r\n")},
		Key{Name: "carol", Value: hashOf(carol), Disabled: true},
		Key{Name: "long", Value: hashOf(strings.Repeat("x", maxValue))},
		Key{Name: "short", Value: hashOf("short")},
	)
	got, ok := b.Find(alice)
	require.True(t, ok)
	require.Equal(t, &Entry{Index: 0, Name: "alice", ID: derivedID("alice"), CustomerID: "c-1"}, got)
	got, ok = b.Find(bob)
	require.True(t, ok)
	require.Equal(t, 1, got.Index)
	require.Equal(t, "long", b.name(strings.Repeat("x", maxValue)))
	for _, value := range []string{"", "short", carol, alice + "x", alice[1:], strings.ToUpper(alice), bob + "\n", strings.Repeat("x", maxValue+1), "env:ALICE_KEY"} {
		entry, ok := b.Find(value)
		require.False(t, ok, "%.40q", value)
		require.Nil(t, entry)
	}
	require.Equal(t, 5, b.Count())
	require.NotContains(t, fmt.Sprintf("%+v", b.table.Load()), alice, "values are not kept")
}

func TestStartErrors(t *testing.T) {
	t.Setenv("SHORT", "too-short")
	t.Setenv("LONG", strings.Repeat("s", maxValue+1))
	t.Setenv("CONTROL", "control\x01control-control")
	t.Setenv("BLANK", " starts-with-a-blank-which-http-cuts")
	t.Setenv("LETTER", "nicht-in-ASCII-geschrieben-ä")
	t.Setenv("EMPTY", "")
	t.Setenv("GOOD", alice)
	for _, c := range []struct {
		want string
		keys []Key
	}{
		{`"a": SHORT`, []Key{{Name: "a", Value: "env:SHORT"}}},
		{`exceeds maximum size of 128`, []Key{{Name: "a", Value: "env:LONG"}}},
		{`printable ASCII`, []Key{{Name: "a", Value: "env:CONTROL"}}},
		{`blank`, []Key{{Name: "a", Value: "env:BLANK"}}},
		{`printable ASCII`, []Key{{Name: "a", Value: "env:LETTER"}}},
		{`EMPTY is not set`, []Key{{Name: "a", Value: "env:EMPTY"}}},
		{`GONE is not set`, []Key{{Name: "a", Value: "env:GONE"}}},
		{`no such file`, []Key{{Name: "a", Value: "file:" + filepath.Join(t.TempDir(), "none")}}},
		{`too large`, []Key{{Name: "a", Value: "file:" + file(t, strings.Repeat("x", 1000))}}},
		{`at least 20`, []Key{{Name: "a", Value: "file:" + file(t, "")}}},
		{`printable ASCII`, []Key{{Name: "a", Value: "file:" + file(t, alice+"\n"+bob+"\n")}}},
		{`64 hexadecimal digits`, []Key{{Name: "a", Value: "sha256:abc"}}},
		{`than hexadecimal digits`, []Key{{Name: "a", Value: "sha256:" + strings.Repeat("x", 64)}}},
		{`env:NAME, file:PATH or sha256:HEX`, []Key{{Name: "a", Value: alice}}},
		{`twice`, []Key{{Name: "a", Value: "env:GOOD"}, {Name: "a", Value: hashOf(bob)}}},
		{`a name has`, []Key{{Value: "env:GOOD"}}},
		{`a name has`, []Key{{Name: strings.Repeat("n", maxName+1), Value: "env:GOOD"}}},
		{`"a" and "b" have the same value`, []Key{{Name: "a", Value: "env:GOOD"}, {Name: "b", Value: hashOf(alice), Disabled: true}}},
	} {
		b := build(t, c.keys...)
		err := b.start()
		require.ErrorContains(t, err, strings.ReplaceAll(c.want, `"a": SHORT`, `"a": the environment variable SHORT`))
		require.NotContains(t, err.Error(), alice)
		require.NotContains(t, err.Error(), "too-short")
		require.Empty(t, b.name(alice), "nobody is let in")
	}
}

func TestOverride(t *testing.T) {
	b := started(t, Key{Name: "a", Value: hashOf(alice), CustomerID: "c"}, Key{Name: "b", Value: hashOf(bob)})
	require.NoError(t, b.Override([]Key{{Name: "c", Value: hashOf(carol)}, {Name: "a", Disabled: true}}))
	require.Empty(t, b.name(alice), "disabled by the override")
	require.Equal(t, "b", b.name(bob))
	got, _ := b.Find(carol)
	require.Equal(t, 2, got.Index)

	err := b.Override([]Key{{Name: "d", Value: hashOf(bob)}})
	require.ErrorContains(t, err, `"b" and "d" have the same value`)
	require.ErrorContains(t, b.Override([]Key{{Name: "x"}}), `"x"`)
	require.ErrorContains(t, b.Override([]Key{{Name: "b"}, {Name: "b"}}), "overrides")
	require.Equal(t, "c", b.name(carol), "an error changes nothing")
	require.Equal(t, int64(3), b.Failures())
	require.Equal(t, 3, b.Count(), "names that were refused got no number")

	require.NoError(t, b.Override([]Key{{Name: "e", Value: hashOf(alice + "e")}, {Name: "a", Value: hashOf(carol)}}))
	got, _ = b.Find(carol)
	require.Equal(t, Entry{Index: 0, Name: "a", ID: derivedID("a"), CustomerID: "c"}, *got, "the number of its name")
	got, _ = b.Find(alice + "e")
	require.Equal(t, 3, got.Index, "2 stays reserved for c")
	require.NoError(t, b.Override(nil))
	require.Equal(t, "a", b.name(alice))
	require.Empty(t, b.name(carol))
}

func TestFilesAreReadAgain(t *testing.T) {
	path := file(t, alice)
	b := started(t, Key{Name: "a", Value: "file:" + path}, Key{Name: "b", Value: hashOf(bob)})
	look := func(wantNews bool, want string) {
		t.Helper()
		news, err := b.look()
		require.Equal(t, wantNews, news)
		if want == "" {
			require.NoError(t, err)
			return
		}
		require.ErrorContains(t, err, want)
		for _, value := range []string{alice, bob, carol} {
			require.NotContains(t, err.Error(), value)
		}
	}
	look(false, "")
	require.Equal(t, "a", b.name(alice))
	write(t, path, carol+"\n")
	look(true, "")
	require.Equal(t, "a", b.name(carol))
	require.Empty(t, b.name(alice))

	write(t, path, bob)
	look(true, "same value")
	require.Equal(t, "a", b.name(carol), "broken: what was in force stays")
	require.NoError(t, os.Remove(path))
	look(true, "no such file")
	look(false, "no such file")
	require.Equal(t, "a", b.name(carol))
	require.Equal(t, int64(3), b.Failures())
	write(t, path, alice)
	look(true, "")
	require.Equal(t, "a", b.name(alice))
}

func TestFilesOfOverridesAreHotToo(t *testing.T) {
	path := file(t, alice)
	b := started(t, Key{Name: "b", Value: hashOf(bob)})
	require.Error(t, b.Override([]Key{{Name: "a", Value: "file:" + path}, {Name: "c", Value: "file:" + path}}))
	require.Empty(t, b.core.HotFiles()[0].Paths(), "they were refused")
	require.NoError(t, b.Override([]Key{{Name: "a", Value: "file:" + path}}))
	require.Equal(t, []string{path}, b.core.HotFiles()[0].Paths())
	write(t, path, carol)
	news, err := b.look()
	require.NoError(t, err)
	require.True(t, news)
	require.Equal(t, "a", b.name(carol))
	require.NoError(t, b.Override(nil))
	require.Empty(t, b.core.HotFiles()[0].Paths())
}

func TestFindWhileKeysChange(t *testing.T) {
	b := started(t, Key{Name: "a", Value: hashOf(alice)}, Key{Name: "b", Value: hashOf(bob)})
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if b.name(alice) != "a" {
					t.Error("a key was missing while others changed")
					return
				}
			}
		})
	}
	for i := range 200 {
		require.NoError(t, b.Override([]Key{{Name: "c", Value: hashOf(fmt.Sprint(carol, i))}, {Name: "b", Disabled: i%2 == 0}}))
	}
	close(stop)
	readers.Wait()
}

func TestDerivedID(t *testing.T) {
	for i := range 1000 {
		name := fmt.Sprint("name ", i)
		sum := sha256.Sum256([]byte("key\x00" + name))
		text := new(big.Int).SetBytes(sum[:]).Text(36)
		require.Equal(t, text[len(text)-idLength:], derivedID(name), "as the generator derives ids")
	}
}

func TestMask(t *testing.T) {
	require.Equal(t, "***F0yrv6", Mask("abcdefghijklmnopqrstF0yrv6"))
	require.Equal(t, "***", Mask("short-secret"))
	require.Equal(t, "***", Mask(""))
	require.Equal(t, "***a??b?c", Mask("aaaaaaaaaaaaaaaaaaaaaaaaa\n\xffb\x00c"))
}

func FuzzFind(f *testing.F) {
	b := started(f, Key{Name: "a", Value: hashOf(alice)}, Key{Name: "b", Value: hashOf(bob), Disabled: true})
	for _, seed := range []string{alice, bob, "", strings.Repeat("x", maxValue+1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		_, ok := b.Find(value)
		require.Equal(t, value == alice, ok)
		if masked := Mask(value); len(masked) > 9 || len(value) < minValue && masked != "***" {
			t.Fatal(masked)
		}
	})
}

// TestIDs: numbers and ids stay, also of keys that are gone.
func TestIDs(t *testing.T) {
	b := started(t, Key{Name: "a", Value: hashOf(alice)}, Key{Name: "b", Value: hashOf(bob)})
	require.NoError(t, b.Override([]Key{{Name: "c", Value: hashOf(carol)}}))
	require.NoError(t, b.Override(nil))
	for number, name := range []string{"a", "b", "c"} {
		require.Equal(t, derivedID(name), b.ID(number))
		got, ok := b.NumberOf(derivedID(name))
		require.True(t, ok)
		require.Equal(t, number, got)
	}
	require.Empty(t, b.ID(3))
	require.Empty(t, b.ID(-1))
	_, ok := b.NumberOf(derivedID("d"))
	require.False(t, ok)
}
