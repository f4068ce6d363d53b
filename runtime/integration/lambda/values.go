package lambda

import (
	"encoding/base64"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
)

// Values is an event as Go values. They share no memory with the request, so that who gets them may keep and change them.
// What is null in the JSON form is nil or empty here.
type Values struct {
	Resource, Path, Method string

	Headers        map[string]string
	AllHeaders     map[string][]string
	Query          map[string]string
	AllQuery       map[string][]string
	PathParameters map[string]string
	StageVariables map[string]string

	ResourceID, ExtendedRequestID, RequestTime, ContextPath, AccountID, Protocol, Stage string
	DomainPrefix, RequestID, DomainName, DeploymentID, APIID                            string
	RequestTimeEpoch                                                                    int64 // milliseconds
	SourceIP, UserAgent                                                                 string

	// Authorizer is requestContext.authorizer as JSON; empty where none has run. Identity is who has signed; nil: nobody.
	Authorizer string
	Identity   *gw.Identity
	// APIKey and APIKeyID are of the key that let the request in.
	APIKey, APIKeyID string

	Body            string
	IsBase64Encoded bool
}

// keeper copies texts into one piece of memory.
type keeper struct{ arena []byte }

// keep is a copy of s with what is not UTF-8 as U+FFFD, as JSON has it.
func (k *keeper) keep(s string) string {
	mark := len(k.arena)
	k.arena = appendValid(k.arena, s)
	return text(k.arena[mark:])
}

// Values fills v with the event.
func (e *Event) Values(v *Values) {
	c := e.c
	k := keeper{arena: make([]byte, 0, e.size())}
	if route := c.Route(); route != nil { // its texts are the document's
		v.Resource, v.ResourceID = route.Path, route.ResourceID
	}
	api := c.Core().API()
	v.AccountID, v.APIID, v.DeploymentID, v.Stage, v.Protocol = api.Account, api.ID, api.Deployment, c.StageName(), "HTTP/1.1"
	v.Path, v.ContextPath, v.Method = k.keep(e.path()), k.keep(e.contextPath()), k.keep(c.MethodName())
	v.DomainName = k.keep(c.Var(gw.DomainName))
	v.DomainPrefix, _, _ = strings.Cut(v.DomainName, ".")
	v.RequestID, v.ExtendedRequestID = k.keep(c.RequestID()), k.keep(c.ExtendedRequestID())
	v.RequestTime, v.RequestTimeEpoch = k.keep(c.Var(gw.RequestTime)), c.Time().UnixMilli()
	if a := c.Authorization(); a != nil {
		v.Authorizer = string(a.AppendEvent(nil))
	}
	v.Identity = c.Identity()
	if key, id := c.APIKey(); key != "" {
		v.APIKey, v.APIKeyID = k.keep(key), k.keep(id)
	}
	v.SourceIP, v.UserAgent = k.keep(c.ClientAddr()), k.keep(e.agent)
	values := make([]string, len(e.headers)+len(e.query))
	v.Headers, v.AllHeaders = k.maps(e.headers, values, folded)
	v.Query, v.AllQuery = k.maps(e.query, values[len(e.headers):], exact)
	v.PathParameters, v.StageVariables = e.pathParameters(&k), e.stageVariables()
	v.IsBase64Encoded = e.binary
	mark := len(k.arena)
	if e.binary {
		k.arena = base64.StdEncoding.AppendEncode(k.arena, bytesOf(e.body))
	} else {
		k.arena = append(k.arena, e.body...) // it is UTF-8
	}
	v.Body = text(k.arena[mark:])
}

// size is how much memory the event's texts need, unless many are not UTF-8.
func (e *Event) size() int {
	n := 160 + 3*len(e.c.Var(gw.RequestPath)) + len(e.c.Host()) + len(e.agent) + len(e.body)
	if e.binary {
		n += len(e.body)/3 + 4
	}
	for i := range e.headers {
		n += len(e.headers[i].name) + len(e.headers[i].value)
	}
	for i := range e.query {
		n += len(e.query[i].name) + len(e.query[i].value)
	}
	return n
}

// maps are the last and all values of each name; the lists are parts of values.
func (k *keeper) maps(p pairs, values []string, by order) (last map[string]string, all map[string][]string) {
	if len(p) == 0 {
		return nil, nil
	}
	last, all = make(map[string]string, len(p)), make(map[string][]string, len(p))
	for i := 0; i < len(p); {
		end := p.group(i, by)
		name := k.keep(p[i].name)
		for n := i; n < end; n++ {
			values[n] = k.keep(p[n].value)
		}
		last[name], all[name] = values[end-1], values[i:end:end]
		i = end
	}
	return last, all
}

func (e *Event) pathParameters(k *keeper) map[string]string {
	route := e.c.Route()
	if route == nil || len(route.Params) == 0 {
		return nil
	}
	m := make(map[string]string, len(route.Params))
	for i := range route.Params {
		name := route.Params[i].Name
		m[name] = k.keep(e.c.Param(name))
	}
	return m
}

// stageVariables is a map of its own for each event; its texts are the gateway's own.
func (e *Event) stageVariables() map[string]string {
	variables := e.c.StageVariables()
	if len(variables) == 0 {
		return nil
	}
	m := make(map[string]string, len(variables))
	for i := range variables {
		m[variables[i].Name] = variables[i].Value
	}
	return m
}
