package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// patience is longer than anything here takes.
const patience = 20 * time.Second

func TestGoFunction(t *testing.T) {
	o := open(t, "go", Config{})
	for range 3 {
		body, failed, err := o.call(`{"name": "Ada"}`, patience)
		require.NoError(t, err)
		require.Empty(t, failed)
		require.Equal(t, `"Hello, Ada `+id+" "+arn+` true"`, body)
	}
	body, failed, err := o.call(`{"name": "nobody"}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.JSONEq(t, `{"errorMessage": "nobody is here", "errorType": "errorString"}`, body)
	require.Len(t, o.alive, 1, "one process for one call at a time")
	require.Eventually(t, func() bool {
		return strings.Contains(o.log.String(), `msg="greeting Ada" function=Test requestId=`+id+" from=stdout")
	}, patience, time.Millisecond)
}

// Whatever a function does, its caller gets an answer in time, and the next caller is served.
func TestMisbehaviour(t *testing.T) {
	for _, c := range []struct {
		behaviour string
		config    Config
		want      string // of the payload
		failed    string
		err       error
		log       string
	}{
		{behaviour: "exit", want: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + id + ` Error: Runtime exited with error: exit status 3"}`, failed: "Unhandled", log: "a function's process ended"},
		{behaviour: "leave", want: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + id + ` Error: Runtime exited without providing a reason"}`, failed: "Unhandled"},
		{behaviour: "hang", config: Config{Timeout: 300 * time.Millisecond}, want: `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + id + ` Error: Task timed out after 0.30 seconds"}`, failed: "Unhandled"},
		{behaviour: "twice", want: `"one"`, log: `202 {\"status\":\"OK\"} / 403`},
		{behaviour: "other", want: `"mine"`, log: `400 {\"errorType\":\"InvalidRequestID\"`},
		{behaviour: "garbage", want: `{"errorType":"","errorMessage":"the function's error is no JSON"}`, failed: "Unhandled"},
		{behaviour: "huge", want: `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (10485760 bytes)."}`, failed: "Unhandled"},
		{behaviour: "broken", want: `"errorType":"Runtime.`, failed: "Unhandled"},
		{behaviour: "failing", want: `{"errorType":"Sad","errorMessage":"404: no pet"}`, failed: "Unhandled"},
		{behaviour: "flood", want: `"done"`, log: "lines of a function were dropped"},
		{behaviour: "badstart", want: `{"errorType":"Extension.Bad","errorMessage":"no way"}`, failed: "Unhandled"},
		{behaviour: "deadborn", want: `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + id + ` Error: Runtime exited with error: exit status 7"}`, failed: "Unhandled"},
		{behaviour: "greedy", want: `{"errorType":"InvalidStateTransition"`},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			o := open(t, c.behaviour, c.config)
			for range 2 {
				body, failed, err := o.call(`{}`, patience)
				require.NoError(t, err)
				require.Contains(t, body, c.want)
				require.Equal(t, c.failed, failed)
				if c.behaviour == "greedy" {
					break // it serves but once
				}
			}
			require.Eventually(t, func() bool { return strings.Contains(o.log.String(), c.log) }, patience, time.Millisecond, o.log)
		})
	}
}

func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is bounded on Linux only")
	}
	o := open(t, "eat", Config{MemoryMiB: 200, Timeout: patience})
	body, failed, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.Contains(t, body, "Runtime.OutOfMemory")
}

// The caller's deadline is its own: the process goes on, and its answer is nobody's.
func TestCallersDeadline(t *testing.T) {
	o := open(t, "hang", Config{Concurrency: 1, Timeout: time.Second})
	_, _, err := o.call(`{}`, 200*time.Millisecond)
	require.ErrorIs(t, err, function.ErrTimeout)
	_, _, err = o.call(`{}`, 50*time.Millisecond) // it waits in line behind the one that hangs
	require.ErrorIs(t, err, function.ErrTimeout)
	body, _, err := o.call(`{}`, patience) // served by another process, once the first one is killed
	require.NoError(t, err)
	require.Contains(t, body, "Sandbox.Timedout")
}

// A thousand calls wait in one line for eight processes, and all are served.
func TestManyCallsQueue(t *testing.T) {
	o := open(t, "echo", Config{Concurrency: 8})
	var all sync.WaitGroup
	failures := make(chan error, 1000)
	for n := range 1000 {
		all.Go(func() {
			want := fmt.Sprintf(`{"n": %d}`, n)
			var answer function.Answer
			err := o.Invoke(&function.Call{ARN: arn, Payload: []byte(want), RequestID: fmt.Sprintf("id-%d", n), Deadline: time.Now().Add(patience)}, &answer)
			if err == nil && string(answer.Payload) != want {
				err = fmt.Errorf("%s for %s", answer.Payload, want)
			}
			failures <- err
		})
	}
	all.Wait()
	for range 1000 {
		require.NoError(t, <-failures)
	}
	require.LessOrEqual(t, len(o.alive), 8)
}

// Those who wait are served in their order, and those whose time has passed are not served at all.
func TestLine(t *testing.T) {
	var l line
	var want []*invocation
	for n := range 10 {
		v := newInvocation(&function.Call{}, false)
		l.push(v)
		if n%3 == 0 {
			v.drop(function.ErrTimeout)
		} else {
			want = append(want, v)
		}
	}
	for _, v := range want {
		require.Same(t, v, l.pop())
	}
	require.Nil(t, l.pop())
	require.Zero(t, l.len())
}

