package authorizer

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Bearer is an authorizer that reads tokens.
type Bearer struct {
	Name     string
	Header   string
	Cognito  bool
	Match    string // what aud must fit; empty: anything
	Audience []string
	Issuers  []Issuer
}

// Issuer is whose tokens are good, and where its keys are. Without a file and a URL they are found by discovery.
type Issuer struct {
	Short     string // a short name for it
	Name      string // what iss must be
	JWKSFile  string
	JWKSURL   string
	CacheFor  time.Duration // 0: as the runtime has it
	ClockSkew time.Duration // 0: as the runtime has it
	NoSkew    bool
}

// call lets a caller in who brings a token.
func (b Bearer) call(g Guard, w Wiring) plan.Value {
	args := []plan.Value{plan.Name("c")}
	for _, scope := range g.scopes {
		args = append(args, plan.String(scope))
	}
	return plan.BearerAuthorize.Call(w.Bearer(b), args...)
}

// issuerOf is what the document says of the issuer by its key; name is what iss is where it does not say.
func issuerOf(api *model.API, key, name string) Issuer {
	i := Issuer{Name: name, Short: strings.TrimPrefix(name, "https://") + " issuer"}
	for _, has := range api.Issuers {
		if has.Key.Value != key {
			continue
		}
		if has.Issuer != nil && has.Issuer.Value != "" {
			i.Name = has.Issuer.Value
		}
		if has.JWKSFile != nil {
			i.JWKSFile = has.JWKSFile.Value
		}
		if has.JWKSURL != nil {
			i.JWKSURL = has.JWKSURL.Value
		}
		if has.Cache != nil {
			i.CacheFor = time.Duration(has.Cache.Value) * time.Second
		}
		if has.ClockSkew != nil {
			i.ClockSkew, i.NoSkew = time.Duration(has.ClockSkew.Value)*time.Second, has.ClockSkew.Value == 0
		}
	}
	return i
}

// Bounds of the settings of issuers, in seconds.
const (
	leastCache = 10
	mostCache  = 7 * 24 * 3600
	mostSkew   = 600
)

var poolARN = regexp.MustCompile(`^arn:(aws[a-z-]*):cognito-idp:([a-z0-9-]+):([0-9]{12}):userpool/([A-Za-z0-9_-]+)$`)

// checkIssuers returns what is wrong with x-gateway-issuers.
func checkIssuers(api *model.API) []diag.Diagnostic {
	var found []diag.Diagnostic
	for _, i := range api.Issuers {
		bad := func(d diag.Diagnostic) {
			d.Code = diag.BadIssuer
			found = append(found, d)
		}
		isPool := poolARN.MatchString(i.Key.Value)
		name := i.Key.Value
		if i.Issuer != nil {
			name = i.Issuer.Value
		}
		keys := i.JWKSFile != nil || i.JWKSURL != nil
		if problem := checkURL(name); problem != "" && !keys && !(isPool && i.Issuer == nil) {
			bad(diag.Diagnostic{Span: i.Key.Span, Message: fmt.Sprintf("keys of %q cannot be found: %s", name, problem),
				Help: "write the ARN of a Cognito user pool or an issuer's https URL, or jwks: {file: PATH} or {url: URL}"})
		}
		if i.JWKSFile != nil && i.JWKSURL != nil {
			bad(diag.Diagnostic{Span: i.JWKSURL.Span, Message: "keys have a file and a URL: there can be one"})
		}
		if i.JWKSURL != nil {
			if problem := checkURL(i.JWKSURL.Value); problem != "" {
				bad(diag.Diagnostic{Span: i.JWKSURL.Span, Message: problem, Help: "who can change keys on the way can sign tokens: write an https URL"})
			}
		}
		if c := i.Cache; c != nil && (c.Value < leastCache || c.Value > mostCache) {
			bad(diag.Diagnostic{Span: c.Span, Message: fmt.Sprintf("cacheSeconds is %d, but must be from %d to %d", c.Value, leastCache, mostCache)})
		}
		if s := i.ClockSkew; s != nil && (s.Value < 0 || s.Value > mostSkew) {
			bad(diag.Diagnostic{Span: s.Span, Message: fmt.Sprintf("clockSkewSeconds is %d, but must be from 0 to %d", s.Value, mostSkew)})
		}
		if !asked(api, i.Key.Value) {
			bad(diag.Diagnostic{Severity: diag.Warning, Span: i.Key.Span, Message: "no authorizer takes tokens of this issuer",
				Help: "the key is the ARN of the pool as providerARNs has it, or the issuer as jwtConfiguration has it, to the character"})
		}
	}
	return found
}

// asked reports whether an authorizer takes tokens of the issuer with key.
func asked(api *model.API, key string) bool {
	for _, s := range api.SecuritySchemes {
		if s.Authorizer == nil {
			continue
		}
		for _, arn := range s.Authorizer.ProviderARNs {
			if arn.Value == key {
				return true
			}
		}
		if issuer := s.Authorizer.Issuer; issuer != nil && issuer.Value == key {
			return true
		}
	}
	return false
}

// checkURL says why keys cannot come from an address; empty when they can.
func checkURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Sprintf("%q is no https URL", text)
	case u.Scheme == "https":
		return ""
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	default:
		return fmt.Sprintf("%q is neither https nor on this machine", text)
	}
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// headerOf is the header of a scheme's parameter, otherwise Authorization.
func headerOf(s *model.SecurityScheme) string {
	if s.Type.Value == "apiKey" && s.In == "header" && s.ParameterName.Value != "" {
		return s.ParameterName.Value
	}
	return "Authorization"
}

// tokenHeader is the header that an identitySource names: method.request.header.NAME, or as HTTP APIs write it.
func tokenHeader(source string) (string, bool) {
	for _, prefix := range []string{"method.request.header.", "$request.header."} {
		if name, ok := strings.CutPrefix(strings.TrimSpace(source), prefix); ok && name != "" && !strings.ContainsAny(name, ", ") {
			return name, true
		}
	}
	return "", false
}
