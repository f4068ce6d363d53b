package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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
		require.Equal(t, `"Hello, Ada ID `+arn+` true"`, body)
		o.waitIdle(t, 1)
	}
	require.Len(t, o.alive, 1, "a process that waits is used")
	body, failed, err := o.call(`{"name": "nobody"}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.JSONEq(t, `{"errorMessage": "nobody is here", "errorType": "errorString"}`, body)
	require.Eventually(t, func() bool {
		return strings.Contains(o.log.String(), `msg="greeting Ada" function=Test requestId=call-1 from=stdout`)
	}, patience, time.Millisecond)
}

// misbehaviour is what becomes of a call of a function that behaves so.
type misbehaviour struct {
	behaviour string
	config    Config
	want      string // of the payload
	failed    string
	log       string
}

func misbehaviours() []misbehaviour {
	exit := func(how string) string {
		return `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited ` + how + `"}`
	}
	return []misbehaviour{
		{behaviour: "exit", want: exit("with error: exit status 3"), failed: "Unhandled", log: "a function's process ended"},
		{behaviour: "leave", want: exit("without providing a reason"), failed: "Unhandled"},
		{behaviour: "hang", config: Config{Timeout: 300 * time.Millisecond}, failed: "Unhandled",
			want: `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ID Error: Task timed out after 0.30 seconds"}`},
		{behaviour: "twice", want: `"one"`,
			log: ` / 403 {\"errorMessage\":\"State transition from ResponseSent to InvocationResponse failed`},
		{behaviour: "other", want: `"mine"`, log: `400 {\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}`},
		{behaviour: "garbage", want: `{"errorType":"Function.Unknown","errorMessage":"no JSON"}`, failed: "Unhandled"},
		{behaviour: "huge", config: Config{Timeout: patience}, failed: "Unhandled", log: "413",
			want: `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (10485760 bytes)."}`},
		{behaviour: "trickle", config: Config{Timeout: 5 * time.Second}, want: `{"errorType":"Function.ResponseSizeTooLarge"`, failed: "Unhandled"},
		{behaviour: "broken", want: exit("with error: exit status 4"), failed: "Unhandled"},
		{behaviour: "hangup", want: `{"errorType":"Runtime.TruncatedResponse"`, failed: "Unhandled"},
		{behaviour: "badmode", want: `{"errorType":"Runtime.InvalidResponseModeHeader"`, failed: "Unhandled", log: "mode: 400"},
		{behaviour: "failing", want: `{"errorType":"Sad","errorMessage":"404: no pet"}`, failed: "Unhandled"},
		{behaviour: "flood", want: `"done"`, log: "lines of a function were dropped"},
		{behaviour: "badstart", want: `{"errorType":"Extension.Bad","errorMessage":"no way"}`, failed: "Unhandled"},
		{behaviour: "deadborn", want: exit("with error: exit status 7"), failed: "Unhandled"},
		{behaviour: "greedy", want: `"once"`},
		{behaviour: "impatient", want: `{"errorMessage":"State transition from Running to Ready failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}`},
		{behaviour: "noise", want: `{}`},
	}
}

// Whatever a function does, its caller gets an answer in time, and the next caller is served.
func TestMisbehaviour(t *testing.T) {
	for _, c := range misbehaviours() {
		t.Run(c.behaviour, func(t *testing.T) {
			c.config.Concurrency = 2
			o := open(t, c.behaviour, c.config)
			for range 3 {
				body, failed, err := o.call(`{}`, patience)
				require.NoError(t, err)
				require.Contains(t, body, c.want)
				require.Equal(t, c.failed, failed)
			}
			require.Eventually(t, func() bool { return strings.Contains(o.log.String(), c.log) }, patience, time.Millisecond, o.log)
		})
	}
}

// What a function never takes, or never gives, ends with its caller's time.
func TestCallersAreNeverHeld(t *testing.T) {
	for _, c := range []struct{ behaviour, payload string }{
		{"silent", `{}`},
		{"pipelined", `{}`},
		{"hang", `{}`},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			o := open(t, c.behaviour, Config{Concurrency: 2, Timeout: patience})
			for range 3 {
				begun := time.Now()
				_, _, err := o.call(c.payload, 100*time.Millisecond)
				require.ErrorIs(t, err, function.ErrTimeout)
				require.Less(t, time.Since(begun), patience/2)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			require.Zero(t, o.line.count, "nobody waits any more")
		})
	}
}

// A process that does not read what it is given holds nobody up, whichever way it was given.
func TestDeafProcess(t *testing.T) {
	o := open(t, "deaf", Config{Concurrency: 2, Timeout: patience})
	large := `"` + strings.Repeat("x", 8<<20) + `"`
	_, _, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.idle) == 1
	}, patience, time.Millisecond)
	begun := time.Now()
	_, _, err = o.call(large, 100*time.Millisecond)
	require.ErrorIs(t, err, function.ErrTimeout)
	require.Less(t, time.Since(begun), patience/2, "it need not wait until the process is killed")
	body, _, err := o.call(`{}`, patience) // by another process, as the first one has something to do
	require.NoError(t, err)
	require.Equal(t, `{}`, body)
}

