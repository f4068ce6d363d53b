package cli

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// gatewayFlag is a flag of generated gateways. The command does not link the runtime, so the names stand
// here once more; a test compares them with what a gateway's --help lists.
type gatewayFlag struct {
	name   string
	value  string // what the value is; empty for a switch
	effect string
	part   string // the part that it belongs to; empty for those that every gateway has
}

// gatewayFlags are the flags that run hands on. A gateway's own --help says more of each.
func gatewayFlags() []gatewayFlag {
	return []gatewayFlag{
		{"listen", "ADDR", "serve on this address (default :8080)", ""},
		{"plain-listen", "ADDR", "serve clear text on a second address", ""},
		{"https-redirect", "", "redirect from --plain-listen to --listen", ""},
		{"admin-listen", "ADDR", "health, metrics, routes and profiles (default 127.0.0.1:9901)", ""},
		{"tls-cert", "FILE", "certificate chain, PEM", ""},
		{"tls-key", "FILE", "private key of --tls-cert, PEM", ""},
		{"client-ca", "FILE", "ask clients for a certificate of these authorities", ""},
		{"trusted-proxies", "CIDR,…", "believe X-Forwarded-For and the like from these addresses", ""},
		{"proxy-protocol", "", "each connection begins with a trusted balancer's PROXY protocol header", ""},
		{"stage", "NAME", "serve this stage at the root", ""},
		{"stage-variable", "K=V", "set a stage variable; repeatable", ""},
		{"upstream", "NAME=URL", "replace an upstream's targets; repeatable", ""},
		{"function", "NAME=TARGET", "run a function elsewhere; repeatable", ""},
		{"overrides", "FILE", "limits, stage variables, keys and targets that win over the document's", ""},
		{"rate-limit-headers", "", "tell clients of throttles and quotas", ""},
		{"aws-limits", "", "impose Amazon's limits at run time", ""},
		{"max-head", "SIZE", "largest request head", ""},
		{"max-body", "SIZE", "largest request body", ""},
		{"max-connections", "N", "most connections at a time", ""},
		{"max-streams", "N", "most requests at a time on one HTTP/2 connection", ""},
		{"head-timeout", "TIME", "longest wait for a request's head", ""},
		{"idle-timeout", "TIME", "longest wait for the next request", ""},
		{"body-timeout", "TIME", "longest wait for a piece of a body", ""},
		{"min-body-rate", "SIZE", "least bytes a second of a body", ""},
		{"write-timeout", "TIME", "longest wait for a client to take a piece of an answer", ""},
		{"usage-file", "FILE", "keep there what quotas count, over restarts", ""},
		{"shed-after", "TIME", "while a queue stands, answer 503 to requests that waited longer", ""},
		{"drain-delay", "TIME", "go on serving for so long after SIGTERM", ""},
		{"drain-timeout", "TIME", "then wait so long for requests to finish", ""},
		{"redis", "URL", "share limits with other gateways", "redis"},
		{"redis-mode", "MODE", "exact, leased or local", "redis"},
		{"redis-password", "SOURCE", "env:NAME or file:PATH of the password for --redis", "redis"},
		{"redis-wait", "TIME", "longest that a request waits for --redis", "redis"},
		{"access-log", "FILE", "a line for each request: stdout, stderr or a file", ""},
		{"log-format", "FORM", "text or json", ""},
		{"log-level", "LEVEL", "debug, info, warn or error", ""},
		{"ready-file", "FILE", "where the gateway says that it is ready", ""},
	}
}

// handedOn collects the gateway flags of a command line in their order.
type handedOn struct {
	args  []string
	parts map[string]string // that flags of args belong to, with one of these flags each
}

// missing is a flag whose part is not among with, and the part.
func (h *handedOn) missing(with []string) (flag, part string) {
	for _, part := range slices.Sorted(maps.Keys(h.parts)) {
		if !slices.Contains(with, part) {
			return h.parts[part], part
		}
	}
	return "", ""
}

// register gives cmd every gateway flag.
func (h *handedOn) register(cmd *cobra.Command) {
	for _, f := range gatewayFlags() {
		flag := cmd.Flags().VarPF(&handedOnFlag{to: h, gatewayFlag: f}, f.name, "", f.effect)
		if f.value == "" {
			flag.NoOptDefVal = "true"
		}
	}
}

// handedOnFlag is one gateway flag as the flag parser sees it.
type handedOnFlag struct {
	gatewayFlag
	to   *handedOn
	last string
}

var _ pflag.Value = (*handedOnFlag)(nil)

// Set hands the flag on. What the value may be is the gateway's business.
func (f *handedOnFlag) Set(value string) error {
	f.last = value
	f.to.args = append(f.to.args, "--"+f.name+"="+value)
	if f.part != "" {
		if f.to.parts == nil {
			f.to.parts = map[string]string{}
		}
		f.to.parts[f.part] = f.name
	}
	return nil
}

// String returns the value that was set last.
func (f *handedOnFlag) String() string { return f.last }

// Type names the value in the help text.
func (f *handedOnFlag) Type() string {
	if f.value == "" {
		return "bool"
	}
	return f.value
}
