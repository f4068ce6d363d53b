package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/valyala/fasthttp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/mtls"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/gatewright/gatewright/runtime/front/h2"
	"github.com/gatewright/gatewright/runtime/front/shed"
)

// command is what a running gateway is told.
type command uint8

const (
	stop command = iota
	reload
	handOver
)

// running is a gateway that serves.
type running struct {
	process   *process
	settings  *settings
	parts     []gw.Option // of optional parts
	logger    *slog.Logger
	gateway   Gateway
	listeners *listeners
	certs     *certificates // nil: clear text
	h2        *h2.Server
	fronts    []*fast.Server
	watch     *shed.Watch // nil: no request is sent away
	admin     *admin      // nil: off
	metrics   *metrics
	failed    chan error // a listener that stopped by itself
	closers   []io.Closer
}

// run is a gateway's whole life; it returns the exit code.
func run(ctx context.Context, p process) int {
	s, err := parse(p.args[1:], p.env, p.parts...)
	if err != nil {
		return usage(p, err)
	}
	if s.help {
		return exitFor(printHelp(p.stdout, filepath.Base(p.args[0]), p.parts))
	}
	if p.tune {
		tuneMemory(p.env)
	}
	parts, err := partOptions(p.parts, s)
	if err != nil {
		return usage(p, err)
	}
	logger := newLogger(p.stderr, s.logFormat, s.logLevel)
	r := &running{process: &p, settings: s, parts: parts, logger: logger, failed: make(chan error, 4)}
	defer r.close()
	if err := r.construct(); err != nil {
		logger.Error("cannot start", "error", err)
		return exitError
	}
	if err := s.checkSecure(secure(s, r.gateway.API().Domains)); err != nil {
		return usage(p, err)
	}
	if s.version {
		return exitFor(printVersion(p.stdout, r.gateway.API()))
	}
	if err := r.start(); err != nil {
		logger.Error("cannot start", "error", err)
		return exitError
	}
	return r.wait(ctx)
}

// usage says which flag is wrong.
func usage(p process, err error) int {
	fmt.Fprintf(p.stderr, "%s: %v\nRun %[1]s --help for the flags.\n", filepath.Base(p.args[0]), err)
	return exitUsage
}

func exitFor(err error) int {
	if err != nil {
		return exitError
	}
	return exitOK
}

// construct makes the gateway by the settings.
func (r *running) construct() error {
	s := r.settings
	options := []gw.Option{
		gw.WithLogger(r.logger), gw.WithTrustedProxies(s.trustedProxies), gw.WithAWSLimits(s.awsLimits),
		gw.WithRateLimitHeaders(s.rateLimitHeaders), gw.WithLimits(gw.Limits{Body: max(s.limits.Body, 0)}),
	}
	if s.stage != "" {
		options = append(options, gw.WithStage(s.stage))
	}
	for name, value := range s.variables {
		options = append(options, gw.WithStageVariable(name, value))
	}
	if s.usageFile != "" && s.usageFile != off {
		options = append(options, gw.WithUsageFile(gw.UsageFile{Path: s.usageFile, TakeOver: r.process.succeeds()}))
	}
	if s.clientCA != "" {
		options = append(options, gw.WithClientCertificates(mtls.Describe))
	}
	for name, urls := range s.upstreams {
		options = append(options, gw.WithUpstream(name, urls...))
	}
	for name, target := range s.functions {
		options = append(options, gw.WithFunction(name, target))
	}
	options = append(options, r.parts...)
	access, closer, err := r.process.accessLogger(s)
	if err != nil {
		return err
	}
	if closer != nil {
		r.closers = append(r.closers, closer)
	}
	if access != nil {
		options = append(options, gw.WithAccessLog(access))
	}
	if s.adminListen != off {
		options = append(options, gw.WithObserver(r.observe))
	}
	if r.gateway, err = r.process.construct(options...); err != nil {
		return err
	}
	if s.adminListen != off {
		r.metrics = newMetrics(r.gateway.API())
		if checked, ok := r.gateway.(interface{ ResponseMismatches() int64 }); ok {
			r.metrics.mismatches(checked.ResponseMismatches)
		}
		if store := r.gateway.SharedStore(); store != nil {
			r.metrics.store(store, r.gateway.StoreMisses)
		}
	}
	return nil
}

// partOptions are what the flags of optional parts make.
func partOptions(parts []gw.Part, s *settings) (options []gw.Option, err error) {
	if s.version {
		return nil, nil // it is not going to serve
	}
	for _, part := range parts {
		more, err := part.Options(func(flag string) string { return s.parts[flag] })
		if err != nil {
			return nil, err
		}
		options = append(options, more...)
	}
	return options, nil
}

// observe counts one request.
func (r *running) observe(c *gw.Ctx, status int, elapsed time.Duration) {
	r.metrics.observe(c.RouteIndex(), c.Method(), status, elapsed)
}

// start opens everything and says that it is ready.
func (r *running) start() error {
	s := r.settings
	if s.overrides != "" {
		r.gateway.OnReload("--overrides", []string{s.overrides}, func() error { return s.override(r.gateway.Apply) })
	}
	if err := s.override(r.gateway.Apply); err != nil {
		return err
	}
	domains := r.gateway.API().Domains
	if secure(s, domains) {
		r.certs = &certificates{cert: s.tlsCert, key: s.tlsKey, clientCA: s.clientCA, domains: domains, guard: r.gateway.DomainTLS}
		r.gateway.OnReload("certificates", r.certs.files(), r.certs.load)
		if err := r.certs.load(); err != nil {
			return err
		}
	}
	in, err := inherit(r.process.env)
	if err != nil {
		return err
	}
	if r.listeners, err = open(s, in.listeners); err != nil {
		return err
	}
	r.serve()
	return r.ready(in)
}

