package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// options is the table of all flags, in the order of the help; parts have flags of their own.
func options(parts []gw.Part) []option {
	all := slices.Concat(facing(), naming(), bounding())
	for _, part := range parts {
		for _, f := range part.Flags() {
			all = append(all, option{name: f.Name, value: f.Value, help: f.Help, set: func(s *settings, v string) error {
				s.parts[f.Name] = v
				if f.Check == nil {
					return nil
				}
				return f.Check(v)
			}})
		}
	}
	return append(all, telling()...)
}

// facing are the options about listeners and certificates.
func facing() []option {
	return []option{
		{name: "listen", value: "ADDR", help: "serve on this address (default :8080); TLS as soon as a certificate is given",
			set: func(s *settings, v string) error { return setAddress(&s.listen, v) }},
		{name: "plain-listen", value: "ADDR", help: "serve clear text on a second address (default off)",
			set: func(s *settings, v string) error { return setAddress(&s.plainListen, v) }},
		{name: "https-redirect", help: "answer on --plain-listen with a redirect to --listen",
			set: func(s *settings, v string) error { return setBool(&s.httpsRedirect, v) }},
		{name: "admin-listen", value: "ADDR", help: "health, metrics, routes and profiles (default 127.0.0.1:9901; off: none)",
			set: func(s *settings, v string) error { return setAddress(&s.adminListen, v) }},
		{name: "tls-cert", value: "FILE", help: "certificate chain, PEM; read again on change and on SIGHUP",
			set: func(s *settings, v string) error { return setText(&s.tlsCert, v) }},
		{name: "tls-key", value: "FILE", help: "private key of --tls-cert, PEM",
			set: func(s *settings, v string) error { return setText(&s.tlsKey, v) }},
		{name: "client-ca", value: "FILE", help: "ask every client for a certificate of these authorities, PEM",
			set: func(s *settings, v string) error { return setText(&s.clientCA, v) }},
		{name: "trusted-proxies", value: "CIDR,…", help: "believe X-Forwarded-For, X-Amzn-Vpce-Id and the like from these addresses",
			set: setProxies},
		{name: "proxy-protocol", help: "each connection begins with a PROXY protocol header, version 1 or 2, of a balancer in\n--trusted-proxies; others are closed",
			set: func(s *settings, v string) error { return setBool(&s.proxyProtocol, v) }},
	}
}

// naming are the options that replace what the document says.
func naming() []option {
	return []option{
		{name: "stage", value: "NAME", help: "serve this stage at the root (default: every stage under /NAME)",
			set: func(s *settings, v string) error { return setText(&s.stage, v) }},
		{name: "stage-variable", value: "K=V", many: true, help: "set a stage variable in every stage; repeatable",
			set: setVariable},
		{name: "upstream", value: "NAME=URL[,URL…]", many: true, help: "replace an upstream's targets; repeatable",
			set: setUpstream},
		{name: "function", value: "NAME=TARGET", many: true, lines: true, help: "run a function elsewhere: http(s)://URL, exec:COMMAND LINE, aws or aws:REGION;\nrepeatable, in the environment one a line",
			set: setFunction},
		{name: "overrides", value: "FILE", help: "limits, stage variables, API keys, upstream targets, YAML or JSON, under the document's keys;\nread again on change and on SIGHUP",
			set: func(s *settings, v string) error { return setText(&s.overrides, v) }},
		{name: "rate-limit-headers", help: "tell clients of throttles and quotas: RateLimit-Policy, RateLimit, and Retry-After with 429",
			set: func(s *settings, v string) error { return setBool(&s.rateLimitHeaders, v) }},
		{name: "aws-limits", help: "impose Amazon's limits at run time: 10 MB a request and the like",
			set: func(s *settings, v string) error { return setBool(&s.awsLimits, v) }},
	}
}

