package runtime

import "sync"

// sharing is what packages of backends keep once for a whole gateway.
type sharing struct {
	mu     sync.Mutex
	values map[any]any
}

// Shared is what make returned when key was first asked for: one for each gateway, such as its credentials. The key's type
// should be one of the asking package's own. make must not ask for another one.
func (core *Core) Shared(key any, make func() any) any {
	core.sharing.mu.Lock()
	defer core.sharing.mu.Unlock()
	value, ok := core.sharing.values[key]
	if !ok {
		if core.sharing.values == nil {
			core.sharing.values = map[any]any{}
		}
		value = make()
		core.sharing.values[key] = value
	}
	return value
}
