package runtime

import (
	"net/http"
	"slices"
)

// Page is a page for operators, which runtime/server shows on the admin listener.
type Page struct {
	// Path is exact, such as /limits.
	Path string
	// Handler answers GET and HEAD.
	Handler http.Handler
}

// AddPage adds a page.
func (core *Core) AddPage(p Page) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.pages = append(core.pages, p)
}

// Pages are the pages that were added so far.
func (core *Core) Pages() []Page {
	core.mu.Lock()
	defer core.mu.Unlock()
	return slices.Clone(core.pages)
}
