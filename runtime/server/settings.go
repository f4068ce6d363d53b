package server

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/front/fast"
	"github.com/gatewright/gatewright/runtime/front/h2"
)

// settings is what flags and environment say. What they do not say is a default here, or the document's.
type settings struct {
	listen, plainListen, adminListen string
	httpsRedirect                    bool
	stage                            string
	tlsCert, tlsKey, clientCA        string
	variables                        map[string]string
	upstreams                        map[string][]string
	functions                        map[string]string
	parts                            map[string]string // what flags of optional parts say
	trustedProxies                   []netip.Prefix
	proxyProtocol                    bool
	overrides                        string
	awsLimits                        bool
	rateLimitHeaders                 bool
	limits                           fast.Limits
	shedAfter                        time.Duration // 0 or less: never
	streams                          int
	drainTimeout, drainDelay         time.Duration
	accessLog                        string
	logFormat                        string
	logLevel                         slog.Level
	readyFile                        string
	usageFile                        string
	version, help                    bool
}

// off is how an address or a file that is not wanted is written.
const off = "off"

// awsBody is Amazon's largest request: 10 MB.
const awsBody = 10 << 20

func defaults() *settings {
	return &settings{
		listen: ":8080", adminListen: "127.0.0.1:9901", plainListen: off, accessLog: off, logFormat: "text",
		variables: map[string]string{}, upstreams: map[string][]string{}, functions: map[string]string{}, parts: map[string]string{},
		limits: fast.DefaultLimits(), streams: h2.DefaultLimits().Streams,
		drainTimeout: 30 * time.Second,
	}
}

// option is one flag with its twin in the environment.
type option struct {
	name  string
	value string // what stands for the value in the help; empty: a switch
	help  string
	many  bool // may be repeated; the twin separates by blanks
	lines bool // the twin separates by line ends, as values have blanks
	set   func(s *settings, value string) error
}

// twin is the option's name in the environment.
func (o *option) twin() string {
	return "GATEWRIGHT_" + strings.ToUpper(strings.ReplaceAll(o.name, "-", "_"))
}

// parse reads the environment and then the arguments, which win. Every error is a mistake of the caller's.
func parse(args []string, env func(string) (string, bool), parts ...gw.Part) (*settings, error) {
	s, options := defaults(), options(parts)
	if err := s.fromEnvironment(options, env); err != nil {
		return nil, err
	}
	if err := s.fromArguments(options, args); err != nil {
		return nil, err
	}
	return s, s.check()
}

func (s *settings) fromEnvironment(options []option, env func(string) (string, bool)) error {
	for i := range options {
		o := &options[i]
		value, ok := env(o.twin())
		if !ok || value == "" || o.name == "help" || o.name == "version" {
			continue
		}
		values := []string{value}
		switch {
		case o.lines:
			values = strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })
		case o.many:
			values = strings.Fields(value)
		}
		for _, v := range values {
			if err := o.set(s, v); err != nil {
				return fmt.Errorf("%s: %w", o.twin(), err)
			}
		}
	}
	return nil
}

func (s *settings) fromArguments(options []option, args []string) error {
	var wrong error // what is wrong with a value; the flag package words it otherwise
	fs := flag.NewFlagSet("gateway", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller prints one message
	for i := range options {
		o := &options[i]
		set := func(v string) error {
			if err := o.set(s, v); err != nil {
				wrong = fmt.Errorf("--%s: %w", o.name, err)
			}
			return wrong
		}
		if o.value == "" {
			fs.BoolFunc(o.name, o.help, set)
		} else {
			fs.Func(o.name, o.help, set)
		}
	}
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp): // -h, which is not in the table
		s.help = true
		return nil
	case wrong != nil:
		return wrong
	case err != nil:
		return plainer(err)
	case fs.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	return nil
}

// plainer says in our words what the flag package says of flags that it cannot read.
func plainer(err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		return fmt.Errorf("unknown flag --%s", strings.TrimPrefix(name, "-"))
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return fmt.Errorf("--%s needs a value", strings.TrimPrefix(name, "-"))
	}
	return err
}

// check finds settings that do not fit together.
func (s *settings) check() error {
	switch {
	case s.help || s.version:
		return nil
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case s.httpsRedirect && s.plainListen == off:
		return errors.New("--https-redirect needs --plain-listen")
	case s.httpsRedirect && s.listen == off:
		return errors.New("--https-redirect needs --listen")
	case s.proxyProtocol && len(s.trustedProxies) == 0:
		return errors.New("--proxy-protocol needs --trusted-proxies")
	case s.shedAfter > 0 && !fast.TellsWaits:
		return errors.New("--shed-after: this system does not tell how long requests wait")
	case s.listen == off && s.plainListen == off:
		return errors.New("--listen and --plain-listen cannot both be off")
	}
	if s.awsLimits && (s.limits.Body < 0 || s.limits.Body > awsBody) {
		s.limits.Body = awsBody
	}
	return nil
}

// balancer says which connections begin with a header of the PROXY protocol: nil for none, else those of trusted proxies.
func (s *settings) balancer() func(net.Addr) bool {
	if !s.proxyProtocol {
		return nil
	}
	return func(peer net.Addr) bool {
		tcp, ok := peer.(*net.TCPAddr)
		if !ok {
			return false
		}
		addr := tcp.AddrPort().Addr().Unmap().WithZone("")
		return slices.ContainsFunc(s.trustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
	}
}

// checkSecure finds settings that need a certificate, of a flag or of a domain, where there is none.
func (s *settings) checkSecure(secure bool) error {
	switch {
	case secure:
		return nil
	case s.clientCA != "":
		return errors.New("--client-ca needs --tls-cert and --tls-key")
	case s.httpsRedirect:
		return errors.New("--https-redirect needs --tls-cert and --tls-key")
	}
	return nil
}

// h2Limits are the limits of the HTTP/2 front: the same where both have them.
func (s *settings) h2Limits() h2.Limits {
	return h2.Limits{
		Streams: s.streams, Head: s.limits.Head, Body: s.limits.Body, IdleTime: s.limits.IdleTime,
		BodyTime: s.limits.BodyTime, WriteTime: s.limits.WriteTime,
	}
}
