//go:build unix

package server

import (
	"os"
	"os/signal"
	"syscall"
)

// notify returns the signals that a gateway acts on.
func notify() (<-chan os.Signal, func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR2)
	return signals, func() { signal.Stop(signals) }
}

// order is what a signal asks for.
func order(s os.Signal) command {
	switch s {
	case syscall.SIGHUP:
		return reload
	case syscall.SIGUSR2:
		return handOver
	default:
		return stop
	}
}
