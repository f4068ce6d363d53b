package process

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Lines are logged with the request that they were printed about, however late they are read.
func TestLinesOfRequests(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what a pipe holds cannot be told there")
	}
	log := &logged{}
	o := newOutput(slog.New(slog.NewTextHandler(log, nil)), "Test")
	from, to, err := os.Pipe()
	require.NoError(t, err)
	defer from.Close()
	p := newPipe(o, from, "stdout")
	o.add(p)
	print := func(text string) {
		_, err := io.WriteString(to, text)
		require.NoError(t, err)
	}
	print("starting\n")
	for _, id := range []string{"a", "silent", "b", "c"} {
		o.about([]byte(id))
		switch id {
		case "a":
			print("one\r\n\ntw")
		case "b":
			print("o\n" + strings.Repeat("x", longestLine) + "\n")
		case "c":
			print("end")
		}
	}
	require.NoError(t, to.Close())
	o.read(p)
	var got []string
	for line := range strings.Lines(log.String()) {
		_, line, _ = strings.Cut(line, "msg=")
		got = append(got, strings.ReplaceAll(line, strings.Repeat("x", longestLine), "xx"))
	}
	require.Equal(t, []string{
		"starting function=Test requestId=\"\" from=stdout\n", "one function=Test requestId=a from=stdout\n",
		"two function=Test requestId=a from=stdout\n", "xx function=Test requestId=b from=stdout\n", "end function=Test requestId=c from=stdout\n",
	}, got)
	require.Empty(t, p.begins)
}

func TestLinesOfProcesses(t *testing.T) {
	o := open(t, "talker", Config{Concurrency: 2})
	for range 100 {
		body, _, err := o.call(`{}`, patience)
		require.NoError(t, err)
		require.Equal(t, `{}`, body)
	}
	require.NoError(t, o.core.Close())
	lines := 0
	for line := range strings.Lines(o.log.String()) {
		if _, said, ok := strings.Cut(line, "msg=\"about "); ok {
			id, _, _ := strings.Cut(said, "\"")
			require.Contains(t, line, " requestId="+id+" ")
			lines++
		}
	}
	require.Equal(t, 200, lines)
}

// Requests about which nothing is printed are not remembered.
func TestSilence(t *testing.T) {
	o := newOutput(slog.New(slog.DiscardHandler), "Test")
	stdout, stderr, err := o.open()
	require.NoError(t, err)
	for n := range 1000 {
		o.about(fmt.Append(nil, n))
	}
	for _, p := range o.pipes {
		require.Len(t, p.begins, 1)
	}
	require.NoError(t, stdout.Close())
	require.NoError(t, stderr.Close())
	o.close()
}

// Lines that are too many are dropped, and the log says so once it is over.
func TestDroppedLines(t *testing.T) {
	log := &logged{}
	o := newOutput(slog.New(slog.NewTextHandler(log, nil)), "Test")
	o.second = time.Now().Add(time.Hour) // it does not end during the test
	stdout, stderr, err := o.open()
	require.NoError(t, err)
	o.about([]byte("a"))
	_, err = io.WriteString(stdout, strings.Repeat("line\n", linesPerSecond+7))
	require.NoError(t, err)
	require.NoError(t, stdout.Close())
	require.NoError(t, stderr.Close())
	o.close()
	require.Equal(t, linesPerSecond, strings.Count(log.String(), "msg=line "))
	require.Contains(t, log.String(), `msg="lines of a function were dropped" function=Test requestId=a lines=7`)
}
