package sigv4

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Reload reads all secrets again. A principal whose secrets cannot be read keeps those it has, and the error says so. A
// session token that was replaced is answered as expired from then on.
func (v *Verifier) Reload() error {
	v.reloading.Lock()
	defer v.reloading.Unlock()
	var all []error
	for id, p := range v.principals {
		read, err := p.read()
		if err != nil {
			all = append(all, fmt.Errorf("principal %q: %w", id, err))
			continue
		}
		had := p.current.get()
		if read.key == had.key && read.token == had.token {
			continue // the derived keys stay
		}
		if read.former = had.token; read.token == had.token {
			read.former = had.former
		}
		p.current.set(read)
	}
	return errors.Join(all...)
}

// lookEvery is how often files are looked at, as all watched files of a gateway are.
const lookEvery = 2 * time.Second

// follow reads the secrets again when a file differs from what seen has of it, until the core is closed.
func (v *Verifier) follow(seen []stamp) {
	ctx, cancel := context.WithCancel(context.Background())
	ticker := time.NewTicker(lookEvery)
	var running sync.WaitGroup
	running.Go(func() { v.watch(ctx, ticker.C, seen) })
	v.core.OnClose(func() {
		cancel()
		ticker.Stop()
		running.Wait()
	})
}

// watch looks at the files once for each value on ticks.
func (v *Verifier) watch(ctx context.Context, ticks <-chan time.Time, seen []stamp) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		now := look(v.files, seen)
		if slices.EqualFunc(seen, now, stamp.same) {
			continue
		}
		seen = now
		if err := v.Reload(); err != nil {
			v.core.Logger().Error("not all secrets of principals could be read again", slog.Any("error", err))
			continue
		}
		v.core.Logger().Info("secrets of principals were read again")
	}
}

// stamp tells two versions of a file apart; info is nil where there was no file yet.
type stamp struct {
	info    os.FileInfo
	size    int64
	changed time.Time
}

func (s stamp) same(other stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == other.info
	}
	return os.SameFile(s.info, other.info) && s.size == other.size && s.changed.Equal(other.changed)
}

// look is what the files are now. A file that is missing is being replaced: it counts as it was before.
func look(files []string, before []stamp) []stamp {
	stamps := make([]stamp, len(files))
	copy(stamps, before)
	for i, path := range files {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = stamp{info: info, size: info.Size(), changed: info.ModTime()}
		}
	}
	return stamps
}
