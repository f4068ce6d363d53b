package server

import (
	"errors"
	"net"
	"syscall"
)

// refuseSYN is a socket filter that drops what opens a connection (SYN, bit 1 of byte 13 of the TCP header) and lets
// the rest of handshakes under way pass.
func refuseSYN() []syscall.SockFilter {
	const synBit = 0x02
	return []syscall.SockFilter{
		{Code: syscall.BPF_LD | syscall.BPF_B | syscall.BPF_ABS, K: 13},
		{Code: syscall.BPF_JMP | syscall.BPF_JSET | syscall.BPF_K, Jt: 0, Jf: 1, K: synBit},
		{Code: syscall.BPF_RET | syscall.BPF_K, K: 0},
		{Code: syscall.BPF_RET | syscall.BPF_K, K: 0xffff},
	}
}

// quieten lets no new connection reach the socket's queue, so that those which wait in it can still be accepted: the
// kernel resets what is in the queue when a listener closes. Clients that are turned away try again after a second,
// and find the listener closed or another process.
func quieten(ln net.Listener) error {
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return errors.ErrUnsupported
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var attached error
	err = raw.Control(func(fd uintptr) {
		//lint:ignore SA1019 the package named instead assembles such programs but cannot attach them to a socket
		attached = syscall.AttachLsf(int(fd), refuseSYN())
	})
	if err != nil {
		return err
	}
	return attached
}
