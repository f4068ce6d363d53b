package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// visit is a way in: a path of a candidate behind a guard, and what lets callers in.
type visit struct {
	name   string
	on     *running
	path   string
	header func(url string) ([]string, error) // nil: nothing is asked for
	micros []float64
}

// visited is a candidate with the ways to ask it.
type visited struct {
	candidate
	ways []visit
}

// bases are the visits that ratios are taken to, by their places: nginx and the gateway without any guard.
const nginxBase, gatewayBase = 0, 1

// callers measures CPU time per request behind guards, and what a hundred thousand API keys cost at the start.
func (b *bench) callers() error {
	if _, err := installed("wrk", "wrk"); err != nil {
		return err
	}
	c, err := newCredentials(b.dir)
	if err != nil {
		return err
	}
	backend, err := b.startBackend()
	if err != nil {
		return err
	}
	visits, failed := b.visits(c, backend)
	if len(visits) > gatewayBase {
		failed = errors.Join(failed, b.loadVisits("callers", visits))
	}
	b.stopAll()
	return errors.Join(failed, b.manyKeys(c))
}

// visits starts the candidates and proves that each lets the good caller in and nobody else.
func (b *bench) visits(c *credentials, backend string) ([]*visit, error) {
	key := func(string) ([]string, error) { return []string{"X-Api-Key: " + apiKey(apiKeys/2)}, nil }
	bearer := func(string) ([]string, error) { return []string{"Authorization: Bearer " + c.token}, nil }
	at := func(name string, command func(*bench, string, string) ([]string, error)) candidate {
		return candidate{name: name, works: []work{proxying}, command: command}
	}
	return b.serveVisited([]visited{
		{at("nginx", nginxCommand), []visit{{name: "no guard", path: "/proxy"}}},
		{at("gateway", callersGateway(apiKeys)), []visit{
			{name: "no guard", path: "/proxy"}, {name: "no guard, with the token", path: "/proxy", header: bearer}, {name: "API key, of 100,000", path: "/key", header: key}, {name: "JWT, cached", path: "/token", header: bearer},
			{name: "Lambda authorizer, cached", path: "/function", header: bearer}, {name: "SigV4, header form", path: "/signed", header: c.signature},
		}},
		{at("gateway, policy", gateway("policy.yaml")), []visit{{name: "resource policy", path: "/proxy"}}},
		{at("haproxy", c.haproxy), []visit{
			{name: "no guard", path: "/proxy"}, {name: "map of 100,000 keys", path: "/key", header: key}, {name: "jwt_verify, RS256", path: "/token", header: bearer},
		}},
	}, backend, (*visit).prove)
}

// serveVisited starts the candidates, and returns those of their ways whose answers prove to be right. The error is of all that
// had to be left out, except for what is skipped.
func (b *bench) serveVisited(all []visited, backend string, prove func(*visit) error) ([]*visit, error) {
	var proved []*visit
	var failed []error
	for _, c := range all {
		r, err := b.serve(c.candidate, backend)
		if err != nil {
			failed = append(failed, b.leftOut(c.candidate, err))
			continue
		}
		for _, v := range c.ways {
			v.on = r
			if err := prove(&v); err != nil {
				failed = append(failed, b.leftOut(c.candidate, err))
				continue
			}
			proved = append(proved, &v)
		}
	}
	return proved, errors.Join(failed...)
}

// callersGateway is the gateway with so many keys in its document.
func callersGateway(keys int) func(*bench, string, string) ([]string, error) {
	return func(b *bench, address, backend string) ([]string, error) {
		binary, err := b.buildCallers(keys, backend)
		if err != nil {
			return nil, err
		}
		return serving(binary, address)
	}
}

// buildCallers builds the gateway with so many keys in its document.
func (b *bench) buildCallers(keys int, backend string) (binary string, err error) {
	tool, err := b.gatewright()
	if err != nil {
		return "", err
	}
	text, err := configurations.ReadFile("conf/callers.yaml")
	if err != nil {
		return "", err
	}
	document := strings.ReplaceAll(string(text), backendInDocuments, "http://"+backend) + keysDocument(keys)
	path := filepath.Join(b.dir, fmt.Sprintf("callers-%d.yaml", keys))
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		return "", err
	}
	binary = strings.TrimSuffix(path, ".yaml")
	return binary, b.tooled(b.root, tool, "build", "-o", binary, path)
}

// haproxy is HAProxy with the same guards, as far as it has them.
func (c *credentials) haproxy(b *bench, address, backend string) ([]string, error) {
	program, err := installed("haproxy", "haproxy")
	if err != nil {
		return nil, err
	}
	path, err := b.configure("haproxy_callers.cfg", "haproxy_callers.cfg", map[string]string{
		"Listen": address, "Backend": backend, "Keys": c.keys, "PublicKey": c.publicKey,
	})
	if err != nil {
		return nil, err
	}
	return []string{program, "-db", "-f", path}, nil
}

// fields are the visit's header, made anew: signatures are good for five minutes.
func (v *visit) fields() ([]string, error) {
	if v.header == nil {
		return nil, nil
	}
	return v.header(v.on.url(v.path))
}

