package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// settling is how long the connections stand idle before memory is read: servers free buffers a little later.
const settling = 5 * time.Second

// dialers is how many connections are opened at the same time.
const dialers = 16

// idleConnections holds many keep-alive connections, each of which has had one answer, and divides the growth of
// resident memory by their number. What the kernel keeps for a socket is not in it.
func (b *bench) idleConnections() error {
	backend, err := b.startBackend()
	if err != nil {
		return err
	}
	b.printf("\nidle: %d keep-alive connections after one answered request each, %s later\n", b.idle, settling)
	b.printf("%-26s %14s %14s %14s\n", "", "before, KiB", "held, KiB", "bytes each")
	var failed []error
	for _, c := range b.chosen() {
		if err := b.holdIdle(c, backend); err != nil {
			failed = append(failed, b.leftOut(c, err))
		}
	}
	return errors.Join(failed...)
}

// holdIdle measures one candidate, in a fresh process that has served a few requests.
func (b *bench) holdIdle(c candidate, backend string) error {
	r, err := b.serve(c, backend)
	if err != nil {
		return err
	}
	defer b.stop(r.child)
	path := c.works[len(c.works)-1].path
	warm, err := openIdle(r.address, path, dialers)
	if err != nil {
		return err
	}
	defer closeAll(warm)
	before, err := r.child.usage()
	if err != nil {
		return err
	}
	held, err := openIdle(r.address, path, b.idle)
	defer closeAll(held)
	if err != nil {
		return err
	}
	time.Sleep(settling)
	after, err := r.child.usage()
	if err != nil {
		return err
	}
	b.printf("  %-24s %14d %14d %14d\n", c.name, before.rss>>10, after.rss>>10, (after.rss-before.rss)/int64(b.idle))
	return nil
}

// openIdle opens connections, asks once on each and leaves them open.
func openIdle(address, path string, count int) ([]net.Conn, error) {
	connections := make([]net.Conn, count)
	failures := make([]error, dialers)
	var wait sync.WaitGroup
	for dialer := range dialers {
		wait.Go(func() {
			for i := dialer; i < count && failures[dialer] == nil; i += dialers {
				connections[i], failures[dialer] = askOnce(address, path)
			}
		})
	}
	wait.Wait()
	return connections, errors.Join(failures...)
}

// askOnce opens a connection and takes one answer on it. The connection stays open unless it fails.
func askOnce(address, path string) (net.Conn, error) {
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	if err := ask(connection, address, path); err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return connection, nil
}

// ask sends one request and reads its answer whole.
func ask(connection net.Conn, address, path string) error {
	if _, err := fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, address); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(connection, 1024), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || response.Close {
		return fmt.Errorf("%s: answered %s, close %t", path, response.Status, response.Close)
	}
	return nil
}

func closeAll(connections []net.Conn) {
	for _, c := range connections {
		if c != nil {
			c.Close()
		}
	}
}
