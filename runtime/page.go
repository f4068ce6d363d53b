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

// UsageFile is where quota counts are kept over a restart; empty: nowhere. With takeOver another process may still have the
// file, and will soon let it go (Core.HandOver).
type UsageFile struct {
	Path     string
	TakeOver bool
}

// WithUsageFile keeps the counts of quotas in a file. Without a quota in the document it does nothing, of which Start warns.
func WithUsageFile(f UsageFile) Option { return func(s *settings) { s.usageFile = f } }

// UsageFile is what WithUsageFile said. Who asks uses it.
func (core *Core) UsageFile() UsageFile {
	core.usageWanted = true
	return core.settings.usageFile
}

// checkUsageFile warns of a file that nothing is kept in.
func (core *Core) checkUsageFile() {
	if core.settings.usageFile.Path != "" && !core.usageWanted {
		core.Logger().Warn("the document has no usage plan that counts: nothing is kept in the usage file", "file", core.settings.usageFile.Path)
	}
}