// serve starts the fronts on the listeners.
func (r *running) serve() {
	s := r.settings
	if s.shedAfter > 0 {
		r.watch = shed.New(s.shedAfter)
	}
	r.h2 = h2.New(h2.Config{
		Handler: r.gateway, Refuse: r.refuseHTTP2, Watch: r.watch, Shed: r.gateway.ShedHTTP, Logger: r.logger, Limits: s.h2Limits(),
	})
	if r.listeners.main != nil {
		r.front(r.listeners.main, r.gateway.Handle, r.h2.ServeConn, r.certs)
	}
	if r.listeners.plain != nil {
		handler, http2 := r.gateway.Handle, r.h2.ServeConn
		if s.httpsRedirect {
			handler, http2 = redirect(port(r.listeners.main), r.gateway.Refuse), nil
		}
		r.front(r.listeners.plain, handler, http2, nil)
	}
	if r.listeners.admin != nil {
		r.admin = newAdmin(r.gateway, r.metrics, r.logger)
		r.metrics.connections(r.open, r.refused, r.unproven, r.watch.Shed)
		go func() { r.failed <- r.admin.server.Serve(r.listeners.admin) }()
	}
}

// refuseHTTP2 answers with the form that the gateway gives such answers over HTTP/1.
func (r *running) refuseHTTP2(w http.ResponseWriter, _ *http.Request, status int) {
	var ctx fasthttp.RequestCtx
	ctx.Init(&fasthttp.Request{}, nil, nil)
	r.gateway.Refuse(&ctx, status)
	for name, value := range ctx.Response.Header.All() {
		switch string(name) {
		case "Connection", "Content-Length", "Date": // the connection's own
		default:
			w.Header().Add(string(name), string(value))
		}
	}
	w.WriteHeader(ctx.Response.StatusCode())
	_, _ = w.Write(ctx.Response.Body()) // the client is gone
}

// front serves one listener.
func (r *running) front(ln net.Listener, handler func(*fasthttp.RequestCtx), http2 func(net.Conn), certs *certificates) {
	f := fast.New(fast.Config{
		Handler: handler, Refuse: r.gateway.Refuse, Watch: r.watch, Shed: r.gateway.Shed, HTTP2: http2, Logger: r.logger, Limits: r.settings.limits,
		Balancer: r.settings.balancer(),
	})
	r.fronts = append(r.fronts, f)
	if certs == nil {
		go func() { r.failed <- f.Serve(ln, nil) }()
		return
	}
	go func() { r.failed <- f.Serve(ln, certs.config()) }()
}

// ready tells whoever waits for it that requests can come.
func (r *running) ready(in *inheritance) error {
	if r.settings.readyFile != "" {
		if err := writeReady(r.settings.readyFile, r.listeners); err != nil {
			return fmt.Errorf("--ready-file: %w", err)
		}
	}
	if r.admin != nil {
		r.admin.ready.Store(true)
	}
	var attrs []any
	for _, n := range r.listeners.named() {
		attrs = append(attrs, n.name, n.Addr().String())
	}
	r.logger.Info("ready", attrs...)
	if err := in.announce(); err != nil {
		return fmt.Errorf("taking over: %w", err)
	}
	return nil
}

// wait serves until it is told to stop, and returns the exit code.
func (r *running) wait(ctx context.Context) int {
	hangUp := make(chan struct{}, 1)
	defer r.follow(ctx, hangUp)()
	for {
		select {
		case <-ctx.Done():
			return r.drain(false)
		case err := <-r.failed:
			r.logger.Error("a listener failed", "error", err)
			r.drain(false)
			return exitError
		case signal := <-r.process.signals:
			switch order(signal) {
			case stop:
				return r.drain(false)
			case reload:
				select {
				case hangUp <- struct{}{}:
				default: // a reading that has yet to begin is for this signal too
				}
			case handOver:
				if r.handedOver(ctx) {
					return r.drain(true)
				}
			}
		}
	}
}

// follow starts to look at hot files; all asks for all of them to be read. A reading may take its time, so that it keeps
// no signal waiting. stop returns when none is under way any more.
func (r *running) follow(ctx context.Context, all <-chan struct{}) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ticker := time.NewTicker(lookEvery)
	done := make(chan struct{})
	go func() {
		defer close(done)
		follow(ctx, ticker.C, all, r.gateway.HotFiles, r.reloaded)
	}()
	return func() {
		ticker.Stop()
		cancel()
		<-done
	}
}

// reloaded reports one reading: what was in force stays when it failed.
func (r *running) reloaded(h *gw.HotFiles, err error) {
	result := "ok"
	if err != nil {
		result = "error"
		r.logger.Error("reload failed; what was in force stays", "what", h.What(), "files", h.Paths(), "error", err)
	} else {
		r.logger.Info("reloaded", "what", h.What(), "files", h.Paths())
	}
	if r.metrics != nil {
		r.metrics.reloads.WithLabelValues(result).Inc()
	}
}

// handedOver says whether a new process serves now.
func (r *running) handedOver(ctx context.Context) bool {
	r.logger.Info("handing over", "program", r.process.args[0])
	if err := r.process.succeed(ctx, r.listeners); err != nil {
		r.logger.Error("handing over failed; this process goes on", "error", err)
		return false
	}
	return true
}

// open, refused and unproven add up the fronts' counters.
func (r *running) open() int {
	n := 0
	for _, f := range r.fronts {
		n += f.Open()
	}
	return n
}

func (r *running) refused() int64 {
	var n int64
	for _, f := range r.fronts {
		n += f.Refused()
	}
	return n
}

func (r *running) unproven() int64 {
	var n int64
	for _, f := range r.fronts {
		n += f.Unproven()
	}
	return n
}
