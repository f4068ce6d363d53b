//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/gatewright/gatewright/gen"
)

// settle is how long files must be quiet before a rebuild: editors and tools write in several steps.
const settle = 100 * time.Millisecond

// watched is a gateway that is rebuilt while it runs.
type watched struct {
	command *command
	options gen.Options
	scratch scratch
	gateway *process
	files   *fsnotify.Watcher
	known   map[string]bool // the document's files, as absolute paths
}

// watch builds the gateway, runs it, and does so again on every change until it is interrupted.
func (c *command) watch(ctx context.Context, options gen.Options, args []string) error {
	h, err := findHome(ctx, ".")
	if err != nil {
		return err
	}
	s, err := newScratch(options.Document, h)
	if err != nil {
		return err
	}
	gateway, err := newProcess(s, filepath.Dir(options.Document), args)
	if err != nil {
		return err
	}
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer files.Close()
	ctx, uncatch := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer uncatch()
	context.AfterFunc(ctx, uncatch) // a second signal ends this process at once
	w := &watched{command: c, options: options, scratch: s, gateway: gateway, files: files, known: map[string]bool{}}
	return w.loop(ctx)
}

// loop serves until ctx ends or the gateway does.
func (w *watched) loop(ctx context.Context) error {
	if err := w.follow(append([]string{w.options.Document}, w.options.More...)); err != nil {
		return err
	}
	quiet := time.NewTimer(0) // the first build is due at once
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.gateway.stop()
		case <-w.gateway.gone:
			return w.gateway.failure()
		case event := <-w.files.Events:
			if w.known[event.Name] && !event.Has(fsnotify.Chmod) {
				quiet.Reset(settle)
			}
		case err := <-w.files.Errors:
			fmt.Fprintf(w.command.err, "gatewright: watching the document: %v\n", err)
		case <-quiet.C:
			w.renew(ctx)
		}
	}
}

// renew builds the gateway of the document as it is now, and starts it or lets it take over. What goes wrong is told;
// whatever serves goes on.
func (w *watched) renew(ctx context.Context) {
	read, err := w.command.buildIn(ctx, w.scratch, w.options, w.scratch.program())
	err = errors.Join(w.follow(read), err)
	if err == nil {
		err = w.gateway.renew(ctx, w.command)
	}
	var told exitCode
	if err != nil && ctx.Err() == nil && !errors.As(err, &told) {
		fmt.Fprintf(w.command.err, "gatewright: %v\n", err)
	}
}

// follow watches files. Their directories are watched: an editor that replaces a file would end a watch on itself.
func (w *watched) follow(files []string) error {
	for _, file := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		if w.known[path] {
			continue
		}
		if err := w.files.Add(filepath.Dir(path)); err != nil {
			return fmt.Errorf("watching %s: %w", file, err)
		}
		w.known[path] = true
	}
	return nil
}

// piped hides what a writer is. Given a file, a child process would get the file itself; given this it gets a pipe,
// which ends only when the child's successors have ended too.
type piped struct{ io.Writer }
