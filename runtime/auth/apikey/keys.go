package apikey

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	gw "github.com/gatewright/gatewright/runtime"
)

// Config is what the document says of keys (extensions.md, x-gateway-api-keys).
type Config struct {
	// Keys are the document's keys, at most a million.
	Keys []Key
}

// Key is one key of the document or of the overrides.
type Key struct {
	// Name is unique, with 1 to 1024 characters.
	Name string
	// Value is a secret source: env:NAME, file:PATH, or sha256:HEX. In overrides it may be empty where the document has a
	// key of that name, whose value then stays.
	Value string
	// Disabled keys are known, but nobody is let in by them.
	Disabled bool
	// CustomerID is free text. Empty in overrides, that of the document stays.
	CustomerID string
}

const (
	maxKeys = 1 << 20 // names at all, over a gateway's life: each costs a bucket somewhere
	maxName = 1024    // characters (rest.md, section 11)
)

// Keys are the keys of a gateway. Find may be called from any number of goroutines while keys change.
type Keys struct {
	hot      *gw.HotFiles
	document []Key
	table    atomic.Pointer[table]
	failures atomic.Int64

	mu        sync.Mutex // of what follows: one reload at a time
	overrides []Key
	numbers   map[string]int
	names     []string // by number
}

// New reads the keys of cfg. What is wrong with them is said by the core's Start. Files are hot
// (Core.OnReload); a key whose file breaks later keeps its value.
func New(core *gw.Core, cfg Config) *Keys {
	k := &Keys{document: slices.Clone(cfg.Keys), numbers: make(map[string]int, len(cfg.Keys))}
	k.table.Store(&table{slots: make([]uint32, 2)})  // nobody is let in when the start fails
	k.hot = core.OnReload("API keys", nil, k.Reload) // load says which files
	if err := k.Reload(); err != nil {
		core.Fail(err)
	}
	return k
}

// Find is the key with that value as the client presented it. An unknown value, one that no key can have, and a disabled
// key are the same: false. The entry is valid for ever, but what it says may be outdated by a reload.
func (k *Keys) Find(value string) (*Entry, bool) {
	if len(value) < minValue || len(value) > maxValue {
		return nil, false
	}
	var buffer [maxValue]byte
	hash := sha256.Sum256(buffer[:copy(buffer[:], value)])
	entry := k.table.Load().find(&hash)
	if entry == nil || entry.disabled {
		return nil, false
	}
	return entry, true
}

// Count is one more than the highest Index that was given so far. It only grows.
func (k *Keys) Count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.numbers)
}

// Numbers are the indexes of the keys by name. What it returns is the caller's.
func (k *Keys) Numbers() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.numbers)
}

// ID is the id of the key with that number, whether or not there still is such a key; empty: no key has had it.
func (k *Keys) ID(number int) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if number < 0 || number >= len(k.names) {
		return ""
	}
	return derivedID(k.names[number])
}

// NumberOf is the number of the key with that id, whether or not there still is such a key. It looks at all keys: operators
// ask, not requests.
func (k *Keys) NumberOf(id string) (number int, ok bool) {
	k.mu.Lock()
	names := k.names // they never change, there are only more of them
	k.mu.Unlock()
	number = slices.IndexFunc(names, func(name string) bool { return derivedID(name) == id })
	return number, number >= 0
}

// Failures is how many reloads failed, each leaving in force what was: for the operator's metrics.
func (k *Keys) Failures() int64 { return k.failures.Load() }

// Override lays keys over the document's, in place of what an earlier Override laid there; none brings the document's
// back. A key of a known name replaces it and keeps its number. On an error nothing changes; it names keys and places,
// never values.
func (k *Keys) Override(keys []Key) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.load(slices.Clone(keys))
}

// Reload reads every source again. On an error nothing changes; it names keys and places, never values.
func (k *Keys) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.load(k.overrides)
}

// load puts the document's keys with overrides over them in force. The lock is held.
func (k *Keys) load(overrides []Key) (err error) {
	defer func() {
		if err != nil {
			k.failures.Add(1)
			err = fmt.Errorf("API keys: %w", err)
		}
	}()
	keys, err := merge(k.document, overrides)
	if err != nil {
		return err
	}
	before, paths := k.hot.Paths(), pathsOf(keys)
	k.hot.Watch(slices.Concat(before, paths)) // before reading: a change in between is found by the next look
	defer func() {
		if err != nil {
			paths = before
		}
		k.hot.Watch(paths)
	}()
	entries, hashes, err := k.resolve(keys)
	if err != nil {
		return err
	}
	built, err := newTable(entries, hashes)
	if err != nil {
		return err
	}
	for i := range entries {
		k.numbers[entries[i].Name] = entries[i].Index
		if entries[i].Index == len(k.names) {
			k.names = append(k.names, entries[i].Name)
		}
	}
	k.overrides = overrides
	k.table.Store(built)
	return nil
}

// maxFaults bounds how many keys one error names.
const maxFaults = 20

// resolve reads the keys' sources and gives names that are new their numbers, which count only when the keys are put
// in force.
func (k *Keys) resolve(keys []Key) ([]Entry, []digest, error) {
	entries, hashes := make([]Entry, len(keys)), make([]digest, len(keys))
	next := len(k.numbers)
	var faults []error
	for i := range keys {
		key := &keys[i]
		hash, err := resolve(key.Value)
		if err != nil {
			if faults = append(faults, fmt.Errorf("%q: %w", key.Name, err)); len(faults) == maxFaults {
				break
			}
			continue
		}
		number, ok := k.numbers[key.Name]
		if !ok {
			number = next
			next++
		}
		hashes[i] = hash
		entries[i] = Entry{
			Index: number, Name: key.Name, ID: derivedID(key.Name), CustomerID: key.CustomerID, disabled: key.Disabled,
		}
	}
	if next > maxKeys {
		faults = append(faults, fmt.Errorf("more than %d names since the start", maxKeys))
	}
	return entries, hashes, errors.Join(faults...)
}

// merge is document with overrides laid over it.
func merge(document, overrides []Key) ([]Key, error) {
	merged := make([]Key, 0, len(document)+len(overrides))
	places := make(map[string]int, len(document)+len(overrides))
	for i := range document {
		if err := place(places, document[i].Name, i); err != nil {
			return nil, err
		}
		merged = append(merged, document[i])
	}
	over := make(map[string]int, len(overrides))
	for i, key := range overrides {
		if err := place(over, key.Name, i); err != nil {
			return nil, fmt.Errorf("overrides: %w", err)
		}
		at, known := places[key.Name]
		if !known {
			merged = append(merged, key)
			continue
		}
		if key.Value == "" {
			key.Value = merged[at].Value
		}
		if key.CustomerID == "" {
			key.CustomerID = merged[at].CustomerID
		}
		merged[at] = key
	}
	return merged, nil
}

// place notes where name stands, once.
func place(places map[string]int, name string, at int) error {
	if _, twice := places[name]; twice {
		return fmt.Errorf("%q stands there twice", name)
	}
	if name == "" || len(name) > maxName && utf8.RuneCountInString(name) > maxName {
		return fmt.Errorf("a name has 1 to %d characters", maxName)
	}
	places[name] = at
	return nil
}

// pathsOf are the files that keys are read from.
func pathsOf(keys []Key) []string {
	var paths []string
	for i := range keys {
		if path, ok := strings.CutPrefix(keys[i].Value, fromFile); ok {
			paths = append(paths, path)
		}
	}
	return paths
}
