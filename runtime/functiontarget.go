package runtime

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// functionTargets knows the names of the functions that were built on the core.
type functionTargets struct {
	mu    sync.Mutex
	known map[string]bool
	open  bool // names that come up at run time are functions too
}

// FunctionTarget makes a function known that goes by names, and is what WithFunction says of the first name that it knows.
func (core *Core) FunctionTarget(names ...string) (target string, ok bool) {
	core.functions.mu.Lock()
	defer core.functions.mu.Unlock()
	if core.functions.known == nil {
		core.functions.known = make(map[string]bool)
	}
	for _, name := range names {
		core.functions.known[name] = true
		if !ok {
			target, ok = core.settings.functions[name]
		}
	}
	return target, ok
}

// AnyFunction says that functions are called whose names only requests and stage variables tell: WithFunction may then
// name functions that the document does not.
func (core *Core) AnyFunction() {
	core.functions.mu.Lock()
	defer core.functions.mu.Unlock()
	core.functions.open = true
}

// checkFunctions fails the start when an option names a function that nothing can call.
func (core *Core) checkFunctions() {
	core.functions.mu.Lock()
	defer core.functions.mu.Unlock()
	if core.functions.open {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(core.settings.functions)) {
		if !core.functions.known[name] {
			core.Fail(fmt.Errorf("function %q is not one of the document's", name))
		}
	}
}
