package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// limitsKey is the API key of conf/limits.yaml.
const limitsKey = "bench-key-0123456789"

// limits measures CPU time per request behind limits that never refuse.
func (b *bench) limits() error {
	if _, err := installed("wrk", "wrk"); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "bench.key"), []byte(limitsKey), 0o600); err != nil {
		return err
	}
	backend, err := b.startBackend()
	if err != nil {
		return err
	}
	key := func(string) ([]string, error) { return []string{"X-Api-Key: " + limitsKey}, nil }
	visits, failed := b.serveVisited([]visited{
		{candidate{"nginx", []work{proxying}, nginxCommand}, []visit{{name: "no limit", path: "/proxy"}, {name: "limit_req", path: "/limited"}}},
		{candidate{"gateway", []work{proxying}, gateway("limits.yaml")}, []visit{
			{name: "no limit", path: "/prod/proxy"}, {name: "a stage's throttle", path: "/prod/staged"}, {name: "a client's throttle", path: "/prod/client"},
			{name: "key, throttle, plan, quota", path: "/prod/limited", header: key},
		}},
		{candidate{"haproxy", []work{proxying}, haproxyLimits}, []visit{{name: "no limit", path: "/proxy"}, {name: "stick table", path: "/limited"}}},
		{candidate{"traefik", []work{proxying}, traefikLimits}, []visit{{name: "no limit", path: "/proxy"}, {name: "rateLimit", path: "/limited"}}},
	}, backend, (*visit).answersSoon)
	if len(visits) > 0 {
		failed = errors.Join(failed, b.loadVisits("limits", visits))
	}
	b.stopAll()
	return failed
}

// answersSoon is answers for a peer that listens before it has read its routes, as Traefik does.
func (v *visit) answersSoon() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if err := v.answers(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func haproxyLimits(b *bench, address, backend string) ([]string, error) {
	program, err := installed("haproxy", "haproxy")
	if err != nil {
		return nil, err
	}
	path, err := b.configure("haproxy_limits.cfg", "haproxy_limits.cfg", map[string]string{"Listen": address, "Backend": backend})
	if err != nil {
		return nil, err
	}
	return []string{program, "-db", "-f", path}, nil
}

func traefikLimits(b *bench, address, backend string) ([]string, error) {
	program, err := exec.LookPath("traefik")
	if err != nil {
		return nil, skipError("traefik is missing: put its program into the PATH")
	}
	path, err := b.configure("traefik_limits.yaml", "traefik_limits.yaml", map[string]string{"Backend": backend})
	if err != nil {
		return nil, err
	}
	return []string{program, "--entrypoints.web.address=" + address, "--providers.file.filename=" + path, "--log.level=ERROR",
		"--global.checknewversion=false", "--global.sendanonymoususage=false"}, nil
}
