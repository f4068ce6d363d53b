// Package server is the program around a generated gateway: flags and environment, listeners, certificates, the admin
// listener, signals, and the order in which a process starts, drains and hands over. A gateway's main function is one
// call of Main. The package must not know what a gateway does with a request.
package server

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"

	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Gateway is what this package serves. Every generated gateway is one, by the *gw.Core in it.
type Gateway interface {
	http.Handler
	// Handle answers a request over HTTP/1.
	Handle(*fasthttp.RequestCtx)
	// Shed and ShedHTTP answer a request that there is no time for.
	Shed(*fasthttp.RequestCtx)
	ShedHTTP(http.ResponseWriter, *http.Request)
	// Refuse answers a request that cannot be read, with the given status.
	Refuse(ctx *fasthttp.RequestCtx, status int)
	// API is what the document says of the whole.
	API() *gw.API
	// DomainTLS is base for connections to a domain of the document.
	DomainTLS(name string, base *tls.Config) *tls.Config
	// Apply puts limits, stage variables, API keys and upstream targets in the place of the document's, all or nothing.
	Apply(gw.Overrides) error
	// Pages are pages for operators, beside those of this package.
	Pages() []gw.Page
	// HandOver gives up what the process takes over that is started in the place of this one.
	HandOver()
	// Unfit says what keeps the gateway from serving as it should.
	Unfit() []error
	// Ailing says what the gateway does without while it serves.
	Ailing() []error
	// SharedStore is what limits are shared by; nil: nothing.
	SharedStore() limit.Store
	// StoreMisses is how many requests it did not answer for in time.
	StoreMisses() int64
	// OnReload registers files that are read again while the gateway runs.
	OnReload(what string, paths []string, reload func() error) *gw.HotFiles
	// HotFiles are all such files, the gateway's own among them.
	HotFiles() []*gw.HotFiles
	// CloseConnections has every further answer ask the client to close its connection.
	CloseConnections()
	// Close ends what the gateway runs in the background.
	Close() error
}

// Exit codes of a gateway's process.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// Main runs the gateway that construct makes until it is told to stop, and exits the process. It reads the process's
// arguments and environment; --help lists what they may hold.
func Main[G Gateway](construct func(...gw.Option) (G, error)) {
	signals, stop := notify()
	code := run(context.Background(), process{
		construct: generalize(construct), parts: partsOf[G](), args: os.Args, env: os.LookupEnv, environ: os.Environ(),
		stdout: os.Stdout, stderr: os.Stderr, signals: signals, tune: true,
	})
	stop()
	os.Exit(code)
}

// Run is Main for programs and tests that keep the process: it returns the exit code, takes arguments without the
// program's name and the environment as a function like os.LookupEnv, handles no signals, and stops when ctx ends.
func Run[G Gateway](
	ctx context.Context, construct func(...gw.Option) (G, error),
	args []string, env func(string) (string, bool), stdout, stderr io.Writer,
) int {
	return run(ctx, process{
		construct: generalize(construct), parts: partsOf[G](), args: append([]string{"gateway"}, args...), env: env,
		stdout: stdout, stderr: stderr,
	})
}

// generalize forgets the gateway's own type.
func generalize[G Gateway](construct func(...gw.Option) (G, error)) func(...gw.Option) (Gateway, error) {
	return func(options ...gw.Option) (Gateway, error) {
		g, err := construct(options...)
		if err != nil {
			return nil, err
		}
		return g, nil
	}
}

// partsOf are the optional parts that gateways of a type were generated with. They are known without a gateway.
func partsOf[G Gateway]() []gw.Part {
	var none G
	if with, ok := any(none).(interface{ Parts() []gw.Part }); ok {
		return with.Parts()
	}
	return nil
}

// process is what a run has of the world around it.
type process struct {
	construct      func(...gw.Option) (Gateway, error)
	parts          []gw.Part
	args           []string // the program's name first
	env            func(string) (string, bool)
	environ        []string // for a process that takes over
	stdout, stderr io.Writer
	signals        <-chan os.Signal
	tune           bool // the process is ours alone: set its memory policy
}
