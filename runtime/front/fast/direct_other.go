//go:build !linux

package fast

import "net"

// direct reads and writes a socket the standard way where nothing cheaper is known.
type direct struct{ conn net.Conn }

func (d *direct) open(nc net.Conn) { d.conn = nc }

func (d *direct) read(b []byte) (int, error) { return d.conn.Read(b) }

func (d *direct) write(b []byte) (int, error) { return d.conn.Write(b) }

func (d *direct) readNow([]byte) (int, error) { return 0, errAgain }
