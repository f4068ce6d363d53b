package proxyproto

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
)

// Parts of a header of version 2 (HAProxy's proxy-protocol.txt, section 2.2).
const (
	signature = "\r\n\r\n\x00\r\nQUIT\n"
	fixedSize = 16 // signature, version and command, family, length

	versionAndLocal = 0x20
	versionAndProxy = 0x21

	unspecified = 0x00
	tcp4        = 0x11
	tcp6        = 0x21
	unixStream  = 0x31

	tcp4Size = 12
	tcp6Size = 36
)

// Types of what follows the addresses: type, length, value. Others are passed over.
const (
	typeChecksum = 0x03 // CRC-32C of the whole header, these four bytes taken as zero
	typeAmazon   = 0xea
	amazonVPCE   = 0x01 // the value's first byte: the id of a VPC endpoint follows
)

// maxEndpoint bounds an endpoint's id.
const maxEndpoint = 64

// Read reads the header that r begins with, and nothing behind it. An error of r's own is returned as it is, an end
// within the header as io.ErrUnexpectedEOF; all other errors wrap ErrMalformed.
func Read(r io.Reader) (*Header, error) {
	var room [MaxSize]byte
	b := room[:len(signature)]
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	switch {
	case string(b) == signature:
		return readBinary(r, room[:])
	case bytes.HasPrefix(b, []byte(textPrefix)):
		return readText(r, room[:])
	default:
		return nil, malformed("there is none")
	}
}

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// readBinary reads a header of version 2 whose signature stands in room.
func readBinary(r io.Reader, room []byte) (*Header, error) {
	if _, err := io.ReadFull(r, room[len(signature):fixedSize]); err != nil {
		return nil, ended(err)
	}
	size := fixedSize + int(binary.BigEndian.Uint16(room[fixedSize-2:]))
	if size > len(room) {
		return nil, malformed("it is too long")
	}
	whole := room[:size]
	if _, err := io.ReadFull(r, whole[fixedSize:]); err != nil {
		return nil, ended(err)
	}
	switch whole[12] {
	case versionAndLocal:
		return &Header{Own: true}, nil // what follows is to be passed over
	case versionAndProxy:
		return relayed(whole)
	default:
		return nil, malformed("unknown version or command")
	}
}

// ended is err, where the end of a connection is always too early.
func ended(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// relayed reads the addresses of a connection that is somebody else's, and what follows them.
func relayed(whole []byte) (*Header, error) {
	h, rest := &Header{}, whole[fixedSize:]
	switch whole[13] {
	case tcp4:
		if len(rest) < tcp4Size {
			return nil, malformed("no room for addresses")
		}
		h.Client = address(rest[:4], rest[8:10])
		rest = rest[tcp4Size:]
	case tcp6:
		if len(rest) < tcp6Size {
			return nil, malformed("no room for addresses")
		}
		h.Client = address(rest[:16], rest[32:34])
		rest = rest[tcp6Size:]
	case unspecified, unixStream:
		return h, nil
	default:
		return nil, malformed("unknown family, or no stream")
	}
	return h, h.readExtensions(whole, rest)
}

func address(ip, port []byte) *net.TCPAddr {
	return &net.TCPAddr{IP: append(net.IP(nil), ip...), Port: int(binary.BigEndian.Uint16(port))}
}

// readExtensions reads rest, the types, lengths and values at the end of whole.
func (h *Header) readExtensions(whole, rest []byte) error {
	for len(rest) > 0 {
		if len(rest) < 3 {
			return malformed("an extension without length")
		}
		kind, size := rest[0], int(binary.BigEndian.Uint16(rest[1:]))
		if rest = rest[3:]; size > len(rest) {
			return malformed("an extension that does not end")
		}
		value := rest[:size]
		rest = rest[size:]
		var err error
		switch kind {
		case typeChecksum:
			err = verify(whole, value)
		case typeAmazon:
			err = h.readAmazon(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// verify checks the sum in value, which is a part of whole.
func verify(whole, value []byte) error {
	if len(value) != 4 {
		return malformed("the checksum has another size")
	}
	said := binary.BigEndian.Uint32(value)
	clear(value)
	sum := crc32.Checksum(whole, crc32.MakeTable(crc32.Castagnoli))
	binary.BigEndian.PutUint32(value, said)
	if sum != said {
		return malformed("the checksum does not fit")
	}
	return nil
}

// readAmazon reads an extension of Amazon's (elasticloadbalancing user guide, "Proxy protocol").
func (h *Header) readAmazon(value []byte) error {
	if len(value) == 0 || value[0] != amazonVPCE {
		return nil
	}
	id := value[1:]
	if h.VPCEndpoint != "" || len(id) == 0 || len(id) > maxEndpoint || bytes.ContainsFunc(id, notOfID) {
		return malformed("no id of a VPC endpoint, or a second one")
	}
	h.VPCEndpoint = string(id)
	return nil
}

func notOfID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
}
