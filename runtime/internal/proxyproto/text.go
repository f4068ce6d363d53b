package proxyproto

import (
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// A header of version 1 is a line (HAProxy's proxy-protocol.txt, section 2.1).
const (
	textPrefix = "PROXY "
	maxText    = 107 // with the line's end
	textFields = 6
)

// readText reads a header of version 1 whose first bytes, as many as version 2's signature has, stand in room. Where the
// line ends is known only once it is there, so that it is read byte by byte.
func readText(r io.Reader, room []byte) (*Header, error) {
	n := len(signature)
	for room[n-1] != '\n' {
		if n == maxText {
			return nil, malformed("the line does not end")
		}
		if _, err := io.ReadFull(r, room[n:n+1]); err != nil {
			return nil, ended(err)
		}
		n++
	}
	line, ok := strings.CutSuffix(string(room[:n]), "\r\n")
	if !ok {
		return nil, malformed("the line ends in another way")
	}
	return parseText(line)
}

func parseText(line string) (*Header, error) {
	if line == textPrefix+"UNKNOWN" || strings.HasPrefix(line, textPrefix+"UNKNOWN ") {
		return &Header{}, nil
	}
	fields := strings.Split(line, " ")
	if len(fields) != textFields {
		return nil, malformed("the line has not six words")
	}
	six := fields[1] == "TCP6"
	if !six && fields[1] != "TCP4" {
		return nil, malformed("unknown family")
	}
	client, ok := textAddress(fields[2], fields[4], six)
	if _, sound := textAddress(fields[3], fields[5], six); !ok || !sound {
		return nil, malformed("no address or no port")
	}
	return &Header{Client: client}, nil
}

func textAddress(host, port string, six bool) (*net.TCPAddr, bool) {
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Is6() != six || addr.Zone() != "" {
		return nil, false
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || strconv.FormatUint(number, 10) != port {
		return nil, false
	}
	return &net.TCPAddr{IP: addr.AsSlice(), Port: int(number)}, true
}