// bounding are the options about limits.
func bounding() []option {
	return []option{
		{name: "max-head", value: "SIZE", help: "largest request line with headers (default 16KiB); beyond it 414 or 431",
			set: func(s *settings, v string) error { return setHead(&s.limits.Head, v) }},
		{name: "max-body", value: "SIZE", help: "largest request body (default off); beyond it 413",
			set: func(s *settings, v string) error { return setBody(&s.limits.Body, v) }},
		{name: "max-connections", value: "N", help: "most connections at a time (default off)",
			set: func(s *settings, v string) error { return setCount(&s.limits.Connections, v) }},
		{name: "max-streams", value: "N", help: "most requests at a time on one HTTP/2 connection (default 250)",
			set: func(s *settings, v string) error { return setCount(&s.streams, v) }},
		{name: "head-timeout", value: "TIME", help: "longest wait for a whole request head, for a TLS handshake, and for a balancer's header (default 10s)",
			set: func(s *settings, v string) error { return setTime(&s.limits.HeadTime, v) }},
		{name: "idle-timeout", value: "TIME", help: "longest wait for the next request on a connection (default 1m15s)",
			set: func(s *settings, v string) error { return setTime(&s.limits.IdleTime, v) }},
		{name: "body-timeout", value: "TIME", help: "longest wait for the next piece of a body (default 30s)",
			set: func(s *settings, v string) error { return setTime(&s.limits.BodyTime, v) }},
		{name: "min-body-rate", value: "SIZE", help: "least bytes a second of a body after 20 s of waiting (default 128; off)",
			set: func(s *settings, v string) error { return setBody(&s.limits.BodyRate, v) }},
		{name: "write-timeout", value: "TIME", help: "longest wait for a client to take a piece of an answer (default 30s)",
			set: func(s *settings, v string) error { return setTime(&s.limits.WriteTime, v) }},
		{name: "shed-after", value: "TIME", help: "while a queue stands, answer 503 to requests that waited longer to be read (default off)",
			set: setShedAfter},
		{name: "usage-file", value: "FILE", help: "keep there what quotas count, over restarts (default off: they start anew)",
			set: func(s *settings, v string) error { return setText(&s.usageFile, v) }},
		{name: "drain-delay", value: "TIME", help: "on SIGTERM, go on serving for so long while /readyz fails (default 0s)",
			set: func(s *settings, v string) error { return setDuration(&s.drainDelay, v) }},
		{name: "drain-timeout", value: "TIME", help: "then wait so long for requests to finish (default 30s)",
			set: func(s *settings, v string) error { return setDuration(&s.drainTimeout, v) }},
	}
}

// telling are the options about output.
func telling() []option {
	return []option{
		{name: "access-log", value: "stdout|stderr|FILE", help: "write one line for each request (default off)",
			set: func(s *settings, v string) error { return setText(&s.accessLog, v) }},
		{name: "log-format", value: "text|json", help: "form of the log on stderr and of the access log (default text)",
			set: setLogFormat},
		{name: "log-level", value: "LEVEL", help: "debug, info, warn or error (default info)",
			set: func(s *settings, v string) error { return s.logLevel.UnmarshalText([]byte(v)) }},
		{name: "ready-file", value: "FILE", help: "write the process id and the real addresses there, as JSON, once all listen",
			set: func(s *settings, v string) error { return setText(&s.readyFile, v) }},
		{name: "version", help: "print what this gateway is and exit",
			set: func(s *settings, v string) error { return setBool(&s.version, v) }},
		{name: "help", help: "print this and exit",
			set: func(s *settings, v string) error { return setBool(&s.help, v) }},
	}
}

func setText(p *string, v string) error {
	*p = v
	return nil
}

func setBool(p *bool, v string) (err error) {
	*p, err = strconv.ParseBool(v)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", v)
	}
	return nil
}

// setAddress takes host:port, :port, or off.
func setAddress(p *string, v string) error {
	if v != off {
		colon := strings.LastIndexByte(v, ':')
		if colon < 0 {
			return fmt.Errorf("%q is no HOST:PORT", v)
		}
		if _, err := strconv.ParseUint(v[colon+1:], 10, 16); err != nil {
			return fmt.Errorf("%q is no HOST:PORT", v)
		}
	}
	*p = v
	return nil
}

