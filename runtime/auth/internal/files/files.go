// Package files reads small files that may be replaced while the gateway runs, and sees that they were. It must not
// know what the files mean.
package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Every is how often files are looked at: a change is in force within 5 seconds (decisions.md, Command). Looking works
// on network file systems and through replaced symbolic links, where notifications do not.
const Every = 2 * time.Second

// ErrTooLarge is the end of a file that is larger than what is read of its kind.
var ErrTooLarge = errors.New("the file is too large")

// Read is what the file at path holds, at most limit bytes; a larger one is ErrTooLarge.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s: %w: more than %d bytes", path, ErrTooLarge, limit)
	}
	return text, nil
}

// Stamp tells two versions of a file apart. The zero value is that of a file that is not there.
type Stamp struct {
	info    os.FileInfo
	size    int64
	changed time.Time
}

// Look is what the files are now. Whoever reads files looks first, so that a change in between is seen by the next look.
func Look(paths []string) []Stamp {
	stamps := make([]Stamp, len(paths))
	for i, path := range paths {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = Stamp{info: info, size: info.Size(), changed: info.ModTime()}
		}
	}
	return stamps
}

// Same reports whether two looks at the same paths found the same files.
func Same(a, b []Stamp) bool { return slices.EqualFunc(a, b, Stamp.same) }

func (s Stamp) same(other Stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return os.SameFile(s.info, other.info) && s.size == other.size && s.changed.Equal(other.changed)
}

// Follow calls look for every value on ticks, until stop is called; stop returns when no call is under way any more.
func Follow(ticks <-chan time.Time, look func()) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-ticks:
				look()
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}
