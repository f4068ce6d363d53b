package httpproxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/integration/internal/wire"
)

// target is one address that requests go to, with its connections and what is known of its health.
type target struct {
	url    string
	host   string // what the Host field says
	base   string // path before every request's, without a slash at its end
	weight int
	seed   uint64       // of the address, for Hash
	pool   *wire.Pool   // of all requests where stages do not differ; else of health checks
	stages []*wire.Pool // of each stage's requests, where they show different certificates

	busy     atomic.Int64 // requests under way
	failures atomic.Int32 // in a row
	ejected  atomic.Int64 // until when, in Unix nanoseconds
	down     atomic.Bool  // by active checks
	streak   int          // of checks that contradict down; the checker's own

	warned atomic.Int64 // when a failure was logged last, in Unix nanoseconds
	unsaid atomic.Int64 // failures since then
}

// warnEvery is how often the log tells of one target's failures: an outage under load must not flood it.
const warnEvery = time.Second

// warn reports whether a failure is to be logged at now, and how many before it were not.
func (t *target) warn(now time.Time) (unsaid int64, ok bool) {
	last := t.warned.Load()
	if now.UnixNano()-last < int64(warnEvery) || !t.warned.CompareAndSwap(last, now.UnixNano()) {
		t.unsaid.Add(1)
		return 0, false
	}
	return t.unsaid.Swap(0), true
}

// origin is a URL without its path.
type origin struct {
	secure bool
	host   string // host[:port] as written, without the scheme's own port
	name   string // host alone
	port   string
}

func (o *origin) address() string { return net.JoinHostPort(o.name, o.port) }

var (
	errScheme    = errors.New("the scheme is not http or https")
	errHost      = errors.New("the host is missing or malformed")
	errAuthority = errors.New("a URL with user name or password is not taken")
	errURL       = errors.New("the URL holds a space, a control byte or a fragment")
)

// splitURL takes a URL apart into its origin and the rest, which starts with a slash, a question mark, or is empty. It
// takes less than the standard allows, so that nobody can read it in another way.
func splitURL(url string) (o origin, rest string, err error) {
	if !validTarget(url) {
		return o, "", errURL
	}
	scheme, after, found := strings.Cut(url, "://")
	switch {
	case !found:
		return o, "", errScheme
	case strings.EqualFold(scheme, "https"):
		o.secure = true
	case !strings.EqualFold(scheme, "http"):
		return o, "", errScheme
	}
	end := strings.IndexAny(after, "/?")
	if end < 0 {
		end = len(after)
	}
	if err := o.authority(after[:end]); err != nil {
		return o, "", err
	}
	return o, after[end:], nil
}

// authority reads host[:port].
func (o *origin) authority(text string) error {
	if strings.IndexByte(text, '@') >= 0 {
		return errAuthority
	}
	name, port := text, ""
	if i := strings.LastIndexByte(text, ':'); i >= 0 && strings.IndexByte(text[i:], ']') < 0 {
		name, port = text[:i], text[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errHost
		}
	}
	if !validHost(name) {
		return errHost
	}
	own := "80"
	if o.secure {
		own = "443"
	}
	o.host = strings.ToLower(name)
	o.name = strings.TrimSuffix(strings.TrimPrefix(o.host, "["), "]")
	o.port = own
	if port != "" && port != own {
		o.host, o.port = o.host+":"+port, port
	}
	return nil
}

// validHost takes names of letters, digits, `-`, `_` and dots, and IP addresses.
func validHost(name string) bool {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return err == nil && strings.HasSuffix(inner, "]") && addr.Is6() && addr.Zone() == ""
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		case c == '.' && i > 0 && name[i-1] != '.':
		default:
			return false
		}
	}
	return name != "" && len(name) <= 253
}

// validTarget reports whether text can stand in a request line: no space, no control byte, no fragment.
func validTarget(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c == 0x7f || c == '#' {
			return false
		}
	}
	return true
}

// newTarget is the target of t with its connections.
func (u *Upstream) newTarget(t Target) (*target, error) {
	o, rest, err := splitURL(t.URL)
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", t.URL, err)
	}
	if strings.IndexByte(rest, '?') >= 0 {
		return nil, fmt.Errorf("target %q: a query is not taken", t.URL)
	}
	made := &target{
		url:    t.URL,
		host:   o.host,
		base:   strings.TrimRight(rest, "/"),
		weight: max(t.Weight, 1),
		seed:   hashText(t.URL),
	}
	w := wire.Config{
		Address:        o.address(),
		ConnectTimeout: u.cfg.ConnectTimeout,
		IdleTimeout:    u.cfg.IdleTimeout,
		MaxConnections: max(u.cfg.MaxConnections, 0),
	}
	switch exchange := u.core.Exchanger(); {
	case exchange != nil:
		w.Dial = u.inMemory(o, exchange)
		made.pool = wire.NewPool(w)
	case o.secure:
		made.secure(w, o.name, u.ids)
	default:
		made.pool = wire.NewPool(w)
	}
	return made, nil
}

// secure gives t a pool for each certificate, so that a connection, or a session, of one never serves another's.
func (t *target) secure(w wire.Config, host string, ids *identities) {
	pools := make([]*wire.Pool, len(ids.secrets))
	for i, s := range ids.secrets {
		w.TLS = (&handshakes{secrets: s, host: host}).config
		pools[i] = wire.NewPool(w)
	}
	t.pool = pools[ids.checks]
	for _, i := range ids.stages {
		t.stages = append(t.stages, pools[i])
	}
}

// poolFor is the connections that a request of c's stage may use.
func (t *target) poolFor(c *gw.Ctx) *wire.Pool {
	if t.stages == nil {
		return t.pool
	}
	return t.stages[c.StageIndex()]
}

func (t *target) close() {
	t.pool.Close()
	for _, pool := range t.stages { // closing one twice does no harm
		pool.Close()
	}
}
