// Package files reads files of a bounded size. It must not know what the files mean.
package files

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge is the end of a file that is larger than what is read of its kind.
var ErrTooLarge = errors.New("the file is too large")

// Read is what the file at path holds, at most limit bytes; a larger one is ErrTooLarge.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s: %w: more than %d bytes", path, ErrTooLarge, limit)
	}
	return text, nil
}
