//go:build !unix

package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/gatewright/gatewright/gen"
)

// become runs program in this process's stead.
func become(program string, args []string) error {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exitCode(exit.ExitCode())
	}
	if err != nil {
		return err
	}
	return exitCode(exitOK)
}

// watch needs signals that only Unix has.
func (c *command) watch(context.Context, gen.Options, []string) error {
	return errors.New("--watch hands over by signals, which this system does not have")
}