// prove checks that the good caller gets the backend's answer, and one without credentials or with others does not.
func (v *visit) prove() error {
	if err := v.answers(); err != nil || v.path == "/proxy" {
		return err
	}
	header, err := v.fields()
	if err != nil {
		return err
	}
	bad := slices.Clone(header)
	last := &bad[len(bad)-1]
	*last = (*last)[:len(*last)-7] + "9999999"
	for _, header := range [][]string{nil, bad} {
		status, _, err := v.ask(header)
		if err != nil {
			return err
		}
		if status != http.StatusUnauthorized && status != http.StatusForbidden && !(header != nil && v.path == "/function") { // whose function lets in who says anything
			return fmt.Errorf("%s, %s: %q is answered with %d", v.on.name, v.name, header, status)
		}
	}
	return nil
}

// answers checks that the good caller gets the backend's answer.
func (v *visit) answers() error {
	header, err := v.fields()
	if err != nil {
		return err
	}
	status, text, err := v.ask(header)
	if err != nil {
		return err
	}
	if status != http.StatusOK || text != body {
		return fmt.Errorf("%s, %s answers %d %q", v.on.name, v.name, status, text)
	}
	return nil
}

func (v *visit) ask(header []string) (status int, text string, err error) {
	request, err := http.NewRequest(http.MethodGet, v.on.url(v.path), nil)
	if err != nil {
		return 0, "", err
	}
	for _, field := range header {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return response.StatusCode, string(got), err
}

// loadVisits loads all visits in turn in every round, and prints them. The first of each server is the one that its others are
// compared with.
func (b *bench) loadVisits(part string, visits []*visit) error {
	for _, v := range visits {
		if err := b.loadVisit(v, 1); err != nil {
			return err
		}
		v.micros = nil // it was to warm up
	}
	for range b.rounds {
		for _, v := range visits {
			if err := b.loadVisit(v, b.seconds); err != nil {
				return err
			}
		}
	}
	b.printf("\n%s: %d connections, %d rounds of %d s each, medians (least to most)\n", part, b.connections, b.rounds, b.seconds)
	b.printf("  %-18s %-26s %10s %17s %8s %10s %8s\n", "", "", "CPU µs/req", "", "× nginx", "× bare", "µs more")
	for _, v := range visits {
		base := visits[slices.IndexFunc(visits, func(o *visit) bool { return o.on == v.on || v.on.name == "gateway, policy" && o.on.name == "gateway" })]
		more := make([]float64, len(v.micros))
		for i := range more {
			more[i] = v.micros[i] - base.micros[i]
		}
		b.printf("  %-18s %-26s %10.2f %17s %8.2f %10.2f %8.2f\n", v.on.name, v.name, median(v.micros), fmt.Sprintf("(%.2f–%.2f)", slices.Min(v.micros), slices.Max(v.micros)),
			median(ratios(v.micros, visits[nginxBase].micros)), median(ratios(v.micros, base.micros)), median(more))
	}
	return nil
}

func (b *bench) loadVisit(v *visit, seconds int) error {
	header, err := v.fields()
	if err != nil {
		return err
	}
	before, err := v.on.child.usage()
	if err != nil {
		return err
	}
	result, err := b.wrk(v.on.url(v.path), seconds, header...)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", v.on.name, v.name, err)
	}
	after, err := v.on.child.usage()
	if err != nil {
		return err
	}
	v.micros = append(v.micros, float64((after.cpu-before.cpu).Nanoseconds())/1000/float64(result.requests))
	return nil
}

// manyKeys measures what many API keys cost: building them into a gateway, and starting it with them.
func (b *bench) manyKeys(c *credentials) error {
	backend, err := b.startBackend()
	if err != nil {
		return err
	}
	b.printf("\nAPI keys: a gateway with few and with %d, %d starts, medians (least to most)\n", apiKeys, b.startCount())
	for _, keys := range []struct {
		name      string
		built     int
		overrides string
	}{{"1 in the document", 1, ""}, {"100,000 in the document", apiKeys, ""}, {"100,000 in YAML overrides", 1, c.overrides[0]},
		{"100,000 in JSON overrides", 1, c.overrides[1]}} {
		begun := time.Now()
		binary, err := b.buildCallers(keys.built, backend)
		if err != nil {
			return err
		}
		built := time.Since(begun)
		info, err := os.Stat(binary)
		if err != nil {
			return err
		}
		millis, err := b.startOften(candidate{name: "gateway", works: []work{proxying}, command: func(_ *bench, address, _ string) ([]string, error) {
			command, err := serving(binary, address)
			if keys.overrides != "" {
				command = append(command, "--overrides", keys.overrides)
			}
			return command, err
		}}, backend, b.startCount())
		if err != nil {
			return err
		}
		b.printf("  %-25s build %5.1f s, %5.1f MB; first answer %7.1f ms (%.1f–%.1f)\n", keys.name, built.Seconds(), float64(info.Size())/1e6,
			median(millis), slices.Min(millis), slices.Max(millis))
	}
	return nil
}

// startCount is how often a candidate is started.
func (b *bench) startCount() int {
	if b.quick {
		return 2
	}
	return starts
}
