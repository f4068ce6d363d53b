package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// loadResult is what the load generator counted.
type loadResult struct {
	requests  int64
	perSecond float64
}

// wrk loads a URL for some seconds, with header fields. Any answer but a success, and any socket error, fails the measurement.
func (b *bench) wrk(url string, seconds int, header ...string) (loadResult, error) {
	words := []string{"wrk", "-t1", "-c" + strconv.Itoa(b.connections), "-d" + strconv.Itoa(seconds) + "s", "--timeout", "30s"}
	for _, field := range header {
		words = append(words, "-H", field)
	}
	command := b.pinned(b.loadCore, append(words, url))
	out, err := exec.CommandContext(b.ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return loadResult{}, fmt.Errorf("wrk: %w: %s", err, lastLine(out))
	}
	return parseWrk(string(out))
}

// parseWrk reads wrk's report.
func parseWrk(report string) (loadResult, error) {
	for line := range strings.Lines(report) {
		if strings.Contains(line, "Non-2xx") || strings.Contains(line, "Socket errors") {
			return loadResult{}, fmt.Errorf("wrk: %s", strings.TrimSpace(line))
		}
	}
	count := regexp.MustCompile(`(?m)^\s*(\d+) requests in`).FindStringSubmatch(report)
	rate := regexp.MustCompile(`(?m)^Requests/sec:\s*([\d.]+)`).FindStringSubmatch(report)
	if count == nil || rate == nil {
		return loadResult{}, fmt.Errorf("wrk: no count in its report: %q", report)
	}
	requests, err := strconv.ParseInt(count[1], 10, 64)
	if err != nil {
		return loadResult{}, fmt.Errorf("wrk: %w", err)
	}
	perSecond, err := strconv.ParseFloat(rate[1], 64)
	if err != nil {
		return loadResult{}, fmt.Errorf("wrk: %w", err)
	}
	if requests == 0 {
		return loadResult{}, fmt.Errorf("wrk: no request was answered")
	}
	return loadResult{requests: requests, perSecond: perSecond}, nil
}
