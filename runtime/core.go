package runtime

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Core is the part of a gateway that every generated gateway has: stages, answers, limits and the request's life.
type Core struct {
	api      *API
	region   string
	settings settings
	serve    func(*Ctx) Fault

	stages  []*stage // one for each mounted stage; with atRoot just the one
	atRoot  bool
	domains []*domain
	binary  binaryTypes
	answers [faultCount]*answer // nil: as rest.md has it
	routes  routeIndex
	pool    sync.Pool

	upstreams upstreamTargets
	functions functionTargets
	replies   replyChecks
	plans     func(*Overrides) error                           // nil: no operation wants an API key
	limits    func(*LimitOverrides) (commit func(), err error) // nil: no operation has a limit
	closing   atomic.Bool

	compressors compressors
	netContexts netContexts
	sharing     sharing
	shared      sharedStore

	mu      sync.Mutex
	faults  []error
	onClose []func()
	health  health
	hot     []*HotFiles
	pages   []Page
	closed  bool

	onHandOver  []func()
	usageWanted bool
}

// Limits bounds what one request may cost. Zero values are the defaults.
type Limits struct {
	// BufferedBody is the largest body that is read whole for a mapping or a conversion; default 10 MiB.
	BufferedBody int64
	// ReplyBytes is the largest answer of a backend that is read whole; default 10 MiB.
	ReplyBytes int64
	// Body is the largest request body at all; default none.
	Body int64
	// Depth is how deep objects and arrays may nest in a JSON body that is checked; default, and at most, 400.
	Depth int
}

const mebi = 1 << 20

// NewCore is the core of a gateway for api. What is wrong with the options is said by Start.
func NewCore(api *API, options ...Option) *Core {
	core := &Core{api: api}
	core.settings.apply(options)
	core.region = firstOf(api.Region, os.Getenv("AWS_REGION"), "us-east-1")
	core.binary = newBinaryTypes(api.BinaryMediaTypes)
	core.answers = newAnswers(api)
	core.routes = newRouteIndex(api.Routes)
	core.mountStages()
	core.mountDomains()
	core.pool.New = func() any { return newCtx(core) }
	return core
}

func firstOf(texts ...string) string {
	i := slices.IndexFunc(texts, func(t string) bool { return t != "" })
	if i < 0 {
		return ""
	}
	return texts[i]
}

// Start makes the core serve with serve, or says what was wrong with the options and with what else was built on the
// core. After an error the core is closed.
func (core *Core) Start(serve func(*Ctx) Fault) error {
	core.serve = core.accounted(core.identified(serve))
	core.checkUpstreams()
	core.checkFunctions()
	core.checkStore()
	core.checkUsageFile()
	if len(core.api.VPCEndpoints) > 0 && len(core.settings.trusted) == 0 {
		core.settings.logger.Warn("the API is private, and no proxy is trusted to say where requests come from: all are refused", "api", core.api.Title)
	}
	core.mu.Lock()
	err := errors.Join(core.faults...)
	core.mu.Unlock()
	if err != nil {
		core.Close()
		return fmt.Errorf("gateway %q: %w", core.api.Title, err)
	}
	return nil
}

// Fail notes an error of construction; Start returns it.
func (core *Core) Fail(err error) {
	core.mu.Lock()
	defer core.mu.Unlock()
	core.faults = append(core.faults, err)
}

// OnClose has f called once by Close, the latest first; after Close at once.
func (core *Core) OnClose(f func()) {
	core.mu.Lock()
	closed := core.closed
	if !closed {
		core.onClose = append(core.onClose, f)
	}
	core.mu.Unlock()
	if closed {
		f()
	}
}

// Close gives back what the gateway holds: connections, goroutines. Requests under way should have ended before.
func (core *Core) Close() error {
	core.mu.Lock()
	hooks := core.onClose
	core.onClose, core.closed = nil, true
	core.mu.Unlock()
	for _, f := range slices.Backward(hooks) {
		f()
	}
	return nil
}

// CloseConnections has every further answer close its connection: the gateway is about to stop.
func (core *Core) CloseConnections() { core.closing.Store(true) }

// API is what the document says of the API.
func (core *Core) API() *API { return core.api }

// Routes are all routes, in order of path and method.
func (core *Core) Routes() []*Route { return core.api.Routes }

// Region is the API's region, resolved.
func (core *Core) Region() string { return core.region }

// Now is the time.
func (core *Core) Now() time.Time { return core.settings.now() }

// Since is the time since an earlier Now. It reads the monotonic clock alone, in half the time of Now.
func (core *Core) Since(t time.Time) time.Duration { return core.settings.since(t) }

// Logger is where the gateway writes what an operator should know.
func (core *Core) Logger() *slog.Logger { return core.settings.logger }

// Limits are the limits in force, defaults filled in.
func (core *Core) Limits() Limits { return core.settings.limits }

// AWSLimits reports whether Amazon's own limits are imposed.
func (core *Core) AWSLimits() bool { return core.settings.awsLimits }

// RateLimitHeaders reports whether clients are told of limits.
func (core *Core) RateLimitHeaders() bool { return core.settings.informs }

// trusted reports whether addr is one of our own proxies.
func (core *Core) trusted(addr netip.Addr) bool {
	for _, prefix := range core.settings.trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
