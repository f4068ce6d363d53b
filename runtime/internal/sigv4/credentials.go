package sigv4

import (
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Why there are no credentials. Errors of this package wrap at most one of them.
var (
	// ErrLate is a deadline that passed before there were credentials.
	ErrLate = errors.New("no AWS credentials in time")
	// ErrNone is a chain that has none, or a role that could not be taken on.
	ErrNone = errors.New("no AWS credentials")
)

// Credentials are what signs requests. They do not change.
type Credentials struct {
	keys    aws.Credentials
	expires time.Time // zero: never
	refresh time.Time // when new ones are fetched, ahead of the end
}

// Refreshing begins before the end: by a fifth of what is left of credentials when they come, at most five minutes, so
// that the end is never reached while the source works.
const (
	aheadShare = 5
	aheadMost  = 5 * time.Minute
)

// Static are credentials that never end, such as a caller's own. An empty token is none.
func Static(accessKeyID, secret, token string) *Credentials {
	return &Credentials{keys: aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret, SessionToken: token}}
}

func newCredentials(keys aws.Credentials, now time.Time) *Credentials {
	c := &Credentials{keys: keys}
	if keys.CanExpire {
		c.expires = keys.Expires
		c.refresh = keys.Expires.Add(-min(keys.Expires.Sub(now)/aheadShare, aheadMost))
	}
	return c
}

// alive reports whether c signs at now.
func (c *Credentials) alive(now time.Time) bool {
	return c != nil && (c.expires.IsZero() || now.Before(c.expires))
}

// aging reports whether it is time to fetch new ones.
func (c *Credentials) aging(now time.Time) bool {
	return !c.expires.IsZero() && !now.Before(c.refresh)
}

// String names the key and nothing that is secret.
func (c *Credentials) String() string { return "AWS credentials " + c.keys.AccessKeyID }

// GoString is String, so that no verb shows more.
func (c *Credentials) GoString() string { return c.String() }

// LogValue implements slog.LogValuer.
func (c *Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }
