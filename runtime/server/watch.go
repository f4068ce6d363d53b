package server

import (
	"context"
	"os"
	"time"
)

// lookEvery is how often watched files are looked at: they are in force within 5 seconds of a change. Looking works on
// network file systems and through the symbolic links by which orchestrators replace a mounted directory, where
// notifications do not; a look costs one system call for each file.
const lookEvery = 2 * time.Second

// watched is a group of files that are read together.
type watched struct {
	paths  []string
	seen   []stamp
	reload func() error
}

// stamp tells two versions of a file apart.
type stamp struct {
	info    os.FileInfo
	size    int64
	changed time.Time
}

// watch remembers what the files are now; reload is called when they are something else.
func watch(reload func() error, paths ...string) *watched {
	w := &watched{paths: paths, reload: reload}
	w.seen = w.look()
	return w
}

func (w *watched) look() []stamp {
	stamps := make([]stamp, len(w.paths))
	for i, path := range w.paths {
		info, err := os.Stat(path)
		if err != nil {
			continue // in the middle of being replaced: the next look finds it
		}
		stamps[i] = stamp{info: info, size: info.Size(), changed: info.ModTime()}
	}
	return stamps
}

// changed says whether any file differs from the last look.
func (w *watched) changed() bool {
	now := w.look()
	same := true
	for i := range now {
		a, b := w.seen[i], now[i]
		if b.info == nil {
			return false
		}
		same = same && a.info != nil && os.SameFile(a.info, b.info) && a.size == b.size && a.changed.Equal(b.changed)
	}
	w.seen = now
	return !same
}

// follow calls changed files' reload until ctx ends; every value on ticks is one look. Failures go to report.
func follow(ctx context.Context, ticks <-chan time.Time, groups []*watched, report func(*watched, error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			for _, w := range groups {
				if w.changed() {
					report(w, w.reload())
				}
			}
		}
	}
}
