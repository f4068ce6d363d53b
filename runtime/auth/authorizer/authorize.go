package authorizer

import (
	"errors"
	"strconv"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy"
	"github.com/gatewright/gatewright/runtime/function"
	"github.com/gatewright/gatewright/runtime/integration/lambda"
)

// Authorize lets the caller in whom the function and the resource policy allow, and notes what the function said of it.
//
//go:noinline
func (a *Authorizer) Authorize(c *gw.Ctx) gw.Fault {
	if f := a.cfg.Access.Denied(c); f != gw.OK {
		return f
	}
	key, ok := a.key(c)
	if !ok {
		return gw.Unauthorized
	}
	if tooLong(c) {
		return gw.URITooLong
	}
	said := a.decided(c, key)
	if said.fault != gw.OK {
		return said.fault
	}
	c.Authorize(&said.authorization)
	return a.cfg.Access.Authorized(c, said.policy)
}

// key is what the results of the caller are kept under: all identity sources (rest.md, section 12.2). ok is false for a
// caller who does not say what must be said.
func (a *Authorizer) key(c *gw.Ctx) (key string, ok bool) {
	if a.cfg.Token {
		token := a.cfg.Sources[0].of(c)
		if token == "" || a.match != nil && !a.matches(token) {
			return "", false
		}
		return token, true
	}
	if a.cfg.TTL == 0 {
		return "", true // the sources are optional then
	}
	if len(a.cfg.Sources) == 1 {
		key = a.cfg.Sources[0].of(c)
		return key, key != ""
	}
	var b strings.Builder
	for _, source := range a.cfg.Sources {
		value := source.of(c)
		if value == "" {
			return "", false
		}
		b.WriteString(strconv.Itoa(len(value))) // so that no two lists of values are the same key
		b.WriteByte(':')
		b.WriteString(value)
	}
	return b.String(), true
}

// matches reports whether a token fits the expression as a whole. One that takes too long does not.
func (a *Authorizer) matches(token string) bool {
	ok, err := a.match.Match(token)
	return err == nil && ok
}

// decided is what the function says of the caller, from the cache where it may be.
func (a *Authorizer) decided(c *gw.Ctx, key string) *decision {
	if a.cfg.TTL == 0 {
		return a.ask(c, key)
	}
	who := caller{c.StageName(), key}
	e, mine := a.cache.take(who, c.Core().Now())
	if !mine {
		select {
		case <-e.done:
			return e.said
		default:
		}
		return a.wait(e)
	}
	said := &decision{fault: gw.AuthorizerFailure}
	defer func() { // whatever happens, nobody waits for ever
		// Errors are for those who wait, and for nobody after them (decisions.md).
		failed := said.fault == gw.AuthorizerFailure || said.fault == gw.AuthorizerConfigurationError
		a.cache.put(who, e, said, c.Core().Now().Add(a.cfg.TTL), !failed)
	}()
	said = a.ask(c, key)
	return said
}

// wait waits for the call that is under way.
func (a *Authorizer) wait(e *entry) *decision {
	timer := time.NewTimer(callTime)
	defer timer.Stop()
	select {
	case <-e.done:
		return e.said
	case <-timer.C:
		return &decision{fault: gw.AuthorizerFailure}
	}
}

// ask calls the function.
func (a *Authorizer) ask(c *gw.Ctx, token string) *decision {
	arn := methodARN(c)
	var payload []byte
	if a.cfg.Token {
		payload = appendToken(nil, token, arn)
	} else {
		payload = lambda.AppendAuthorizerEvent(nil, c, arn)
	}
	var answer function.Answer
	begun := a.core.Now()
	asked := a.cfg.Function
	if a.cfg.Named != nil {
		asked = a.cfg.Named(c)
	}
	err := asked.Ask(c, payload, callTime, &answer)
	switch {
	case err != nil:
		a.warn(c, "the function cannot be asked", err)
		return &decision{fault: gw.AuthorizerFailure}
	case answer.Error != "" && failedWith(answer.Payload) == "Unauthorized":
		return &decision{fault: gw.Unauthorized}
	case answer.Error != "":
		a.warn(c, "the function failed", errors.New(failedWith(answer.Payload)))
		return &decision{fault: gw.AuthorizerFailure}
	}
	said, err := read(answer.Payload, a.core.Now().Sub(begun))
	if err != nil {
		a.warn(c, "the function's answer makes no sense", err)
		return &decision{fault: gw.AuthorizerConfigurationError}
	}
	return said
}

func (a *Authorizer) warn(c *gw.Ctx, message string, err error) {
	a.core.Logger().Warn("authorizer: "+message, "authorizer", a.cfg.Name, "requestId", strings.Clone(c.RequestID()), "error", cut(err.Error()))
}

// cut bounds what is logged of a text that a function made.
func cut(text string) string {
	const most = 500
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// longestARN is the longest method ARN, in bytes, that functions are asked about (rest.md, section 12.3).
const longestARN = 1600

// methodARN is what the function decides about, as policies see it: a function may allow just what it was asked about.
func methodARN(c *gw.Ctx) string {
	var r policy.Request
	r.Begin(c, policy.Invoke, nil)
	defer r.Release()
	return strings.Clone(r.ResourceARN())
}

// tooLong reports whether the method's ARN is longer than a function may be told. A byte of the path becomes three at
// most, and the ARN's other parts together are no longer than half: most requests need no ARN for this.
func tooLong(c *gw.Ctx) bool {
	return 3*len(c.Path().Raw()) > longestARN/2 && len(methodARN(c)) > longestARN
}