// A program that is there no more is told, and asked for again.
func TestProgramVanishes(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700))
	o := openCommand(t, Config{Command: []string{program}})
	dry := &function.Call{Type: function.DryRun}
	require.NoError(t, o.Invoke(dry, &function.Answer{}))
	require.NoError(t, os.Remove(program))
	require.ErrorIs(t, o.Invoke(dry, &function.Answer{}), function.ErrUnreachable)
	body, failed, err := o.call(`{}`, patience)
	require.NoError(t, err)
	require.Equal(t, "Unhandled", failed)
	require.Contains(t, body, `"errorType":"Runtime.InvalidEntrypoint"`)
}

// A process that hangs up while it waits for work may lose what it was given: its callers are told in time all the same, and
// the pool goes on.
func TestHangingUp(t *testing.T) {
	o := open(t, "fickle", Config{Concurrency: 2, Timeout: time.Second})
	served := 0
	for range 20 {
		body, _, err := o.call(`{}`, patience)
		require.NoError(t, err)
		if body == `{}` {
			served++
		}
	}
	require.NotZero(t, served)
}

// An answer to an invocation that is over is refused, whatever is under way.
func TestStaleAnswers(t *testing.T) {
	o := open(t, "stale", Config{Concurrency: 1})
	var answer function.Answer
	for _, want := range []string{"none before", "400 ", "400 "} { // all have the same id for their callers
		require.NoError(t, o.Invoke(&function.Call{ARN: arn, Payload: []byte(`{}`), RequestID: id, Deadline: time.Now().Add(patience)}, &answer))
		require.Contains(t, string(answer.Payload), want)
	}
}

// What callers say cannot add a header.
func TestTextsAreNoHeaders(t *testing.T) {
	o := open(t, "echo", Config{})
	var answer function.Answer
	evil := "x\r\nContent-Length: 0\r\n\r\n"
	require.NoError(t, o.Invoke(&function.Call{ARN: evil, TraceID: evil, RequestID: evil, Payload: []byte(`"whole"`), Deadline: time.Now().Add(patience)}, &answer))
	require.Equal(t, `"whole"`, string(answer.Payload))
}

// A call whose time is over already starts nothing.
func TestLateCall(t *testing.T) {
	o := open(t, "echo", Config{})
	_, _, err := o.call(`{}`, -time.Second)
	require.ErrorIs(t, err, function.ErrTimeout)
	require.Empty(t, o.alive)
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
	require.Eventually(t, func() bool { return hasEnded(pid) }, patience, time.Millisecond)
}

// A gateway that is killed takes its functions with it.
func TestKilledGateway(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends processes with their parent")
	}
	file := filepath.Join(t.TempDir(), "pid")
	program, err := filepath.Abs(os.Args[0])
	require.NoError(t, err)
	gateway := exec.Command(program)
	gateway.Env = append(os.Environ(), "FUNCTION=gateway", "PIDFILE="+file)
	require.NoError(t, gateway.Start())
	var pid int
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(file)
		pid, _ = strconv.Atoi(string(text))
		return err == nil && pid > 0
	}, patience, time.Millisecond)
	require.False(t, hasEnded(pid))
	require.NoError(t, gateway.Process.Kill())
	require.Error(t, gateway.Wait())
	require.Eventually(t, func() bool { return hasEnded(pid) }, patience, time.Millisecond)
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
		{Config{Command: []string{"sh"}, Dir: "/no/such/folder"}, "folder of the function"},
		{Config{Command: []string{"sh"}, Dir: os.Args[0]}, "is no folder"},
		{Config{Command: []string{"sh"}, Concurrency: -1}, "concurrency -1"},
		{Config{Command: []string{"sh"}, Concurrency: 1001}, "concurrency 1001"},
		{Config{Command: []string{"sh"}, Timeout: -1}, "cannot be negative"},
		{Config{Command: []string{"sh"}, Env: []string{"SECRET"}}, "an entry of the environment is no NAME=VALUE"},
		{Config{Command: []string{"sh", "a\x00b"}}, "NUL"},
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

// Nothing is left of functions when the gateway has ended: no process, no port, no pipe. TestMain sees to goroutines.
func TestNothingIsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what a process has open")
	}
	use := func(behaviour string) {
		o := open(t, behaviour, Config{Concurrency: 4, Timeout: 50 * time.Millisecond, Env: []string{"PIDFILE=" + filepath.Join(t.TempDir(), "pid")}})
		for range 4 {
			_, _, _ = o.call(`{}`, 200*time.Millisecond) // some have no answer
		}
		require.NoError(t, o.core.Close())
	}
	use("echo") // what the runtime opens once is open now
	before := openFiles(t)
	for _, behaviour := range []string{"echo", "exit", "hang", "deadborn", "noise", "fickle", "deaf", "children", "silent", "trickle", "badstart"} {
		use(behaviour)
		require.Equal(t, before, openFiles(t), behaviour)
		require.Empty(t, childrenLeft(t), behaviour)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(files)
}

// childrenLeft are the processes that this one has started and not reaped.
func childrenLeft(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("/proc/self/task/*/children")
	require.NoError(t, err)
	all := ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil { // a thread that has just ended has none
			all += string(text)
		}
	}
	return all
}
