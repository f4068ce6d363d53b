package throttle

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/apikey"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/usagefile"
)

// keeper has a file keep what quotas count. A key's count is kept from its first request on; what the file knows of a key
// is counted before its first request. Lines are named by plan and key id, so that neither the order of keys nor their values
// matter. It is safe for concurrent use; a nil keeper keeps nothing.
type keeper struct {
	core *gw.Core
	keys *apikey.Keys
	path string

	mu      sync.Mutex
	file    *usagefile.File // nil: another process has it still, or it was given up
	failed  error           // why file could not be opened last; nil: it was
	over    bool
	quotas  []*watched
	stop    chan struct{}
	running sync.WaitGroup
}

// watched is a quota whose counters are kept.
type watched struct {
	*counted
	first  *limit.Meter // is told of a counter's first request: then the file's takes its place
	looked int          // keys below that number were looked for in the file
}

// retryEvery is how often a file is tried that another process is about to let go.
const retryEvery = 50 * time.Millisecond

// openUsage opens the file of quota counts, if there is to be one.
func (l *Limits) openUsage() {
	if l.plans == nil {
		return
	}
	switch wanted := l.core.UsageFile(); {
	case wanted.Path == "":
	case l.shared != nil:
		l.core.Logger().Warn("quotas are kept in the shared store: nothing is kept in the usage file", "file", wanted.Path)
	default:
		l.kept = newKeeper(l.core, l.plans.Keys(), wanted)
	}
}

func newKeeper(core *gw.Core, keys *apikey.Keys, wanted gw.UsageFile) *keeper {
	k := &keeper{core: core, keys: keys, path: wanted.Path, stop: make(chan struct{})}
	core.OnClose(k.close)
	err := k.open()
	switch {
	case errors.Is(err, usagefile.ErrLocked) && wanted.TakeOver:
		k.running.Go(k.wait)
	case err != nil:
		core.Fail(err)
	}
	core.OnHandOver(k.close)
	return k
}

func (k *keeper) open() error {
	file, err := usagefile.Open(k.path, usagefile.Options{Logger: k.core.Logger(), Now: k.core.Now})
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed = err; err != nil {
		return err
	}
	if k.over {
		return file.Close()
	}
	k.file = file
	for _, q := range k.quotas {
		k.begin(q)
	}
	return nil
}

// wait opens the file once the process before this one lets it go.
func (k *keeper) wait() {
	ticker := time.NewTicker(retryEvery)
	defer ticker.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-ticker.C:
		}
		err := k.open()
		if err == nil {
			return
		}
		if !errors.Is(err, usagefile.ErrLocked) {
			k.core.Logger().Error("quota counts are not kept", slog.Any("error", err))
			return
		}
	}
}

// watch keeps what a quota counts from now on.
func (k *keeper) watch(c *counted) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	q := &watched{counted: c, first: limit.NewMeter(1)}
	k.quotas = append(k.quotas, q)
	if k.file != nil && !k.over {
		k.begin(q)
	}
}

// begin counts what the file knows of a quota, and keeps what comes. The lock is held.
func (k *keeper) begin(q *watched) {
	q.counters.Watch(q.first)
	k.look(q)
	k.running.Go(func() { k.follow(q) })
}

// recall counts what the file knows of keys that are new.
func (k *keeper) recall() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == nil {
		return
	}
	for _, q := range k.quotas {
		k.look(q)
	}
}

// look finds keys in the file that were not looked for yet. The lock is held.
func (k *keeper) look(q *watched) {
	for count := k.keys.Count(); q.looked < count; q.looked++ {
		if id := k.keys.ID(q.looked); k.file.Has(q.name + "/" + id) {
			k.keep(q, q.counters.At(q.looked))
		}
	}
}

// keep gives a counter to the file. The lock is held.
func (k *keeper) keep(q *watched, c *limit.Counter) {
	id := k.keys.ID(c.Key())
	if id == "" {
		return
	}
	if err := k.file.Keep(q.name+"/"+id, id, c); err != nil {
		k.core.Logger().Error("a quota count is not kept", slog.String("key", id), slog.Any("error", err))
	}
}

// follow keeps the counters of a quota as their keys come.
func (k *keeper) follow(q *watched) {
	for {
		select {
		case <-k.stop:
			return
		case <-q.first.Wake():
		}
		k.mu.Lock()
		k.keepNew(q)
		k.mu.Unlock()
	}
}

// keepNew keeps the counters that had their first request. The lock is held.
func (k *keeper) keepNew(q *watched) {
	q.first.Drain(func(c *limit.Counter, _ []limit.DayCount) { k.keep(q, c) })
}

// close writes what is counted and lets another process have the file. What is counted from then on is not kept.
func (k *keeper) close() {
	k.mu.Lock()
	if k.over {
		k.mu.Unlock()
		return
	}
	k.over = true
	close(k.stop)
	k.mu.Unlock()
	k.running.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == nil {
		return
	}
	for _, q := range k.quotas {
		k.keepNew(q)
	}
	if err := k.file.Close(); err != nil {
		k.core.Logger().Error("quota counts were not written", slog.Any("error", err))
	}
	k.file = nil
}

// broken is why the counts cannot be written; nil: they can, or are not to be.
func (k *keeper) broken() error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == nil {
		return k.failed
	}
	return k.file.Err()
}
