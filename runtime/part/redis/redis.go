// Package redis is the part of a gateway that shares its limits with other gateways through Redis (gatewright generate
// --with redis): flags become a store. It must not know how Redis counts, nor what is limited.
package redis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
	"github.com/gatewright/gatewright/runtime/limit/redisstore"
)

// Part is the part. Its zero value is ready.
type Part struct{}

var _ gw.Part = Part{}

// The flags.
const (
	urlFlag      = "redis"
	modeFlag     = "redis-mode"
	passwordFlag = "redis-password"
	waitFlag     = "redis-wait"
)

// Flags are what the part is told by.
func (Part) Flags() []gw.PartFlag {
	return []gw.PartFlag{
		{Name: urlFlag, Value: "URL", Check: redisstore.CheckURL,
			Help: "share limits with other gateways: redis://[USER[:PASSWORD]@]HOST[:PORT][/DB], redis+sentinel://HOST,…/MASTER,\nredis+cluster://HOST,…; over TLS rediss in place of redis"},
		{Name: modeFlag, Value: "exact|leased|local", Check: checkMode,
			Help: "ask Redis for each request, for batches ahead of demand (default), or only how many gateways there are"},
		{Name: passwordFlag, Value: "env:NAME|file:PATH", Check: checkSource,
			Help: "where the password for --redis is, when not in its URL"},
		{Name: waitFlag, Value: "TIME", Check: checkWait,
			Help: "longest that a request waits for Redis before the limit's onFailure decides (default 50ms)"},
	}
}

// Options are the store that the flags ask for; none without --redis.
func (Part) Options(value func(flag string) string) ([]gw.Option, error) {
	if value(urlFlag) == "" {
		for _, flag := range []string{modeFlag, passwordFlag, waitFlag} {
			if value(flag) != "" {
				return nil, fmt.Errorf("--%s needs --%s", flag, urlFlag)
			}
		}
		return nil, nil
	}
	s := settings{password: value(passwordFlag), config: redisstore.Config{URL: value(urlFlag)}}
	var err error
	if mode := value(modeFlag); mode != "" {
		if s.config.Mode, err = redisstore.ParseMode(mode); err != nil {
			return nil, err
		}
	}
	if wait := value(waitFlag); wait != "" {
		if s.config.Wait, err = parseWait(wait); err != nil {
			return nil, err
		}
		s.config.Timeout = max(shortestTimeout, 2*s.config.Wait)
	}
	return []gw.Option{gw.WithStore(s.open)}, nil
}

// shortestTimeout is how long a round trip may take at least: requests wait less, but what they asked for still counts for
// those that come next.
const shortestTimeout = 100 * time.Millisecond

func checkMode(text string) error {
	_, err := redisstore.ParseMode(text)
	return err
}

func checkWait(text string) error {
	_, err := parseWait(text)
	return err
}

// parseWait takes what a request may wait at all.
func parseWait(text string) (time.Duration, error) {
	wait, err := time.ParseDuration(text)
	if err != nil || wait < time.Millisecond || wait > 10*time.Second {
		return 0, fmt.Errorf("%q is no duration between 1ms and 10s", text)
	}
	return wait, nil
}

func checkSource(text string) error {
	kind, name, _ := strings.Cut(text, ":")
	if kind != "env" && kind != "file" || name == "" {
		return errors.New("a password is not written down, but named: env:NAME or file:PATH") // the text may be one
	}
	return nil
}

// read is what a source holds.
func read(source string) (string, error) {
	kind, name, _ := strings.Cut(source, ":")
	if kind == "env" {
		if text, ok := os.LookupEnv(name); ok {
			return text, nil
		}
		return "", fmt.Errorf("the variable %s is not set", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

// settings are what the flags say.
type settings struct {
	config   redisstore.Config
	password string // where it is; empty: in the URL, or there is none
}

// open opens the store for a gateway. All gateways of an API share, whatever the version of its document.
func (s settings) open(core *gw.Core, policies []limit.Policy) (limit.Store, error) {
	config := s.config
	config.Prefix = "gatewright:" + core.API().ID
	config.Logger = core.Logger()
	if s.password != "" {
		var err error
		if config.Password, err = read(s.password); err != nil {
			return nil, fmt.Errorf("--%s: %w", passwordFlag, err)
		}
	}
	// A Redis that cannot be reached may come back before this gateway is needed. One that will not have it is mended by a
	// person, who is called soonest by a start that fails: unless limits hold without it.
	config.Away, config.Refused = true, !needed(config.Mode, policies)
	redisstore.LogClient(config.Logger)
	store, err := redisstore.Open(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", urlFlag, err)
	}
	watch(core, store, config.Mode, policies)
	return store, nil
}

// needed reports whether requests are refused without Redis. In local mode they do not depend on it.
func needed(mode redisstore.Mode, policies []limit.Policy) bool {
	return mode != redisstore.Local && slices.Contains(policies, limit.Closed)
}

// watch has /readyz tell of a store that does not answer.
func watch(core *gw.Core, store limit.Store, mode redisstore.Mode, policies []limit.Policy) {
	tell := core.OnAilment
	if needed(mode, policies) {
		tell = core.OnHealth
	}
	meanwhile := meanwhile(mode, policies)
	tell(func() error {
		if err := store.Healthy(); err != nil {
			return fmt.Errorf("%s: %w", meanwhile, err)
		}
		return nil
	})
}

// meanwhile says what becomes of limits without Redis.
func meanwhile(mode redisstore.Mode, policies []limit.Policy) string {
	if mode == redisstore.Local {
		return "limits are divided by the gateways that were last seen"
	}
	words := map[limit.Policy]string{limit.Local: "kept by each gateway alone", limit.Closed: "closed", limit.Open: "open"}
	var all []string
	for _, p := range []limit.Policy{limit.Local, limit.Open, limit.Closed} {
		if slices.Contains(policies, p) {
			all = append(all, words[p])
		}
	}
	return "limits are " + strings.Join(all, " or ")
}