// setDuration takes a Go duration that is not negative.
func setDuration(p *time.Duration, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no duration such as 30s or 1m30s", v)
	}
	*p = d
	return nil
}

// setTime takes a duration above zero, or off.
func setTime(p *time.Duration, v string) error {
	if v == off {
		*p = -1
		return nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is neither a duration such as 30s nor off", v)
	}
	*p = d
	return nil
}

// leastShed is what the clocks can tell by which waits are known.
const leastShed = 10 * time.Millisecond

func setShedAfter(s *settings, v string) error {
	if err := setTime(&s.shedAfter, v); err != nil {
		return err
	}
	if s.shedAfter > 0 && s.shedAfter < leastShed {
		return fmt.Errorf("%q is less than %v", v, leastShed)
	}
	return nil
}

// setCount takes a number above zero, or off.
func setCount(p *int, v string) error {
	if v == off {
		*p = -1
		return nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n <= 0 {
		return fmt.Errorf("%q is neither a number above 0 nor off", v)
	}
	*p = n
	return nil
}

// setBody takes a size, or off.
func setBody(p *int64, v string) error {
	if v == off {
		*p = -1
		return nil
	}
	n, err := parseSize(v)
	if err != nil {
		return err
	}
	*p = n
	return nil
}

// Bounds of --max-head: the buffer that a busy connection has anyway, and what nobody needs.
const (
	leastHead = 4 << 10
	mostHead  = 1 << 20
)

func setHead(p *int, v string) error {
	n, err := parseSize(v)
	if err != nil {
		return err
	}
	if n < leastHead || n > mostHead {
		return fmt.Errorf("%q is not between 4KiB and 1MiB", v)
	}
	*p = int(n)
	return nil
}

// parseSize reads bytes, or a number with KiB, MiB or GiB.
func parseSize(v string) (int64, error) {
	number, shift := v, 0
	for _, unit := range []struct {
		name  string
		shift int
	}{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}} {
		if n, ok := strings.CutSuffix(v, unit.name); ok {
			number, shift = strings.TrimSpace(n), unit.shift
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n<<shift>>shift != n {
		return 0, fmt.Errorf("%q is no size such as 65536, 64KiB, 10MiB or 1GiB", v)
	}
	return n << shift, nil
}

func setProxies(s *settings, v string) error {
	s.trustedProxies = nil
	for text := range strings.SplitSeq(v, ",") {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil {
				return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		s.trustedProxies = append(s.trustedProxies, prefix.Masked())
	}
	return nil
}

func setVariable(s *settings, v string) error {
	name, value, ok := strings.Cut(v, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is no NAME=VALUE", v)
	}
	s.variables[name] = value
	return nil
}

func setUpstream(s *settings, v string) error {
	name, list, ok := strings.Cut(v, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is no NAME=URL", v)
	}
	urls := strings.Split(list, ",")
	for _, text := range urls {
		if err := checkTarget(text); err != nil {
			return err
		}
	}
	s.upstreams[name] = urls
	return nil
}

// setFunction takes NAME=TARGET; what a target may be, those know who run functions.
func setFunction(s *settings, v string) error {
	name, target, ok := strings.Cut(v, "=")
	if !ok || name == "" || target == "" {
		return fmt.Errorf("%q is no NAME=TARGET", v)
	}
	s.functions[name] = target
	return nil
}

// checkTarget takes an absolute http or https URL with a host.
func checkTarget(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no http or https URL", text)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q must end with its path", text)
	}
	return nil
}

func setLogFormat(s *settings, v string) error {
	if v != "text" && v != "json" {
		return errors.New("it is text or json")
	}
	s.logFormat = v
	return nil
}

var _ interface{ UnmarshalText([]byte) error } = (*slog.Level)(nil)
