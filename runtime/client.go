package runtime

import (
	"net"
	"net/netip"
	"strings"
)

// ClientAddr is $context.identity.sourceIp: the peer's address, or behind trusted proxies the last address of
// X-Forwarded-For that is not theirs.
func (c *Ctx) ClientAddr() string {
	if c.client == "" {
		addr := c.peer()
		if addr.IsValid() && c.core.trusted(addr) {
			addr = c.forwardedFor(addr)
		}
		if addr.IsValid() {
			mark := len(c.arena)
			c.arena = addr.AppendTo(c.arena)
			c.client = c.arenaText(mark)
		}
	}
	return c.client
}

// peer is the address at the other end of the connection.
func (c *Ctx) peer() netip.Addr {
	if c.front == frontNet {
		if peer, err := netip.ParseAddrPort(c.remote); err == nil {
			return plainAddr(peer.Addr())
		}
		return netip.Addr{}
	}
	if tcp, ok := c.rc.RemoteAddr().(*net.TCPAddr); ok {
		addr, _ := netip.AddrFromSlice(tcp.IP)
		return plainAddr(addr)
	}
	return netip.Addr{}
}

// PeerTrusted reports whether the other end of the connection is a trusted proxy: what it says of the client in
// X-Forwarded-* can be passed on.
func (c *Ctx) PeerTrusted() bool {
	if len(c.core.settings.trusted) == 0 {
		return false
	}
	peer := c.peer()
	return peer.IsValid() && c.core.trusted(peer)
}

func plainAddr(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// forwardedFor walks X-Forwarded-For from its end, which the nearest proxy wrote. What is no address ends the walk:
// nothing before it can be believed.
func (c *Ctx) forwardedFor(peer netip.Addr) netip.Addr {
	for i := len(c.fields) - 1; i >= 0; i-- {
		if c.fields[i].kind != fieldForwardedFor {
			continue
		}
		list := c.fields[i].Value
		for list != "" {
			item := list
			if comma := strings.LastIndexByte(list, ','); comma >= 0 {
				list, item = list[:comma], list[comma+1:]
			} else {
				list = ""
			}
			addr, ok := forwardedAddr(trimSpace(item))
			if !ok {
				return peer
			}
			peer = addr
			if !c.core.trusted(addr) {
				return addr
			}
		}
	}
	return peer
}

// forwardedAddr reads an item of X-Forwarded-For; some proxies write a port too.
func forwardedAddr(item string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(item); err == nil {
		return plainAddr(addr), true
	}
	if peer, err := netip.ParseAddrPort(item); err == nil {
		return plainAddr(peer.Addr()), true
	}
	return netip.Addr{}, false
}
