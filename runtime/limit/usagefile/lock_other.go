//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package usagefile

import (
	"errors"
	"fmt"
	"os"
)

// lockFile refuses, as two processes on one file would be worse than none.
func lockFile(path string) (*os.File, error) {
	return nil, fmt.Errorf("%s: locks of files: %w", path, errors.ErrUnsupported)
}
