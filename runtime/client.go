package runtime

import (
	"net"
	"net/netip"
	"strings"

	"github.com/gatewright/gatewright/runtime/internal/proxyproto"
)

// ClientAddr is $context.identity.sourceIp: the peer's address, by the word of a balancer that speaks the PROXY protocol
// where there is one, or behind trusted proxies the last address of X-Forwarded-For that is not theirs.
func (c *Ctx) ClientAddr() string {
	if c.client == "" {
		addr := c.peer()
		if addr.IsValid() && c.core.trusted(addr) && !c.anonymous() {
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

// peer is the address at the other end of the connection, which a balancer may have passed on.
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

// PeerTrusted reports whether the other end of the connection, which a balancer may have passed on, is a trusted proxy:
// what it says of the client in X-Forwarded-* and X-Amzn-Vpc*-Id can be believed.
func (c *Ctx) PeerTrusted() bool {
	if len(c.core.settings.trusted) == 0 {
		return false
	}
	peer := c.peer()
	return peer.IsValid() && c.core.trusted(peer) && !c.anonymous()
}

// anonymous reports whether a balancer passed the connection on without knowing for whom. Its own address is then all
// that is known, but the client's headers are not its word.
func (c *Ctx) anonymous() bool {
	header := c.proxyHeader()
	return header != nil && header.Anonymous()
}

// proxyHeader is what a balancer has said of the connection by the PROXY protocol; nil where none did.
func (c *Ctx) proxyHeader() *proxyproto.Header {
	if conn, ok := c.rc.Conn().(proxyproto.Conn); ok {
		return conn.ProxyHeader()
	}
	return nil
}

// VPCEndpoint is the id of the VPC endpoint that the request came through, such as vpce-1a2b3c4d; empty where it came
// through none. It is what a balancer says by the PROXY protocol, which nobody behind it can write, else the last header
// X-Amzn-Vpce-Id of a trusted proxy (decisions.md, Who may call). From everybody else the header says nothing, and it
// goes no further.
func (c *Ctx) VPCEndpoint() string {
	if header := c.proxyHeader(); header != nil && header.VPCEndpoint != "" {
		return header.VPCEndpoint
	}
	if c.known[fieldVPCEndpoint] == 0 || !c.PeerTrusted() {
		return ""
	}
	return c.field(fieldVPCEndpoint)
}

// VPC is the id of the VPC that the request came from: the last header X-Amzn-Vpc-Id of a trusted proxy.
func (c *Ctx) VPC() string {
	if c.known[fieldVPC] == 0 || !c.PeerTrusted() {
		return ""
	}
	return c.field(fieldVPC)
}

// dropForged takes away the headers by which a trusted proxy tells of VPCs, where somebody else has sent them: a backend
// may believe them as well.
func (c *Ctx) dropForged() {
	if c.PeerTrusted() {
		return
	}
	for i := range c.fields {
		if kind := c.fields[i].kind; kind == fieldVPCEndpoint || kind == fieldVPC {
			c.fields[i].kind = fieldForged
		}
	}
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
