package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseStatSurvivesOddNames(t *testing.T) {
	line := "71 (a) b (c) R 1 70 70 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 1 0 12345 6789 321 18446744073709551615 1 1\n"
	got, err := parseStat(line)
	require.NoError(t, err)
	require.Equal(t, stat{group: 70, ticks: 200, pages: 321}, got)
}

func TestParseStatRefusesOtherText(t *testing.T) {
	for _, line := range []string{"", "71 name R", "71 (name) R 1 70 70"} {
		_, err := parseStat(line)
		require.Error(t, err, line)
	}
}

func TestParseStatReadsThisProcess(t *testing.T) {
	text, err := os.ReadFile("/proc/self/stat")
	require.NoError(t, err)
	got, err := parseStat(string(text))
	require.NoError(t, err)
	require.Positive(t, got.group)
	require.Positive(t, got.pages)
}

func TestParseWrk(t *testing.T) {
	const report = `Running 3s test @ http://127.0.0.1:1/
  1 threads and 64 connections
  92256 requests in 3.00s, 20.06MB read
Requests/sec:  30752.11
Transfer/sec:      6.69MB
`
	got, err := parseWrk(report)
	require.NoError(t, err)
	require.Equal(t, loadResult{requests: 92256, perSecond: 30752.11}, got)
}

func TestParseWrkRefusesFailures(t *testing.T) {
	for _, line := range []string{"  Non-2xx or 3xx responses: 3", "  Socket errors: connect 0, read 1, write 0, timeout 0"} {
		_, err := parseWrk("  10 requests in 3.00s, 1KB read\n" + line + "\nRequests/sec:  3.0\n")
		require.ErrorContains(t, err, line[2:])
	}
	_, err := parseWrk("  0 requests in 3.00s, 0B read\nRequests/sec:  0.0\n")
	require.ErrorContains(t, err, "no request")
}

func TestMedian(t *testing.T) {
	require.Equal(t, 2.0, median([]float64{9, 1, 2}))
	require.Equal(t, 1.5, median([]float64{2, 1}))
	require.Equal(t, []float64{2, 0.5}, ratios([]float64{4, 1}, []float64{2, 2}))
}

func TestBodyIsAsLongAsThePeersWereMeasuredWith(t *testing.T) {
	require.Len(t, body, 54)
	gateway, err := configurations.ReadFile("conf/gateway.yaml")
	require.NoError(t, err)
	require.Contains(t, string(gateway), body)
}

func TestOptionsRefuseUnknownParts(t *testing.T) {
	_, err := parseOptions([]string{"-parts", "load,nothing"})
	require.EqualError(t, err, `there is no part "nothing"; the parts are load, callers, limits, idle, start, generate, router`)
}

func TestUsageCountsTheWholeGroup(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("sh is missing")
	}
	b := &bench{dir: t.TempDir(), out: &bytes.Buffer{}, options: options{core: 0, loadCore: 0}}
	// The shell's child burns the time; the shell itself only waits.
	c, err := b.start(0, "burner", "sh", "-c", "(while :; do :; done) & wait")
	require.NoError(t, err)
	defer b.stopAll()
	require.Eventually(t, func() bool {
		used, err := c.usage()
		return err == nil && used.cpu > 0 && used.rss > 0
	}, 10*time.Second, 10*time.Millisecond)
}
