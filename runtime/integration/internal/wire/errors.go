package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

// Why an exchange failed. Errors of this package wrap at most one of them.
var (
	// ErrTimeout says that the deadline passed.
	ErrTimeout = errors.New("wire: the deadline passed")
	// ErrAbandoned says that nobody waits for the answer any more.
	ErrAbandoned = errors.New("wire: nobody waits for the answer")
	// ErrAddress says that the host is none or has no address.
	ErrAddress = errors.New("wire: no such host")
	// ErrConnect says that nothing was sent because no connection could be made.
	ErrConnect = errors.New("wire: no connection")
	// ErrStale says that nothing was sent because the backend had closed an idle connection, or sent something
	// unasked on it.
	ErrStale = errors.New("wire: the idle connection was closed")
	// ErrMalformed says that what came is no HTTP answer.
	ErrMalformed = errors.New("wire: malformed answer")
	// ErrBroken says that the connection ended in the middle of an exchange.
	ErrBroken = errors.New("wire: the connection broke")
)

// dialError sorts the error of a dial or a handshake; late says that the request's own deadline has passed, not just the
// time that a connection may take.
func dialError(err error, late bool) error {
	var unknown *net.DNSError
	var address *net.AddrError
	switch {
	case late && isTimeout(err):
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	case errors.As(err, &unknown) && !unknown.IsTimeout, errors.As(err, &address):
		return fmt.Errorf("%w: %w", ErrAddress, err)
	default:
		return fmt.Errorf("%w: %w", ErrConnect, err)
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &t) && t.Timeout()
}
