package lambda

import (
	"fmt"
	"strings"
	"sync"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// maxNamed bounds the functions that names of requests can make a gateway open. A target ends with the core only, so that
// none can be given up for another one.
const maxNamed = 256

// Functions are the functions whose names are known only when a request is there: an integration with a stage variable in
// its uri. They are safe for concurrent use.
type Functions struct {
	core     *gw.Core
	fallback function.Place
	known    map[string]*Function // by key and by ARN
	none     *Function            // stands for what is no function

	mu     sync.RWMutex
	opened map[string]*Function // by the name that was asked for
}

// NewFunctions finds functions among known, the document's, then among those of WithFunction; any other runs at fallback. A
// nil fallback is nowhere.
func NewFunctions(core *gw.Core, fallback function.Place, known ...*Function) *Functions {
	core.AnyFunction()
	fs := &Functions{core: core, fallback: fallback, known: make(map[string]*Function), opened: make(map[string]*Function)}
	fs.none = &Function{core: core, at: function.Function{Name: "(none)"}}
	for _, f := range known {
		fs.known[f.at.ARN] = f
	}
	for _, f := range known {
		fs.known[f.at.Name] = f
	}
	return fs
}

// Named is the function called arn: an ARN or a name, with or without a qualifier. Calls of what is no name answer 500.
func (fs *Functions) Named(arn string) *Function {
	fs.mu.RLock()
	f := fs.opened[arn]
	fs.mu.RUnlock()
	if f != nil {
		return f
	}
	n, ok := parseName(strings.Clone(arn))
	if !ok {
		return fs.none
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f := fs.opened[arn]; f != nil {
		return f
	}
	if len(fs.opened) == maxNamed {
		fs.core.Logger().Error("too many functions are named by requests", "function", n.whole, "most", maxNamed)
		return fs.none
	}
	f = fs.open(n)
	fs.opened[n.whole] = f
	return f
}

// open finds where n runs. What cannot be opened stays so: only the configuration can be at fault.
func (fs *Functions) open(n name) *Function {
	f := &Function{core: fs.core, at: function.Function{Name: n.short, ARN: n.whole}}
	place := fs.fallback
	for _, key := range n.keys() {
		if known := fs.known[key]; known != nil {
			f.at.Name, f.target, f.direct = known.at.Name, known.target, known.direct
			return f
		}
		if target, ok := fs.core.FunctionTarget(key); ok && fs.core.Exchanger() == nil {
			var err error
			if place, err = parsePlace(target, fs.fallback); err != nil {
				fs.core.Logger().Error("function not usable", "function", n.whole, "error", fmt.Errorf("--function %s: %w", key, err))
				return f
			}
			break
		}
	}
	if err := f.open(place); err != nil {
		fs.core.Logger().Error("function not usable", "function", n.whole, "error", err)
	}
	return f
}
