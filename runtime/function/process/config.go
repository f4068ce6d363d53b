// Package process runs functions as local processes and speaks Lambda's runtime API to them: what a custom runtime, or
// any runtime client of Amazon's, speaks inside Lambda. A Pool has the processes of one function, a process works on one
// invocation at a time. The package must not know what payloads mean.
//
// Nothing outlives the gateway: each process leads a group of its own, which is ended as a whole, and on Linux the kernel ends
// a process whose gateway was killed.
package process

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
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
	// Concurrency is how many processes there are at most; default 10.
	Concurrency int
	// MemoryMiB is how much resident memory a process may have, those that it has started included; default no bound. It is
	// looked at every 100 ms, on Linux only.
	MemoryMiB int
	// Timeout is how long an invocation may take; then the process is killed. Default 3 seconds, as in Lambda.
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

// Open looks for the program. No process is started before it is needed.
func (c Config) Open(core *gw.Core, f function.Function) (function.Target, error) {
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
