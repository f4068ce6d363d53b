package usagefile

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gatewright/gatewright/runtime/limit"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(victimFile); path != "" {
		victim(path)
		return
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

var quota = limit.Quota{Limit: 1000, Period: limit.Month}

func atNoon() time.Time { return noon }

// opened is a file that writes when the test says so.
func opened(t *testing.T, path string) *File {
	t.Helper()
	f, err := open(path, Options{Now: atNoon, Units: 1 << 40}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func somewhere(t *testing.T) string { return filepath.Join(t.TempDir(), "usage") }

func take(t *testing.T, c *limit.Counter, n int, now time.Time) {
	t.Helper()
	for range n {
		require.True(t, c.Take(now))
	}
}

// kept is a counter that the file knows by name.
func kept(t *testing.T, f *File, name string) *limit.Counter {
	t.Helper()
	c := limit.NewCounters(quota).At(0)
	require.NoError(t, f.Keep(name, "tag of "+name, c))
	return c
}

func TestCountsOutliveTheProcess(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	a, b, unused := kept(t, f, "a"), kept(t, f, "b"), kept(t, f, "unused")
	take(t, b, 3, noon.AddDate(0, 0, -1))
	require.NoError(t, f.Sync())
	take(t, a, 5, noon)
	take(t, b, 2, noon)
	b.Return(noon.AddDate(0, 0, -1))
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	require.ErrorIs(t, f.Sync(), os.ErrClosed)

	f = opened(t, path)
	require.Equal(t, "tag of b", f.lines[1].tag)
	for name, want := range map[string]*limit.Counter{"a": a, "b": b, "unused": unused} {
		require.Equal(t, want.History(), kept(t, f, name).History(), name)
	}
	require.Zero(t, f.Cut())
}

func TestKeepAddsToWhatIsCounted(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	take(t, kept(t, f, "a"), 5, noon)
	require.NoError(t, f.Close())

	f = opened(t, path)
	c := limit.NewCounters(quota).At(0)
	take(t, c, 2, noon)
	take(t, c, 1, noon.AddDate(0, 0, 1))
	require.NoError(t, f.Keep("a", "", c))
	require.NoError(t, f.Keep("a", "", c), "again")
	require.Error(t, f.Keep("b", "", c), "by two names")
	require.NoError(t, f.Close())
	want := []limit.DayCount{{Day: limit.Date(noon), Used: 7}, {Day: limit.Date(noon) + 1, Used: 1}}
	require.Equal(t, want, c.History())
	require.Equal(t, want, kept(t, opened(t, path), "a").History())
}

func TestAnotherCounterTakesOver(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	take(t, kept(t, f, "a"), 5, noon.AddDate(0, 0, -1))
	c := kept(t, f, "a")
	take(t, c, 1, noon)
	require.NoError(t, f.Close())
	require.EqualValues(t, 6, c.Used(noon))
	require.EqualValues(t, 6, kept(t, opened(t, path), "a").Used(noon))
}

func TestNamesAreBounded(t *testing.T) {
	f := opened(t, somewhere(t))
	long := string(bytes.Repeat([]byte("n"), MaxName))
	require.Error(t, f.Keep(long+"n", "", limit.NewCounters(quota).At(0)))
	require.Error(t, f.Keep("", long+"n", limit.NewCounters(quota).At(0)))
	require.NoError(t, f.Keep(long, long, limit.NewCounters(quota).At(0)))
	require.NoError(t, f.Close())
	require.Equal(t, long, opened(t, f.path).lines[0].tag)
}

func TestOneProcessAtATime(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	_, err := Open(path, Options{})
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, f.Close())
	again, err := Open(path, Options{})
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestWhatIsNoSuchFileStays(t *testing.T) {
	for _, text := range []string{"x", "gwusage2\x00\x00", "gwusag\n", magic + string(framed([]byte("?"))), magic + string(framed([]byte{'U', 0, 1, 1}))} {
		path := somewhere(t)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Open(path, Options{})
		require.Error(t, err)
		require.ErrorContains(t, err, path)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		require.NoError(t, os.Remove(path))
		f, err := Open(path, Options{})
		require.NoError(t, err, "the lock is free")
		require.NoError(t, f.Close())
	}
	_, err := Open(filepath.Join(t.TempDir(), "no", "such", "folder"), Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// framed is a payload as it stands in a file.
func framed(payload []byte) []byte {
	var e encoder
	e.begin()
	e.out = append(e.out, payload...)
	e.end()
	return e.out
}

// written is a file after each of some writes, and what was used by then.
func written(t *testing.T) (text []byte, ends []int64, used []int64) {
	f := opened(t, somewhere(t))
	c, other := kept(t, f, "a"), kept(t, f, "other")
	for i := range 12 {
		ends, used = append(ends, f.size), append(used, c.Used(noon))
		take(t, c, 1+i, noon)
		take(t, other, 1, noon.AddDate(0, 0, i))
		require.NoError(t, f.Sync())
	}
	ends, used = append(ends, f.size), append(used, c.Used(noon))
	require.NoError(t, f.Close())
	text, err := os.ReadFile(f.path)
	require.NoError(t, err)
	require.Len(t, text, int(ends[len(ends)-1]))
	return text, ends, used
}

// TestTornTail cuts a file at every place, and puts rubbish behind it: what was whole is there, and writing goes on.
func TestTornTail(t *testing.T) {
	text, ends, used := written(t)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 1))
	for n := range text {
		path := filepath.Join(dir, fmt.Sprint(n))
		tail := [][]byte{nil, make([]byte, 100), bytes.Repeat([]byte{0xff}, 9), {byte(r.Uint32()), byte(r.Uint32())}}[n%4]
		if n < len(magic) {
			tail = nil
		}
		require.NoError(t, os.WriteFile(path, append(bytes.Clone(text[:n]), tail...), 0o600))
		f := opened(t, path)
		i := 0
		for i+1 < len(ends) && ends[i+1] <= int64(n) {
			i++
		}
		c := kept(t, f, "a")
		require.Equal(t, used[i], c.Used(noon), "cut at %d", n)
		require.Equal(t, max(int64(n+len(tail))-ends[i], 0) > 0 || n < len(magic) && n > 0, f.Cut() > 0, "cut at %d", n)
		take(t, c, 1, noon)
		require.NoError(t, f.Close())
		f = opened(t, path)
		require.Zero(t, f.Cut())
		require.Equal(t, used[i]+1, kept(t, f, "a").Used(noon), "cut at %d", n)
		require.NoError(t, f.Close())
	}
}

// TestFlippedBits never reads what was not written.
func TestFlippedBits(t *testing.T) {
	text, _, used := written(t)
	for n := range text {
		flipped := bytes.Clone(text)
		flipped[n] ^= 1 << (n % 8)
		c, err := read(bytes.NewReader(flipped))
		if n < len(magic) {
			require.ErrorIs(t, err, errMagic)
			continue
		}
		require.NoError(t, err)
		require.Less(t, c.good, int64(len(text)))
		counter := limit.NewCounters(quota).At(0)
		if place, known := c.byName["a"]; known {
			counter.Restore(c.lines[place].days)
		}
		require.Contains(t, used, counter.Used(noon), "byte %d", n)
	}
}

// TestDamage refuses a file that was whole once, and leaves it as it is: what is behind the damage must not be lost without a
// word. Damage of the last write cannot be told from a write that was interrupted.
func TestDamage(t *testing.T) {
	text, ends, _ := written(t)
	last := int(ends[len(ends)-2])
	path := somewhere(t)
	for n := len(magic); n < len(text); n++ {
		flipped := bytes.Clone(text)
		flipped[n] ^= 1 << (n % 8)
		require.NoError(t, os.WriteFile(path, flipped, 0o600))
		f, err := Open(path, Options{})
		if n >= last {
			require.NoError(t, err, "byte %d", n)
			require.EqualValues(t, len(text)-last, f.Cut())
			require.NoError(t, f.Close())
			continue
		}
		require.ErrorIs(t, err, errDamaged, "byte %d", n)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, flipped, got)
	}
}

// TestTornWriteOfSeveralFrames cuts off a write of which a later frame came to the disk and an earlier one did not. With
// another write behind it, it is damaged.
func TestTornWriteOfSeveralFrames(t *testing.T) {
	head, part := []byte(magic), bytes.Repeat([]byte{'x'}, 2*fullSize)
	torn := framed(part)
	torn[100]++
	path := somewhere(t)
	for _, c := range []struct {
		behind  [][]byte
		damaged bool
	}{
		{[][]byte{framed(part)}, false},
		{[][]byte{framed(part), framed([]byte("end"))}, false},
		{[][]byte{framed([]byte("end"))}, false},
		{[][]byte{framed([]byte("end")), framed([]byte("next"))}, true},
		{[][]byte{framed(part), framed([]byte("end")), framed(part)}, true},
	} {
		require.NoError(t, os.WriteFile(path, bytes.Join(append([][]byte{head, torn}, c.behind...), nil), 0o600))
		f, err := Open(path, Options{})
		if c.damaged {
			require.ErrorIs(t, err, errDamaged)
			continue
		}
		require.NoError(t, err)
		require.NotZero(t, f.Cut())
		require.NoError(t, f.Close())
	}
}

// TestCompaction writes often enough for the log to be written anew, with lines that are out of date, that are kept, and
// that nobody has asked for yet.
func TestCompaction(t *testing.T) {
	path := somewhere(t)
	f := opened(t, path)
	take(t, kept(t, f, "old"), 4, noon.AddDate(0, 0, -limit.KeepDays-1))
	take(t, kept(t, f, "absent"), 3, noon)
	require.NoError(t, f.Close())

	f = opened(t, path)
	require.NoError(t, os.WriteFile(path+".new", []byte("left behind"), 0o600))
	counters := limit.NewCounters(limit.Quota{Limit: limit.MaxQuota})
	for key := range 500 {
		require.NoError(t, f.Keep(fmt.Sprint("key ", key), "tag", counters.At(key)))
	}
	compactions, size := 0, int64(0)
	for round := range 1000 {
		for key := range 500 {
			counters.At(key).Take(noon.AddDate(0, 0, round/300))
		}
		require.NoError(t, f.Sync())
		if f.size < size {
			compactions++
		}
		size = f.size
		require.Less(t, size, int64(slack+2*f.least+100<<10))
	}
	require.GreaterOrEqual(t, compactions, 2)
	require.NoError(t, f.Close())
	_, err := os.Stat(path + ".new")
	require.ErrorIs(t, err, os.ErrNotExist)

	f = opened(t, path)
	require.NotContains(t, f.byName, "old")
	require.EqualValues(t, 3, kept(t, f, "absent").Used(noon))
	for key := range 500 {
		require.Equal(t, counters.At(key).History(), kept(t, f, fmt.Sprint("key ", key)).History())
	}
}

// TestFailedWrites has the disk refuse. Nothing is lost when it takes again.
func TestFailedWrites(t *testing.T) {
	var log bytes.Buffer
	ticks := make(chan time.Time)
	path := somewhere(t)
	f, err := open(path, Options{Now: atNoon, Units: 1 << 40, Logger: slog.New(slog.NewTextHandler(&log, nil))}, ticks)
	require.NoError(t, err)
	c := kept(t, f, "a")
	take(t, c, 1, noon)
	require.NoError(t, f.Sync())
	require.NoError(t, os.Mkdir(path+".new", 0o700)) // so that it can not be written anew either
	f.mu.Lock()
	require.NoError(t, f.log.Close())
	f.mu.Unlock()
	take(t, c, 2, noon)
	require.Error(t, f.Sync())
	require.Error(t, f.Err())
	require.Error(t, f.Sync())
	ticks <- noon
	ticks <- noon
	require.NoError(t, os.Remove(path+".new"))
	require.NoError(t, f.Sync())
	require.NoError(t, f.Err())
	take(t, c, 1, noon)
	require.NoError(t, f.Close())
	require.EqualValues(t, 4, kept(t, opened(t, path), "a").Used(noon))
}

// TestWrittenInTime writes without being told to: after units, and at ticks.
func TestWrittenInTime(t *testing.T) {
	ticks := make(chan time.Time)
	f, err := open(somewhere(t), Options{Now: atNoon, Units: 10}, ticks)
	require.NoError(t, err)
	defer f.Close()
	c := kept(t, f, "a")
	take(t, c, 10, noon)
	for f.onDisk(t) < 10 {
		runtime.Gosched()
	}
	take(t, c, 1, noon)
	require.EqualValues(t, 10, f.onDisk(t))
	ticks <- noon
	ticks <- noon // the first write is over
	require.EqualValues(t, 11, f.onDisk(t))
}

// onDisk is what the file says of line a.
func (f *File) onDisk(t *testing.T) int64 {
	text, err := os.ReadFile(f.path)
	require.NoError(t, err)
	c, err := read(bytes.NewReader(text))
	require.NoError(t, err)
	counter := limit.NewCounters(quota).At(0)
	if place, known := c.byName["a"]; known {
		counter.Restore(c.lines[place].days)
	}
	return counter.Used(noon)
}

// TestTogether has goroutines count and new keys come while all is written.
func TestTogether(t *testing.T) {
	path := somewhere(t)
	f, err := open(path, Options{Now: atNoon, Units: 100}, nil)
	require.NoError(t, err)
	counters := limit.NewCounters(limit.Quota{Limit: limit.MaxQuota})
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 50 {
				if err := f.Keep(fmt.Sprint("key ", g*50+i), "", counters.At(g*50+i)); err != nil {
					t.Error(err)
				}
				for range 40 {
					counters.At(g*50 + i).Take(noon)
				}
			}
		})
	}
	group.Go(func() {
		for range 20 {
			if err := f.Sync(); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	require.NoError(t, f.Close())
	f = opened(t, path)
	for key := range 200 {
		require.EqualValues(t, 40, kept(t, f, fmt.Sprint("key ", key)).Used(noon))
	}
}
