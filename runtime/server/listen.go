package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listeners are a gateway's sockets; those that are off are nil.
type listeners struct {
	main, plain, admin net.Listener
}

// Names of the listeners in the log, in the ready file and in the environment of a process that takes over.
const (
	nameMain  = "listen"
	namePlain = "plain_listen"
	nameAdmin = "admin_listen"
)

// named returns the listeners that are on, in a fixed order.
func (l *listeners) named() []namedListener {
	var list []namedListener
	for _, n := range []namedListener{{nameMain, l.main}, {namePlain, l.plain}, {nameAdmin, l.admin}} {
		if n.Listener != nil {
			list = append(list, n)
		}
	}
	return list
}

type namedListener struct {
	name string
	net.Listener
}

// close closes every listener; closing one twice does no harm.
func (l *listeners) close() {
	for _, n := range l.named() {
		_ = n.Close() // nothing is lost
	}
}

// open listens where the settings say, on inherited sockets where there are some.
func open(s *settings, inherited map[string]net.Listener) (*listeners, error) {
	l := &listeners{}
	var errs []error
	get := func(name, addr string, to *net.Listener) {
		if addr == off {
			return
		}
		if ln, ok := inherited[name]; ok {
			*to = ln
			delete(inherited, name)
			return
		}
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", strings.ReplaceAll(name, "_", "-"), err))
			return
		}
		*to = ln
	}
	get(nameMain, s.listen, &l.main)
	get(namePlain, s.plainListen, &l.plain)
	get(nameAdmin, s.adminListen, &l.admin)
	for _, ln := range inherited { // a new setting has no use for it
		_ = ln.Close()
	}
	if err := errors.Join(errs...); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// port is the port of a TCP listener.
func port(ln net.Listener) string {
	if addr, ok := ln.Addr().(*net.TCPAddr); ok {
		return strconv.Itoa(addr.Port)
	}
	return ""
}

// writeReady writes the ready file whole or not at all.
func writeReady(path string, l *listeners) error {
	content := map[string]any{"pid": os.Getpid()}
	for _, n := range l.named() {
		content[n.name] = n.Addr().String()
	}
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
