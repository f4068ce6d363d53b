//go:build unix

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Variables by which a process learns of the sockets that it takes over: names in the order of the descriptors, which
// start at firstInherited, and after them the pipe on which it says that it is ready.
const (
	inheritVariable = "GATEWRIGHT_INHERIT"
	firstInherited  = 3
	handoverTime    = 30 * time.Second
	readyWord       = "ready\n"
)

// inheritance is what an earlier process handed to this one.
type inheritance struct {
	listeners map[string]net.Listener
	ready     *os.File // nil: nobody waits
}

// inherit takes over the sockets named in the environment.
func inherit(env func(string) (string, bool)) (*inheritance, error) {
	in := &inheritance{listeners: map[string]net.Listener{}}
	names, ok := env(inheritVariable)
	if !ok || names == "" {
		return in, nil
	}
	list := strings.Split(names, ",")
	for i, name := range list {
		f := os.NewFile(uintptr(firstInherited+i), name)
		ln, err := net.FileListener(f)
		if err != nil {
			return nil, fmt.Errorf("%s: socket %s: %w", inheritVariable, name, err)
		}
		if err := f.Close(); err != nil { // the listener has its own descriptor
			return nil, fmt.Errorf("%s: socket %s: %w", inheritVariable, name, err)
		}
		in.listeners[name] = ln
	}
	in.ready = os.NewFile(uintptr(firstInherited+len(list)), "ready")
	syscall.CloseOnExec(firstInherited + len(list))
	return in, nil
}

// succeeds reports whether an earlier process goes when this one is ready.
func (p *process) succeeds() bool {
	names, ok := p.env(inheritVariable)
	return ok && names != ""
}

// announce tells the earlier process to go.
func (in *inheritance) announce() error {
	if in.ready == nil {
		return nil
	}
	_, err := io.WriteString(in.ready, readyWord)
	return errors.Join(err, in.ready.Close())
}

// succeed starts the program's file anew with the listening sockets and returns once it is ready. On an error the new
// process is gone and nothing has changed.
func (p *process) succeed(ctx context.Context, l *listeners) (err error) {
	path, err := exec.LookPath(p.args[0])
	if err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close() // everything was read
	files, names, err := sockets(l)
	defer func() {
		for _, f := range append(files, writer) {
			_ = f.Close() // copies
		}
	}()
	if err != nil {
		return err
	}
	cmd := exec.Command(path, p.args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, os.Stdout, os.Stderr
	cmd.ExtraFiles = append(files, writer)
	cmd.Env = append(without(p.environ, inheritVariable), inheritVariable+"="+strings.Join(names, ","))
	err = cmd.Start()
	_ = writer.Close() // so that the pipe ends with the new process
	if err = errors.Join(err, unblock(l)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, handoverTime)
	defer cancel()
	if err := awaitReady(ctx, reader); err != nil {
		return errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	return cmd.Process.Release()
}

// awaitReady waits for the word of the new process.
func awaitReady(ctx context.Context, reader *os.File) error {
	stopWaiting := context.AfterFunc(ctx, func() { _ = reader.SetReadDeadline(time.Unix(1, 0)) })
	defer stopWaiting()
	word := make([]byte, len(readyWord))
	switch _, err := io.ReadFull(reader, word); {
	case ctx.Err() != nil:
		return fmt.Errorf("the new process was not ready within %v", handoverTime)
	case err != nil:
		return errors.New("the new process ended before it was ready")
	default:
		return nil
	}
}

// sockets returns copies of the listening sockets, and their names.
func sockets(l *listeners) (files []*os.File, names []string, err error) {
	for _, n := range l.named() {
		ln, ok := n.Listener.(*net.TCPListener)
		if !ok {
			return files, names, fmt.Errorf("%s is no TCP socket", n.name)
		}
		f, err := ln.File()
		if err != nil {
			return files, names, err
		}
		files, names = append(files, f), append(names, n.name)
	}
	return files, names, nil
}

// unblock undoes what handing over does to the sockets: the copy for the new process is set to block, and the copies
// share that setting.
func unblock(l *listeners) error {
	var errs []error
	for _, n := range l.named() {
		raw, err := n.Listener.(syscall.Conn).SyscallConn()
		if err == nil {
			err = raw.Control(func(fd uintptr) { errs = append(errs, syscall.SetNonblock(int(fd), true)) })
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// without returns environ without one variable.
func without(environ []string, name string) []string {
	kept := make([]string, 0, len(environ)+1)
	for _, entry := range environ {
		if !strings.HasPrefix(entry, name+"=") {
			kept = append(kept, entry)
		}
	}
	return kept
}
