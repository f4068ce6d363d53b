package runtime

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// HotFiles is a group of files that are read together, and again while the gateway runs. It is safe for concurrent use.
type HotFiles struct {
	what   string
	reload func() error

	reading sync.Mutex // one reading at a time
	broken  string     // the error of the last reading, empty after a good one; guarded by reading

	mu    sync.Mutex // of what follows
	paths []string
	seen  []fileStamp // of paths
}

// OnReload registers a group of hot files: reload is called when one of them has changed, and on Reload. What they hold
// is in force within 5 seconds of a change and at once on SIGHUP (decisions.md, Command), for which runtime/server
// watches every group of the core. In a program of its own, without that package, nothing looks at files: the program
// calls Core.Reload when it wants them read again.
//
// It is called before the files are read for the first time, so that no change in between is missed; with none, reload
// is called on Reload and SIGHUP alone. what names the group for the operator, such as "API keys". reload is never
// called twice at a time by this group, may be called until the core is closed, and leaves in force what was when it
// returns an error, which must show no secret.
func (core *Core) OnReload(what string, paths []string, reload func() error) *HotFiles {
	h := &HotFiles{what: what, reload: reload}
	h.Watch(paths)
	core.mu.Lock()
	defer core.mu.Unlock()
	core.hot = append(core.hot, h)
	return h
}

// HotFiles are the groups registered so far, in that order.
func (core *Core) HotFiles() []*HotFiles {
	core.mu.Lock()
	defer core.mu.Unlock()
	return slices.Clone(core.hot)
}

// Reload reads all hot files again, whether they have changed or not, as SIGHUP does for a gateway with a server. Each
// group that cannot be read keeps in force what was; the error tells of all of them.
func (core *Core) Reload() error {
	var all []error
	for _, h := range core.HotFiles() {
		if err := h.Reload(); err != nil {
			all = append(all, fmt.Errorf("%s: %w", h.what, err))
		}
	}
	return errors.Join(all...)
}

// What names the group for the operator.
func (h *HotFiles) What() string { return h.what }

// Paths are the files of the group.
func (h *HotFiles) Paths() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.paths)
}

// Watch makes paths the group's files. It is called before they are read; those that belonged to the group keep what
// was seen of them.
func (h *HotFiles) Watch(paths []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := make(map[string]fileStamp, len(h.paths))
	for i, path := range h.paths {
		known[path] = h.seen[i]
	}
	seen := make([]fileStamp, len(paths))
	for i, path := range paths {
		stamp, ok := known[path]
		if !ok {
			stamp = stampOf(path)
		}
		seen[i] = stamp
	}
	h.paths, h.seen = slices.Clone(paths), seen
}

// Look reads the group when a file is another than at the look before, or the last reading failed. news is false when
// there was nothing to read, and when reading failed the way it did before: there is nothing to tell the operator then.
func (h *HotFiles) Look() (news bool, err error) {
	h.reading.Lock()
	defer h.reading.Unlock()
	if !h.changed() && h.broken == "" {
		return false, nil
	}
	before := h.broken
	err = h.read()
	return err == nil || h.broken != before, err
}

// Reload reads the group, changed or not.
func (h *HotFiles) Reload() error {
	h.reading.Lock()
	defer h.reading.Unlock()
	h.changed() // what is read now is not read again by the next look
	return h.read()
}

// read is one reading. The lock reading is held.
func (h *HotFiles) read() error {
	err := h.reload()
	h.broken = ""
	if err != nil {
		h.broken = "failed: " + err.Error() // never empty
	}
	return err
}

// changed reports whether a file differs from what was seen of it, and notes what is there now.
func (h *HotFiles) changed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for i, path := range h.paths {
		now := stampOf(path)
		changed = changed || !now.same(h.seen[i])
		h.seen[i] = now
	}
	return changed
}

// fileStamp tells two versions of a file apart. The zero value is that of a file that is not there. Looking works on
// network file systems and through the symbolic links by which orchestrators replace a mounted directory, where
// notifications do not; it costs one system call for each file.
type fileStamp struct {
	info    os.FileInfo
	size    int64
	changed time.Time
}

func stampOf(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info: info, size: info.Size(), changed: info.ModTime()}
}

func (s fileStamp) same(other fileStamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return os.SameFile(s.info, other.info) && s.size == other.size && s.changed.Equal(other.changed)
}
