package mapping

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gatewright/gatewright/gen/diag"
)

// availability says where a context variable has a value.
type availability uint8

const (
	always    availability = iota + 1
	onError                // gateway responses and access logs
	logsOnly               // access logs
	templates              // mapping templates
)

// contextVariables returns the variables of rest.md section 14, but for those that follow authorizer., which
// the authorizer names.
var contextVariables = sync.OnceValue(func() map[string]availability {
	table := make(map[string]availability, 96)
	add := func(where availability, prefix, names string) {
		for _, name := range strings.Fields(names) {
			table[prefix+name] = where
		}
	}
	add(always, "", `accountId apiId stage deploymentId resourceId resourcePath path httpMethod protocol requestId
		extendedRequestId requestTime requestTimeEpoch domainName domainPrefix awsEndpointRequestId isCanaryRequest
		wafResponseCode webaclArn`)
	add(always, "identity.", `accountId apiKey apiKeyId caller cognitoAuthenticationProvider cognitoAuthenticationType
		cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn accessKey vpcId vpceId`)
	add(always, "identity.clientCert.", `clientCertPem subjectDN issuerDN serialNumber validity.notBefore
		validity.notAfter`)
	add(onError, "error.", "message messageString responseType validationErrorString")
	add(logsOnly, "", `status responseLength responseLatency xrayTraceId integrationErrorMessage integrationLatency
		integrationStatus customDomain.basePathMatched`)
	add(logsOnly, "integration.", "error integrationStatus latency requestId status")
	add(logsOnly, "authorize.", "error latency status")
	add(logsOnly, "authenticate.", "error latency status")
	add(logsOnly, "waf.", "error latency status")
	add(templates, "", "requestOverride responseOverride")
	return table
})

// mappingNames are the variables that mappings may read, errorNames those of gateway responses, sorted.
var (
	mappingNames = sync.OnceValue(func() []string { return contextNames(always) })
	errorNames   = sync.OnceValue(func() []string { return contextNames(onError) })
)

func contextNames(place availability) []string {
	var names []string
	for name, where := range contextVariables() {
		if where == always || where == place {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// context reads the name after "context.". Place is onError for gateway responses, else always.
func (e *expression) context(name string, at int, place availability) (Source, *Problem) {
	if key, ok := strings.CutPrefix(name, "authorizer."); ok {
		if !isDotted(key) {
			return nil, e.problem(diag.BadMappedName, at, len(name), fmt.Sprintf("%q is no name of an authorizer's value", key), nameHelp)
		}
		return AuthorizerVariable{Key: key}, nil
	}
	table := contextVariables()
	where, known := table[name]
	if !known {
		if strings.HasPrefix(name, "requestOverride.") || strings.HasPrefix(name, "responseOverride.") {
			where, known = templates, true
		}
	}
	switch {
	case !known:
		return nil, e.unknownContext(name, at, place)
	case where == templates:
		return nil, e.problem(diag.WrongSide, at, len(name), fmt.Sprintf("context.%s has a meaning in mapping templates only", name), "")
	case where == logsOnly:
		return nil, e.problem(diag.LogOnlyContext, at, len(name), fmt.Sprintf("context.%s is known in access logs only", name), "")
	case where == onError && place != onError:
		return nil, e.problem(diag.WrongSide, at, len(name), fmt.Sprintf("context.%s has a value in gateway responses only", name), "")
	default:
		return Context{Variable: name}, nil
	}
}

func (e *expression) unknownContext(name string, at int, place availability) *Problem {
	names := mappingNames()
	if place == onError {
		names = errorNames()
	}
	for _, full := range names {
		if strings.HasPrefix(full, name+".") {
			return e.problem(diag.UnknownContext, at, len(name), fmt.Sprintf("context.%s is a group of variables and has no value itself", name),
				fmt.Sprintf("name one of the group, such as context.%s", full))
		}
	}
	if name == "authorizer" {
		return e.problem(diag.UnknownContext, at, len(name), "context.authorizer is a group of variables and has no value itself",
			"name one of the group, such as context.authorizer.principalId")
	}
	help := ""
	if near := diag.Nearest(name, names); near != "" {
		help = fmt.Sprintf("did you mean context.%s?", near)
	}
	return e.problem(diag.UnknownContext, at, len(name), fmt.Sprintf("unknown context variable %q", name), help)
}

// ContextVariables returns the names of the context variables that have a value in mappings and gateway responses,
// sorted, but for those that follow authorizer., which the authorizer names.
func ContextVariables() []string { return slices.Clone(errorNames()) }