func TestIdleProcessesEnd(t *testing.T) {
	o := open(t, "echo", Config{Idle: 50 * time.Millisecond})
	_, _, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.alive) == 0
	}, patience, time.Millisecond)
	require.NotContains(t, o.log.String(), "ended", "it was asked to")
	_, _, err = o.call(`{}`, patience)
	require.NoError(t, err)
}

// Nothing that a function has started outlives it.
func TestChildrenEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	o := open(t, "children", Config{Env: []string{"PIDFILE=" + file}})
	body, _, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Equal(t, `"begat"`, body)
	require.NoError(t, o.core.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(text))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || isZombie(pid) }, patience, time.Millisecond)
}

func isZombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}

func TestEvents(t *testing.T) {
	o := open(t, "go", Config{})
	var answer function.Answer
	call := &function.Call{ARN: arn, Payload: []byte(`{"name": "Ada"}`), RequestID: id, Type: function.Event, Deadline: time.Now().Add(time.Millisecond)}
	require.NoError(t, o.Invoke(call, &answer))
	require.Empty(t, answer.Payload)
	copy(call.Payload, `{"name": "Eve"}`) // the memory is the caller's again
	require.NoError(t, o.core.Close())    // it waits for the event
	require.Contains(t, o.log.String(), "greeting Ada")

	call.Type = function.DryRun
	require.NoError(t, o.Invoke(call, &answer))
	call.Type = function.RequestResponse
	call.Deadline = time.Now().Add(patience)
	require.ErrorIs(t, o.Invoke(call, &answer), function.ErrUnreachable, "the gateway has ended")
}

func TestStream(t *testing.T) {
	o := open(t, "stream", Config{})
	stream := func(payload string) (string, error) {
		body, err := o.Stream(&function.Call{ARN: arn, Payload: []byte(payload), RequestID: id, Deadline: time.Now().Add(patience)})
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(body)
		return string(text), errors.Join(err, body.Close())
	}
	text, err := stream(`{"name": "Ada"}`)
	require.NoError(t, err)
	require.Equal(t, "Ada", text)

	text, err = stream(`{"name": "bad"}`)
	var failed *function.Failure
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "cannot go on", failed.Message)
	require.Equal(t, "bad", text)

	body, err := o.Stream(&function.Call{ARN: arn, Payload: []byte(`{"name": "left alone"}`), RequestID: id, Deadline: time.Now().Add(patience)})
	require.NoError(t, err)
	require.NoError(t, body.Close()) // the client has gone
	text, err = stream(`{"name": "Bob"}`)
	require.NoError(t, err)
	require.Equal(t, "Bob", text)
}

// A function sees Lambda's variables, its own and Amazon's, and nothing else of the gateway's environment.
func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET_OF_THE_GATEWAY", "x")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1")
	o := open(t, "env", Config{Env: []string{"MINE=1"}, MemoryMiB: 512})
	body, _, err := o.call(`{}`, patience)
	require.NoError(t, err)
	for _, want := range []string{
		`"MINE=1"`, `"AWS_ACCESS_KEY_ID=AKID"`, `"AWS_ENDPOINT_URL_SQS=http://127.0.0.1:1"`, `"AWS_REGION=us-east-1"`,
		`"AWS_LAMBDA_FUNCTION_NAME=Test"`, `"AWS_LAMBDA_FUNCTION_VERSION=$LATEST"`, `"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512"`, `"PATH=`,
	} {
		require.Contains(t, body, want)
	}
	require.NotContains(t, body, "SECRET_OF_THE_GATEWAY")
}

func TestOpen(t *testing.T) {
	core := gw.NewCore(&gw.API{Title: "Test"})
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{}, "exec names no command"},
		{Config{Command: []string{"no-such-program"}}, `command "no-such-program": executable file not found`},
		{Config{Command: []string{"./no-such-program"}, Dir: "/"}, `command "./no-such-program"`},
	} {
		_, err := c.config.Open(core, function.Function{Name: "Test", ARN: arn})
		require.ErrorContains(t, err, c.want)
	}
}

func TestParseCommand(t *testing.T) {
	for line, want := range map[string][]string{
		"./run":                       {"./run"},
		"  node  index.mjs\thandler ": {"node", "index.mjs", "handler"},
		`a 'b c' "d \" e" f\ g ''`:    {"a", "b c", `d " e`, "f g", ""},
		`'it''s' x"y z"`:              {"its", "xy z"},
		`$HOME *`:                     {"$HOME", "*"},
	} {
		c, err := ParseCommand(line)
		require.NoError(t, err, line)
		require.Equal(t, want, c.Command, line)
	}
	for _, line := range []string{"", "   ", `''`, `"open`, `'open`, `end\`} {
		_, err := ParseCommand(line)
		require.Error(t, err, line)
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, seed := range []string{"./run", `a 'b c' "d \" e" f\ g`, `'`, `\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := ParseCommand(line)
		require.True(t, (err == nil) == (len(c.Command) > 0))
	})
}
