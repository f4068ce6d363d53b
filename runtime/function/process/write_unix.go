//go:build unix

package process

import "syscall"

// writeNow writes what can be written of text to a socket without waiting.
func writeNow(fd uintptr, text []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), text)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
