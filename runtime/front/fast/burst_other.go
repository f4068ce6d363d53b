//go:build !linux

package fast

// serve serves requests until the connection wants something else.
func (w *worker) serve() verdict { return w.serveBlocking() }

// burst is not used here.
func (w *worker) burst(uintptr) bool { return true }
