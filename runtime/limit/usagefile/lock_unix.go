//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package usagefile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile keeps other processes out until the file that it returns is closed, however the process ends. It is a file
// beside the one it guards, as that one is replaced by others.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			err = ErrLocked
		}
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s: %w", path, err)
	}
}
