package fast

import (
	"time"

	"golang.org/x/sys/unix"
)

// TellsWaits says whether this system knows how long data waited in a socket.
const TellsWaits = true

// waited is how long what was read last waited in the socket, at least: the kernel knows when data last came, in steps of
// its clock of up to 10 milliseconds. quiet is how long nothing was sent: what a client sends before it has the answer to
// its last request waits for that.
func (s *sock) waited() (wait, quiet time.Duration) {
	raw := s.direct.raw
	if raw == nil {
		return 0, 0
	}
	_ = raw.Control(func(fd uintptr) { // an error means that the connection is closed
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			wait = time.Duration(info.Last_data_recv) * time.Millisecond
			quiet = time.Duration(info.Last_data_sent) * time.Millisecond
		}
	})
	return wait, quiet
}
