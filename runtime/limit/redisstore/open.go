package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gatewright/gatewright/runtime/limit"
)

// oldest is the oldest major version of Redis that works: scripts that read the clock and write need effects replication.
const oldest = 5

var errTooOld = errors.New("its version is too old")

// openTime is how long Open waits at most.
const openTime = 5 * time.Second

// Open connects to Redis, and says what is wrong if it can be seen at once: that it cannot be reached, asks for other credentials
// or rights, or is too old. Its errors never show the password. What config.Away and config.Refused take is no error, but is
// logged.
func Open(ctx context.Context, config Config) (*Store, error) {
	config, err := config.defaults()
	if err != nil {
		return nil, err
	}
	place, err := parseURL(config.URL)
	if err != nil {
		return nil, err
	}
	if config.Password != "" {
		if place.password != "" {
			return nil, errors.New("the password of Redis is given twice")
		}
		place.password = config.Password
	}
	if config.CA != "" {
		if place.ca = config.CA; !place.tls {
			return nil, errors.New("a CA for Redis is given but its URL has no TLS: it starts with rediss")
		}
	}
	single, many, err := place.client(config.Timeout)
	if err != nil {
		return nil, err
	}
	s := newStore(config, single, many)
	if err := s.connectPatiently(ctx); err != nil {
		err = fmt.Errorf("redis at %s: %w", strings.Join(place.addrs, ","), explain(err, place))
		away := fmt.Errorf("%w: %w", ErrUnavailable, err)
		s.away.Store(&away)
		refused := !mends(err)
		if refused && !config.Refused || !refused && !config.Away {
			return nil, errors.Join(err, s.Close())
		}
		if refused {
			config.Logger.Error("redis cannot be used", "error", err)
		} else {
			config.Logger.Warn("redis cannot be reached yet", "error", err)
		}
		s.running.Go(func() { s.reconnect(place) })
	}
	s.running.Go(s.keep)
	return s, nil
}

// connectPatiently connects, and tries again where the first round trips take too long, or Redis is still reading its data.
func (s *Store) connectPatiently(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	for wait := newBackoff(); ; {
		err := s.connect(ctx)
		var slow net.Error
		if err == nil || !redis.IsLoadingError(err) && !(errors.As(err, &slow) && slow.Timeout()) || !wait.sleep(ctx) {
			return err
		}
	}
}

// reconnect tries until Redis can be used.
func (s *Store) reconnect(place place) {
	for wait := newBackoff(); wait.sleep(s.ctx); {
		err := s.connectPatiently(s.ctx)
		if err == nil {
			s.away.Store(nil)
			s.config.Logger.Info("redis is reached")
			return
		}
		before := *s.away.Load()
		err = fmt.Errorf("%w: redis at %s: %w", ErrUnavailable, strings.Join(place.addrs, ","), explain(err, place))
		if err.Error() != before.Error() {
			s.config.Logger.Warn("redis cannot be used yet", "error", err)
		}
		s.away.Store(&err)
	}
}

// connect tries all that this store needs of Redis.
func (s *Store) connect(ctx context.Context) error {
	if s.many == nil {
		if err := check(ctx, s.only); err != nil {
			return err
		}
		return s.rehearse(ctx, s.only)
	}
	if err := s.many.ForEachMaster(ctx, check); err != nil {
		return err
	}
	return s.rehearse(ctx, s.many)
}

// check asks a server for its version.
func check(ctx context.Context, client *redis.Client) error {
	if err := client.Ping(ctx).Err(); err != nil {
		return err
	}
	info, err := client.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	_, version, found := strings.Cut(info, "redis_version:")
	version, _, _ = strings.Cut(version, "\r\n")
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); !found || err != nil || n < oldest {
		return fmt.Errorf("%w: %q, and %d.0 is the oldest that works", errTooOld, version, oldest)
	}
	return nil
}

// rehearse runs each script once, on keys that no line has: what the user may not do shows now.
func (s *Store) rehearse(ctx context.Context, client redis.Scripter) error {
	key := s.config.Prefix + ":{%}:probe"
	args := taking{}.appendTo([]any{s.config.Node, 0, leaseTime / 1000}, false, &limits{rate: limit.Rate{PerSecond: 1, Burst: 1}})
	if err := client.Eval(ctx, s.scripts.take.source, []string{key}, args...).Err(); err != nil {
		return err
	}
	reply, err := client.Eval(ctx, s.scripts.nodes.source, []string{s.nodesKey()}, s.nodesArgs(false)...).Int64Slice()
	if err != nil {
		return err
	}
	s.nodes.Store(max(1, reply[1]))
	return nil
}

// explain puts what Redis answers into words of this configuration.
func explain(err error, p place) error {
	var untrusted *tls.CertificateVerificationError
	text := err.Error()
	switch {
	case strings.Contains(text, "WRONGPASS"), strings.Contains(text, "invalid password"):
		return fmt.Errorf("wrong user or password: %w", err)
	case strings.Contains(text, "NOAUTH"):
		return fmt.Errorf("it asks for a password, and the URL has none: %w", err)
	case strings.Contains(text, "called without any password configured"):
		return fmt.Errorf("the URL has a password, and it knows none: %w", err)
	case strings.Contains(text, "NOPERM"):
		return fmt.Errorf("its user lacks rights: %w", err)
	case strings.Contains(text, "cluster support disabled"):
		return fmt.Errorf("the URL says cluster, and it is none: %w", err)
	case strings.HasPrefix(text, "MOVED"):
		return fmt.Errorf("it is a cluster: the URL starts with redis+cluster: %w", err)
	case p.topology == sentinel && errors.Is(err, redis.Nil):
		return fmt.Errorf("its sentinels know no master %q: %w", p.master, err)
	case errors.As(err, &untrusted):
		return fmt.Errorf("its certificate is not trusted: %w", err)
	}
	return err
}

// mends says whether an error may go away by itself: Redis cannot be reached, or is about to start.
func mends(err error) bool {
	var answer redis.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted), errors.Is(err, errTooOld):
		return false
	case redis.IsLoadingError(err), redis.IsMasterDownError(err), redis.IsClusterDownError(err), redis.IsReadOnlyError(err):
		return true
	}
	return !errors.As(err, &answer)
}
