// Package process runs functions as local processes and speaks Lambda's runtime API to them: what a custom runtime, or
// any runtime client of Amazon's, speaks inside Lambda. A Pool has the processes of one function, a process works on one
// invocation at a time. The package must not know what payloads mean.
//
// Each process leads a group of its own, which is ended as a whole with the process, and all with the gateway. On Linux the kernel
// ends a process whose gateway was killed. What a process has started in a session of its own (setsid) is beyond that: nothing
// that works without rights over the machine, and without a setting of the gateway's whole program, would find it.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// Config says how a function is run (extensions.md, x-gateway-functions). Zero values stand for the defaults.
type Config struct {
	// Command is the program with its arguments. A name without a slash is looked up in PATH, another one is seen from Dir.
	Command []string
	// Dir is where the program runs; default the gateway's working directory.
	Dir string
	// Env is what the function gets beside Lambda's own variables: NAME=VALUE.
	Env []string
	// Concurrency is how many processes there are at most, each with one invocation at a time; default 10, at most 1,000.
	Concurrency int
	// MemoryMiB is how much resident memory a process may have, those that it has started included; default no bound, while the
	// function is told 128, as in Lambda. It is looked at every 100 ms (every 2 s for processes whose parent has ended), on
	// Linux only: elsewhere it is not bounded.
	MemoryMiB int
	// Timeout is how long an invocation may take, until the process asks for the next one; then the process is killed, and the
	// call is a function error. Default 3 seconds, as in Lambda. A caller who leaves earlier does not end an invocation.
	Timeout time.Duration
	// Idle is how long a process waits for work until it is ended; default 5 minutes.
	Idle time.Duration
}

var _ function.Place = Config{}

// withDefaults fills in what is zero.
func (c Config) withDefaults() Config {
	if c.Concurrency == 0 {
		c.Concurrency = 10
	}
	if c.Timeout == 0 {
		c.Timeout = 3 * time.Second
	}
	if c.Idle == 0 {
		c.Idle = 5 * time.Minute
	}
	return c
}

// maxConcurrency bounds processes.
const maxConcurrency = 1000

// check says what is wrong with c.
func (c Config) check() error {
	switch {
	case c.Concurrency < 0 || c.Concurrency > maxConcurrency:
		return fmt.Errorf("concurrency %d is not between 0 and %d", c.Concurrency, maxConcurrency)
	case c.MemoryMiB < 0 || c.Timeout < 0 || c.Idle < 0:
		return errors.New("memory, timeout and idle time cannot be negative")
	}
	for _, word := range slices.Concat(c.Command, c.Env, []string{c.Dir}) {
		if strings.IndexByte(word, 0) >= 0 {
			return errors.New("command, environment and folder cannot have NUL characters")
		}
	}
	for _, pair := range c.Env {
		if name, _, ok := strings.Cut(pair, "="); !ok || name == "" {
			return errors.New("an entry of the environment is no NAME=VALUE") // it may be a secret: it is not repeated
		}
	}
	if info, err := os.Stat(firstOf(c.Dir, ".")); err != nil {
		return fmt.Errorf("folder of the function: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("%q is no folder", c.Dir)
	}
	return nil
}

func firstOf(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// Open looks for the program and the folder. No process is started before it is needed.
func (c Config) Open(core *gw.Core, f function.Function) (function.Target, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	program, err := c.program()
	if err != nil {
		return nil, err
	}
	p := newPool(core, f, c, program)
	core.OnClose(p.close)
	return p, nil
}

// program is the path of the command.
func (c Config) program() (string, error) {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return "", errors.New("exec names no command")
	}
	name := c.Command[0]
	if strings.ContainsRune(name, '/') && !filepath.IsAbs(name) {
		name = filepath.Join(c.Dir, name)
	}
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		return "", fmt.Errorf("command %q: write ./%s for a program of the working directory", c.Command[0], c.Command[0])
	}
	if err != nil {
		return "", fmt.Errorf("command %q: %w", c.Command[0], errors.Unwrap(err))
	}
	return filepath.Abs(path)
}

// ParseCommand reads what stands behind exec: of the flag --function. Words are separated by spaces; quotes, single or double,
// keep them together, and a backslash outside single quotes takes the next character as it is. Nothing is expanded.
func ParseCommand(line string) (Config, error) {
	var words []string
	word, begun := []byte(nil), false
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case b == '\\' && quote != '\'':
			if i++; i == len(line) {
				return Config{}, errors.New("the command ends in a backslash")
			}
			word, begun = append(word, line[i]), true
		case quote != 0 && b == quote:
			quote = 0
		case quote == 0 && (b == '\'' || b == '"'):
			quote, begun = b, true
		case quote == 0 && (b == ' ' || b == '\t'):
			if begun {
				words = append(words, string(word))
			}
			word, begun = word[:0], false
		default:
			word, begun = append(word, b), true
		}
	}
	if quote != 0 {
		return Config{}, errors.New("a quote of the command is never closed")
	}
	if begun {
		words = append(words, string(word))
	}
	if len(words) == 0 || words[0] == "" {
		return Config{}, errors.New("there is no command")
	}
	return Config{Command: words}, nil
}
