package jwt

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"time"
)

// IssuerConfig is an issuer as x-gateway-issuers describes it (extensions.md). Without JWKSURL and JWKSFile its keys are
// found by discovery.
type IssuerConfig struct {
	// Issuer is what iss must be, to the byte: a trailing slash matters.
	Issuer string
	// JWKSURL is where the keys are: https, or http on loopback.
	JWKSURL string
	// JWKSFile is a file with the keys. It is read at once, and again when it has changed (gw.Core.OnReload).
	JWKSFile string
	// CacheFor is how long fetched keys are used before they are fetched again; default an hour, at least 10 seconds.
	CacheFor time.Duration
	// ClockSkew is how far the issuer's clock may be off; default, when 0, a minute; NoClockSkew: not at all. At most 10 minutes.
	ClockSkew time.Duration
}

// Config is what a verifier accepts.
type Config struct {
	// Issuers are those whose tokens are accepted. No two may have the same name.
	Issuers []*Issuer
	// Audience is who tokens may be for: aud, or client_id where there is no aud (http-api.md 6.1). It may be empty with
	// Cognito alone: every client of the pool is then welcome (rest.md 12.4).
	Audience []string
	// Cognito accepts ID tokens where no scopes are asked for and access tokens where there are, and shows claims the
	// way of REST APIs; without it, the way of HTTP APIs.
	Cognito bool
}

// NoClockSkew is the ClockSkew of an issuer whose clock is as good as ours.
const NoClockSkew time.Duration = -1

// Bounds and defaults of the settings.
const (
	defaultCacheFor = time.Hour
	minCacheFor     = 10 * time.Second
	defaultSkew     = time.Minute
	maxSkew         = 10 * time.Minute
)

func (cfg IssuerConfig) withDefaults() IssuerConfig {
	if cfg.CacheFor == 0 {
		cfg.CacheFor = defaultCacheFor
	}
	switch {
	case cfg.ClockSkew == 0:
		cfg.ClockSkew = defaultSkew
	case cfg.ClockSkew < 0:
		cfg.ClockSkew = 0
	}
	return cfg
}

// check says what is wrong with settings that have their defaults.
func (cfg *IssuerConfig) check() error {
	switch {
	case cfg.Issuer == "":
		return errors.New("it has no name")
	case cfg.JWKSURL != "" && cfg.JWKSFile != "":
		return errors.New("its keys have a URL and a file: there can be one")
	case cfg.CacheFor < minCacheFor:
		return fmt.Errorf("keys are kept for %v: at least %v are needed", cfg.CacheFor, minCacheFor)
	case cfg.ClockSkew > maxSkew:
		return fmt.Errorf("a clock skew of %v: at most %v are allowed", cfg.ClockSkew, maxSkew)
	case cfg.JWKSFile != "":
		return nil
	case cfg.JWKSURL != "":
		return checkURL(cfg.JWKSURL)
	default:
		return checkURL(cfg.Issuer)
	}
}

// checkURL refuses an address that keys must not come from: who can change them on the way can sign tokens.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("the address of its keys is no URL")
	case u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "":
		return errors.New("the address of its keys needs a host, and has no user and no fragment")
	case u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	default:
		return errors.New("the address of its keys must be https, or http on loopback")
	}
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// check says what is wrong with the settings.
func (cfg *Config) check() error {
	if len(cfg.Issuers) == 0 {
		return errors.New("there is no issuer")
	}
	if len(cfg.Audience) == 0 && !cfg.Cognito {
		return errors.New("there is no audience")
	}
	if slices.Contains(cfg.Audience, "") {
		return errors.New("an audience is empty")
	}
	for i, issuer := range cfg.Issuers {
		if issuer == nil {
			return errors.New("an issuer is nil")
		}
		for _, other := range cfg.Issuers[:i] {
			if other.cfg.Issuer == issuer.cfg.Issuer {
				return fmt.Errorf("issuer %q stands twice", issuer.cfg.Issuer)
			}
		}
	}
	return nil
}
