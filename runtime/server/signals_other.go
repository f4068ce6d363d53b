//go:build !unix

package server

import (
	"os"
	"os/signal"
)

// notify returns the signals that a gateway acts on.
func notify() (<-chan os.Signal, func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt)
	return signals, func() { signal.Stop(signals) }
}

// order is what a signal asks for.
func order(os.Signal) command { return stop }
