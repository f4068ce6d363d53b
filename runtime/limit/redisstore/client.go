package redisstore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// workers are how many round trips one server has under way at a time.
const workers = 4

// bufferSize is what each connection reads and writes at once.
const bufferSize = 32 << 10

// client connects to a place. Nothing is repeated by the client: scripts that take must run once. Contexts have the time for round
// trips; the client's own, which it measures from up to 50 ms before, are longer.
func (p place) client(timeout time.Duration) (single *redis.Client, many *redis.ClusterClient, err error) {
	var secure *tls.Config
	if p.tls {
		if secure, err = p.tlsConfig(); err != nil {
			return nil, nil, err
		}
	}
	switch p.topology {
	case sentinel:
		return redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: p.master, SentinelAddrs: p.addrs, SentinelUsername: p.sentinelUser, SentinelPassword: p.sentinelPassword,
			Username: p.user, Password: p.password, DB: p.db, TLSConfig: secure,
			MaxRetries: -1, DialTimeout: dialTimeout(timeout), DialerRetries: 1, ReadTimeout: 2 * timeout, WriteTimeout: 2 * timeout, PoolTimeout: timeout,
			ContextTimeoutEnabled: true, PoolSize: workers + 2, PipelinePoolSize: -1,
			ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, DisableIdentity: true,
		}), nil, nil
	case cluster:
		return nil, redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: p.addrs, Username: p.user, Password: p.password, TLSConfig: secure, MaxRedirects: 2,
			MaxRetries: -1, DialTimeout: dialTimeout(timeout), DialerRetries: 1, ReadTimeout: 2 * timeout, WriteTimeout: 2 * timeout, PoolTimeout: timeout,
			ContextTimeoutEnabled: true, PoolSize: workers + 2, PipelinePoolSize: -1,
			ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, DisableIdentity: true, DisableRoutingPolicies: true,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		}), nil
	default:
		return redis.NewClient(&redis.Options{
			Addr: p.addrs[0], Username: p.user, Password: p.password, DB: p.db, TLSConfig: secure,
			MaxRetries: -1, DialTimeout: dialTimeout(timeout), DialerRetries: 1, ReadTimeout: 2 * timeout, WriteTimeout: 2 * timeout, PoolTimeout: timeout,
			ContextTimeoutEnabled: true, PoolSize: workers + 2, PipelinePoolSize: -1,
			ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, DisableIdentity: true,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		}), nil, nil
	}
}

// dialTimeout leaves more time for connections, which requests do not wait for, than for round trips.
func dialTimeout(timeout time.Duration) time.Duration { return max(5*timeout, time.Second) }

func (p place) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: p.serverName}
	if p.ca != "" {
		pem, err := os.ReadFile(p.ca)
		if err != nil {
			return nil, fmt.Errorf("the CA of Redis: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("the CA of Redis: no certificate in " + p.ca)
		}
	}
	if p.cert != "" {
		pair, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			return nil, fmt.Errorf("the certificate for Redis: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
