// Package usagefile keeps counts of quotas in a file, so that a restart does not give every key a fresh quota. It must
// not know what is counted, nor decide anything: counters do.
//
// The file is a log with checksums. What was counted since the last write is lost when the process is killed or the
// machine stops: writes, each brought to the disk, begin after Options.Every or Options.Units takings, whichever is
// first, so that the loss is at most what is counted in that time, or those takings, and what comes while the write is
// under way. No taking waits for a disk.
package usagefile

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// ErrLocked is the end of Open while another process has the file.
var ErrLocked = errors.New("another process has the file")

// Options say how much may be lost. Zero values mean the defaults.
type Options struct {
	// Every is the time after which what changed is written; by default a second.
	Every time.Duration
	// Units is how many takings are written before that; by default 1000.
	Units int64
	// Logger is told of failures to write; nil: nobody is.
	Logger *slog.Logger
	// Now tells the date; nil: time.Now.
	Now func() time.Time
}

// File is an open file of counts. It is safe for concurrent use.
type File struct {
	path  string
	opt   Options
	lock  *os.File
	meter *limit.Meter
	stop  chan struct{}
	done  chan struct{}

	ticker *time.Ticker // nil where the times are given

	mu      sync.Mutex // of what follows
	log     *os.File
	size    int64 // of the log, without what a failed write left behind
	least   int64 // its size when nothing in it was outdated
	cut     int64
	lines   []line
	told    int // how many of lines the log knows
	byName  map[string]int
	numbers map[*limit.Counter]int
	encoder encoder
	failed  error // of the last write
	anew    bool  // changes are in memory alone that no counter tells of again: all is to be written
	closed  bool
}

// Open opens the file at path or makes one, and starts to write what changes; a second file, path with .lock behind it,
// keeps other processes out (ErrLocked). A tail that was being written when the machine stopped is cut off. What is no
// such file, or one that is damaged before its tail, is an error, and is left as it is.
func Open(path string, opt Options) (*File, error) {
	if opt.Every <= 0 {
		opt.Every = time.Second
	}
	ticker := time.NewTicker(opt.Every)
	f, err := open(path, opt, ticker.C)
	if err != nil {
		ticker.Stop()
		return nil, err
	}
	f.ticker = ticker
	return f, nil
}

// open is Open with the times at which what changed is written.
func open(path string, opt Options, ticks <-chan time.Time) (*File, error) {
	if opt.Units <= 0 {
		opt.Units = 1000
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	f := &File{
		path: path, opt: opt, meter: limit.NewMeter(opt.Units), numbers: map[*limit.Counter]int{},
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	var err error
	if f.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, fmt.Errorf("usage counts: %w", err)
	}
	if err := f.load(); err != nil {
		f.release()
		return nil, fmt.Errorf("usage counts: %s: %w", path, err)
	}
	go f.run(ticks)
	return f, nil
}

// load reads the log and prepares it for what comes.
func (f *File) load() (err error) {
	if f.log, err = os.OpenFile(f.path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	c, err := read(f.log)
	if err != nil {
		return err
	}
	f.lines, f.byName, f.size = c.lines, c.byName, c.good
	f.told, f.least = len(f.lines), f.measure()
	end, err := f.log.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if f.cut = end - f.size; f.cut > 0 {
		switch damaged, err := overtaken(f.log, f.size); {
		case err != nil:
			return err
		case damaged:
			return fmt.Errorf("byte %d: %w", f.size, errDamaged)
		}
		if err := f.log.Truncate(f.size); err != nil {
			return err
		}
		f.opt.Logger.Warn("cut off the tail of usage counts, whose writing was interrupted", "file", f.path, "bytes", f.cut)
	}
	if f.size > 0 {
		return f.log.Sync()
	}
	return f.append([]byte(magic), true)
}

// measure is about how large the file were if nothing in it was outdated.
func (f *File) measure() int64 {
	size := int64(len(magic))
	for i := range f.lines {
		l := &f.lines[i]
		size += int64(16 + len(l.name) + len(l.tag) + 12*len(l.days))
	}
	return size
}

// Keep gives the counter what the file knows of the line, which adds to what it has counted already, and writes its
// changes from then on. Name and tag are those of limit.Line, at most MaxName bytes each. A counter that was kept by that
// name before is kept no more; what it has counted goes to the new one.
func (f *File) Keep(name, tag string, c *limit.Counter) error {
	if len(name) > MaxName || len(tag) > MaxName {
		return fmt.Errorf("usage counts: a name has more than %d bytes", MaxName)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	number, known := f.byName[name]
	if !known {
		if number = len(f.lines); number > maxLines {
			return fmt.Errorf("usage counts: more than %d lines", maxLines)
		}
		f.lines = append(f.lines, line{name: name, tag: tag})
		f.byName[name] = number
	}
	l := &f.lines[number]
	if l.counter == c {
		c.Watch(f.meter) // another meter may have been told of the last change
		return nil
	}
	if other, kept := f.numbers[c]; kept {
		return fmt.Errorf("usage counts: the counter of %q is that of %q already", name, f.lines[other].name)
	}
	days := l.days
	if l.counter != nil {
		days = l.counter.History()
		delete(f.numbers, l.counter)
		f.anew = true
	}
	l.days, l.counter = nil, c
	f.numbers[c] = number
	c.Restore(days)
	c.Watch(f.meter)
	return nil
}

// Has reports whether the file knows a line.
func (f *File) Has(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, known := f.byName[name]
	return known
}

// Sync writes what changed, and returns when the disk has it.
func (f *File) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.save()
}

// Err is why what was counted last could not be written; nil when it could. It is tried again with every write.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// Cut is how many bytes at the file's end Open has cut off.
func (f *File) Cut() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cut
}

// Close writes what changed and lets other processes have the file. Counters go on counting without it.
func (f *File) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	f.mu.Unlock()
	close(f.stop)
	<-f.done
	if f.ticker != nil {
		f.ticker.Stop()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.save()
	f.release()
	return err
}

func (f *File) release() {
	if f.log != nil {
		_ = f.log.Close() // what was to be written is on the disk
		f.log = nil
	}
	_ = f.lock.Close() // which is what unlocks it
}

// run writes what changed when it is time, until the file is closed.
func (f *File) run(ticks <-chan time.Time) {
	defer close(f.done)
	for {
		select {
		case <-ticks:
		case <-f.meter.Wake():
		case <-f.stop:
			return
		}
		f.mu.Lock()
		before := f.failed
		if err := f.save(); err != nil && before == nil {
			f.opt.Logger.Error("cannot write usage counts; trying again", "error", err)
		}
		f.mu.Unlock()
	}
}

// dir is the folder that names the file.
func (f *File) dir() string { return filepath.Dir(f.path) }
