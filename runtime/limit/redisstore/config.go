package redisstore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Mode is how gateways share; the package's comment has what each costs.
type Mode uint8

const (
	Leased Mode = iota // batches of tokens ahead of demand: requests stay local, the limit is kept
	Exact              // one round trip for each request
	Local              // the limit divided by the number of gateways
)

// ParseMode reads a mode as flags write it: exact, leased or local.
func ParseMode(text string) (Mode, error) {
	for _, m := range []Mode{Leased, Exact, Local} {
		if text == m.String() {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%q is no mode: exact, leased or local", text)
}

// String is the mode as ParseMode reads it.
func (m Mode) String() string {
	switch m {
	case Exact:
		return "exact"
	case Local:
		return "local"
	default:
		return "leased"
	}
}

// Config says where Redis is and how it is used. URL is required; the zero value of all else is fine.
type Config struct {
	// URL is where Redis is:
	//
	//	redis://[USER[:PASSWORD]@]HOST[:PORT][/DB]
	//	redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT],…/MASTER[/DB]     hosts of sentinels (port 26379)
	//	redis+cluster://[USER[:PASSWORD]@]HOST[:PORT],…                  some of the cluster's nodes
	//
	// With rediss in place of redis, over TLS. Special characters of user and password are percent-encoded, a lone
	// USER without colon is a user without password. Query parameters: ca, cert, key (PEM files: who may sign for Redis, and
	// what this gateway shows), server-name (the name in Redis's certificate, when it is not the host),
	// sentinel-user, sentinel-password.
	URL string
	// Password is that of the URL, for URLs that anybody may see.
	Password string
	// CA is a PEM file, as ca in URL.
	CA string
	// Mode is how gateways share.
	Mode Mode
	// Prefix stands before all keys: `gatewright:API`, where API tells gateways of different documents apart. Without one it is
	// `gatewright`. It must not have braces.
	Prefix string
	// Node names this gateway among those that share; random when empty.
	Node string
	// Timeout is how long Redis may take for one round trip; 100 ms when 0.
	Timeout time.Duration
	// Wait is how long a request waits for Redis at most, whatever its deadline; 50 ms when 0.
	Wait time.Duration
	// Away says that Open succeeds when Redis cannot be reached. It is tried again until it can.
	Away bool
	// Refused says that Open succeeds when Redis is not one that works: it refuses the credentials, lacks rights, is too
	// old. It is tried again until somebody has mended that.
	Refused bool
	// Logger is told when Redis goes away and comes back; slog.Default when nil.
	Logger *slog.Logger
	// Now is the clock, which must not go back; time.Now when nil.
	Now func() time.Time
}

// defaults fills in what is left open.
func (c Config) defaults() (Config, error) {
	if c.Prefix == "" {
		c.Prefix = "gatewright"
	}
	if strings.ContainsAny(c.Prefix, "{}") {
		return c, errors.New("the prefix of keys must not have braces: Redis would take them for the tag")
	}
	if c.Node == "" {
		c.Node = rand.Text()
	}
	if c.Timeout <= 0 {
		c.Timeout = 100 * time.Millisecond
	}
	if c.Wait <= 0 {
		c.Wait = 50 * time.Millisecond
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c, nil
}
