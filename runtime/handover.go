package runtime

import "slices"

// OnHandOver has f called once when another process is about to take over what this one alone can hold, such as a file. Requests
// may still be under way, and come.
func (core *Core) OnHandOver(f func()) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.onHandOver = append(core.onHandOver, f)
}

// HandOver gives up what another process takes over.
func (core *Core) HandOver() {
	core.mu.Lock()
	hooks := core.onHandOver
	core.onHandOver = nil
	core.mu.Unlock()
	for _, f := range slices.Backward(hooks) {
		f()
	}
}
