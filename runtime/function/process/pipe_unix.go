//go:build unix

package process

import (
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// Read implements io.Reader. The bytes leave the pipe and are counted in one step, as about relies on the sum of both.
func (p *pipe) Read(room []byte) (n int, err error) {
	if p.raw == nil {
		return p.end.Read(room)
	}
	waited := p.raw.Read(func(fd uintptr) bool {
		p.output.mu.Lock()
		defer p.output.mu.Unlock()
		for {
			n, err = syscall.Read(int(fd), room)
			if err != syscall.EINTR {
				break
			}
		}
		p.taken += int64(max(n, 0))
		return err != syscall.EAGAIN
	})
	switch {
	case waited != nil:
		return 0, waited
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// unreadOf is how much a pipe holds.
func unreadOf(fd uintptr) int {
	n, err := unix.IoctlGetInt(int(fd), countUnread)
	if err != nil {
		return 0
	}
	return n
}
