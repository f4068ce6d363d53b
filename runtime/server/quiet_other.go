//go:build !linux

package server

import (
	"errors"
	"net"
)

// quieten fails where a listener cannot be told to take no more: what comes into its queue as it closes is reset.
func quieten(net.Listener) error { return errors.ErrUnsupported }
