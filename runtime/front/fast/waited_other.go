//go:build !linux

package fast

import (
	"net"
	"time"
)

// TellsWaits says whether this system knows how long data waited in a socket.
const TellsWaits = false

// waited is not known.
func (*sock) waited() (wait, quiet time.Duration) { return 0, 0 }

// stamped reads a socket of which the kernel tells when data came: none does.
type stamped struct{ net.Conn }

func stamp(*sock) *stamped { return nil }

func (s *stamped) read(b []byte) (n int, received time.Time, err error) {
	n, err = s.Read(b)
	return n, time.Time{}, err
}
