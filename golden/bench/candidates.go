package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed conf
var configurations embed.FS

// candidate is a program that the benchmark compares.
type candidate struct {
	name string
	// works are the paths it serves.
	works []work
	// command prepares what the candidate needs and returns the command that serves on address; a skipError says why it cannot.
	command func(b *bench, address, backend string) ([]string, error)
}

// work is one of the two things that are compared.
type work struct {
	name string
	path string
}

var (
	proxying  = work{"proxying", "/proxy"}
	answering = work{"answering", "/answer"}
)

// baseline is the candidate that ratios are taken to.
const baseline = "nginx"

// candidates lists the peers and the generated gateways in the order they are printed.
func candidates() []candidate {
	both := []work{proxying, answering}
	return []candidate{
		{baseline, both, nginxCommand},
		{"haproxy", both, haproxyCommand},
		{"fasthttp", both, peer("fasthttp")},
		{"net/http", both, peer("net-http")},
		{"gateway", both, gateway("gateway.yaml")},
		{"gateway, plain document", []work{proxying}, gateway("plain.yaml")},
		{"gateway, signing", []work{proxying}, signed},
		{"gateway, function linked in", []work{answering}, linked},
	}
}

// chosen lists the candidates that -only leaves.
func (b *bench) chosen() []candidate {
	var out []candidate
	for _, c := range candidates() {
		if c.name == baseline || strings.Contains(c.name, b.only) {
			out = append(out, c)
		}
	}
	return out
}

func nginxCommand(b *bench, address, backend string) ([]string, error) {
	return b.nginx("nginx", address, backend)
}

// nginx writes a configuration and returns the command of an nginx that uses it; without a backend it answers everything itself.
func (b *bench) nginx(name, address, backend string) ([]string, error) {
	program, err := installed("nginx", "nginx")
	if err != nil {
		return nil, err
	}
	path, err := b.configure("nginx.conf", name+".conf", map[string]string{
		"Dir": b.dir, "Name": name, "Listen": address, "Backend": backend, "Body": body,
	})
	if err != nil {
		return nil, err
	}
	return []string{program, "-p", b.dir, "-c", path, "-g", "daemon off;"}, nil
}

func haproxyCommand(b *bench, address, backend string) ([]string, error) {
	program, err := installed("haproxy", "haproxy")
	if err != nil {
		return nil, err
	}
	quoted := "'" + body + "'"
	path, err := b.configure("haproxy.cfg", "haproxy.cfg", map[string]string{"Listen": address, "Backend": backend, "Quoted": quoted})
	if err != nil {
		return nil, err
	}
	return []string{program, "-db", "-f", path}, nil
}

// peer is one of the Go peers, which this program itself can be.
func peer(kind string) func(*bench, string, string) ([]string, error) {
	return func(_ *bench, address, backend string) ([]string, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return []string{self, peerCommand, kind, address, backend}, nil
	}
}

// configure writes one of the configurations into the run's folder.
func (b *bench) configure(source, name string, values any) (string, error) {
	parsed, err := template.ParseFS(configurations, "conf/"+source)
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.dir, name)
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(parsed.Execute(file, values), file.Close())
}

// installed finds a program, or says how to install it.
func installed(program, debianPackage string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + program) // where Debian keeps servers, and not every PATH leads
	}
	if err != nil {
		return "", skipError(fmt.Sprintf("%s is missing: apt-get install %s", program, debianPackage))
	}
	return path, nil
}

// running is a candidate that serves.
type running struct {
	candidate
	child   *child
	address string
}

// url is where a running candidate does a work.
func (r *running) url(path string) string { return "http://" + r.address + path }

// startBackend starts the nginx that every candidate proxies to, on the load generator's core, and returns its address.
func (b *bench) startBackend() (string, error) {
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	command, err := b.nginx("backend", address, "")
	if err != nil {
		return "", err
	}
	c, err := b.start(b.loadCore, "backend", command...)
	if err != nil {
		return "", err
	}
	return address, c.ready("http://" + address + "/")
}

// serve starts a candidate and waits until it answers.
func (b *bench) serve(c candidate, backend string) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	command, err := c.command(b, address, backend)
	if err != nil {
		return nil, err
	}
	started, err := b.start(b.core, c.name, command...)
	if err != nil {
		return nil, err
	}
	r := &running{candidate: c, child: started, address: address}
	return r, started.ready(r.url(c.works[0].path))
}

// ready waits until the process answers on its URL.
func (c *child) ready(url string) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		response, err := http.Get(url)
		if err == nil {
			return response.Body.Close()
		}
		if failure := c.failure(); failure != nil {
			return failure
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", c.name, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// freeAddress is a loopback address whose port nobody listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// prove checks that a candidate gives the bytes that every other gives, and that it asks the backend when it proxies and
// does not when it answers: the backend alone sends back the value of probe.
func (r *running) prove(w work) error {
	const probe = "0a1b2c"
	response, err := http.Get(r.url(w.path) + "?probe=" + probe)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	got := fmt.Sprintf("%d %s %s", response.StatusCode, response.Header.Get("Content-Type"), text)
	if want := fmt.Sprintf("200 %s %s", jsonType, body); got != want {
		return fmt.Errorf("%s answers %q instead of %q", r.name, got, want)
	}
	if asked := response.Header.Get("X-Probe") == probe; asked != (w == proxying) {
		return fmt.Errorf("%s, %s: the backend was asked: %s", r.name, w.name, strconv.FormatBool(asked))
	}
	return nil
}
