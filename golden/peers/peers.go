// Package peers starts the real servers that gateways talk to in place of Amazon's: dynalite for DynamoDB, s3rver for S3,
// goaws for SQS and SNS, and Amazon's own emulator of Lambda's runtime, each on a free port of the loopback; and it finds the
// npm packages that functions run on. Tests and the demo of examples/orders use it; it must not know what they do with it.
//
// The npm packages are those of this folder's package-lock.json. GATEWRIGHT_NODE_MODULES names the node_modules that has
// them, else it is the one of this folder (`npm ci`).
package peers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// AccountID is the account that SQS and SNS belong to.
const AccountID = "123456789012"

// ErrNoModules is npm's packages that are not there.
var ErrNoModules = errors.New("npm's packages are not installed: run `npm ci` in golden/peers")

// Server is a running peer.
type Server struct {
	// URL is where it listens: http://127.0.0.1:PORT.
	URL string

	cmd   *exec.Cmd
	stdin io.Closer
	dir   string // its own, removed with it
}

// StartDynamoDB starts DynamoDB without any table.
func StartDynamoDB() (*Server, error) { return startNode("dynamodb") }

// StartS3 starts S3 with empty buckets, which keeps its objects in dir. It knows the access key S3RVER with the secret S3RVER.
func StartS3(dir string, buckets ...string) (*Server, error) {
	return startNode(append([]string{"s3", dir}, buckets...)...)
}

// StartQueues starts SQS and SNS without any queue or topic.
func StartQueues() (*Server, error) {
	dir, err := os.MkdirTemp("", "goaws-")
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "goaws")
	if err := goBuild("goaws", binary, "."); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s, err := start(exec.Command(binary))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.dir = dir
	return s, nil
}

// goBuild builds a package of one of the modules below this folder.
func goBuild(module, binary, target string) error {
	build := exec.Command("go", "build", "-o", binary, target)
	build.Dir = filepath.Join(folder(), module)
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w: %s", module, err, out)
	}
	return nil
}

// Modules is the folder that holds npm's packages, or ErrNoModules.
func Modules() (string, error) {
	dir := os.Getenv("GATEWRIGHT_NODE_MODULES")
	if dir == "" {
		dir = filepath.Join(folder(), "node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "dynalite")); err != nil {
		return "", ErrNoModules
	}
	return dir, nil
}

// startNode starts one of the servers of serve.js.
func startNode(args ...string) (*Server, error) {
	modules, err := Modules()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("node", append([]string{filepath.Join(folder(), "serve.js")}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	return start(cmd)
}

// start starts a server that prints its URL and ends with its standard input.
func start(cmd *exec.Cmd) (*Server, error) {
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s prints no address: %w", cmd.Path, err), s.Close())
	}
	s.URL = strings.TrimSpace(line)
	return s, nil
}

// Close ends the server. How it ends does not matter: Ctrl-C may have ended it already.
func (s *Server) Close() error {
	err := s.stdin.Close()
	var exit *exec.ExitError
	if wait := s.cmd.Wait(); wait != nil && !errors.As(wait, &exit) {
		err = errors.Join(err, wait)
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// folder is this package's own.
func folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
