// Package gwtest tests gateways by fixtures: files that say what is sent, what a backend answers, and what must come
// out. A gateway runs inside the test's process, and nothing opens a connection. The package is for tests: a gateway
// that does not import it does not link it.
package gwtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// Gateway is what is tested. Every generated gateway is one, by the *gw.Core in it.
type Gateway interface {
	// Handle answers a request over HTTP/1.
	Handle(*fasthttp.RequestCtx)
	// API is what the document says of the whole.
	API() *gw.API
	// Close ends what the gateway runs in the background.
	Close() error
}

// updateVariable makes Run write what came out into the files, when it is not empty.
const updateVariable = "GATEWRIGHT_UPDATE"

// Run runs the cases of the fixture files that the patterns match as subtests, each with a gateway of its own that
// construct makes. Every pattern must match a file. What the files say of documents is left aside: construct is the
// document's package. With GATEWRIGHT_UPDATE=1 in the environment, what came out is written into the files.
func Run[G Gateway](t *testing.T, construct func(...gw.Option) (G, error), patterns ...string) {
	t.Helper()
	if len(patterns) == 0 {
		t.Fatal("gwtest: no fixture files are named")
	}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err == nil && len(paths) == 0 {
			t.Errorf("gwtest: no file matches %s", pattern)
		}
		if err != nil {
			t.Errorf("gwtest: %s: %v", pattern, err)
		}
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) { runFile(t, generalize(construct), path) })
		}
	}
}

func runFile(t *testing.T, construct constructor, path string) {
	file, err := fixture.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	suite := suite{construct: construct}
	if err := suite.open(); err != nil {
		t.Fatal(err)
	}
	update := os.Getenv(updateVariable) != ""
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			o := suite.run(file, c)
			if update {
				o.update(file)
			}
			if o.failed() {
				t.Error(o.text(file, false))
			}
		})
	}
	if err := file.Save(); err != nil {
		t.Error(err)
	}
}

// constructor makes a gateway.
type constructor func(...gw.Option) (Gateway, error)

// generalize forgets the gateway's own type.
func generalize[G Gateway](construct func(...gw.Option) (G, error)) constructor {
	return func(options ...gw.Option) (Gateway, error) {
		g, err := construct(options...)
		if err != nil {
			return nil, err
		}
		return g, nil
	}
}
