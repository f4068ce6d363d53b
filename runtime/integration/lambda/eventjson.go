package lambda

import (
	"encoding/base64"
	"strconv"

	gw "github.com/gatewright/gatewright/runtime"
)

// appendJSON appends the event in format 1.0: all keys are always there, in Amazon's order (rest.md, section 7.1).
func (e *Event) appendJSON(dst []byte) []byte {
	c := e.c
	dst = appendMember(dst, `{"resource":`, c.Var(gw.ResourcePath))
	dst = appendMember(dst, `,"path":`, e.path())
	dst = appendMember(dst, `,"httpMethod":`, c.MethodName())
	dst = append(dst, `,"headers":`...)
	dst = appendLast(dst, e.headers, folded)
	dst = append(dst, `,"multiValueHeaders":`...)
	dst = appendAll(dst, e.headers, folded)
	dst = append(dst, `,"queryStringParameters":`...)
	dst = appendLast(dst, e.query, exact)
	dst = append(dst, `,"multiValueQueryStringParameters":`...)
	dst = appendAll(dst, e.query, exact)
	dst = append(dst, `,"pathParameters":`...)
	dst = e.appendPathParameters(dst)
	dst = append(dst, `,"stageVariables":`...)
	dst = e.appendStageVariables(dst)
	dst = append(dst, `,"requestContext":`...)
	dst = e.appendContext(dst)
	dst = append(dst, `,"body":`...)
	dst = e.appendBody(dst)
	if e.binary {
		return append(dst, `,"isBase64Encoded":true}`...)
	}
	return append(dst, `,"isBase64Encoded":false}`...)
}

func appendMember(dst []byte, name, value string) []byte {
	return appendQuoted(append(dst, name...), value)
}

// appendLast appends a map of the last value of each name.
func appendLast(dst []byte, p pairs, by order) []byte {
	if len(p) == 0 {
		return append(dst, "null"...)
	}
	mark := byte('{')
	for i := 0; i < len(p); {
		end := p.group(i, by)
		dst = append(appendQuoted(append(dst, mark), p[i].name), ':')
		dst = appendQuoted(dst, p[end-1].value)
		i, mark = end, ','
	}
	return append(dst, '}')
}

// appendAll appends a map of the lists of all values of each name.
func appendAll(dst []byte, p pairs, by order) []byte {
	if len(p) == 0 {
		return append(dst, "null"...)
	}
	mark := byte('{')
	for i := 0; i < len(p); {
		end := p.group(i, by)
		dst = append(appendQuoted(append(dst, mark), p[i].name), ":["...)
		for n := i; n < end; n++ {
			if n > i {
				dst = append(dst, ',')
			}
			dst = appendQuoted(dst, p[n].value)
		}
		dst = append(dst, ']')
		i, mark = end, ','
	}
	return append(dst, '}')
}

// appendPathParameters appends the path's parameters as they were sent, still percent-encoded.
func (e *Event) appendPathParameters(dst []byte) []byte {
	route := e.c.Route()
	if route == nil || len(route.Params) == 0 {
		return append(dst, "null"...)
	}
	mark := byte('{')
	for i := range route.Params {
		name := route.Params[i].Name
		dst = append(appendQuoted(append(dst, mark), name), ':')
		dst = appendQuoted(dst, e.c.Param(name))
		mark = ','
	}
	return append(dst, '}')
}

func (e *Event) appendStageVariables(dst []byte) []byte {
	variables := e.c.StageVariables()
	if len(variables) == 0 {
		return append(dst, "null"...)
	}
	mark := byte('{')
	for i := range variables {
		dst = append(appendQuoted(append(dst, mark), variables[i].Name), ':')
		dst = appendQuoted(dst, variables[i].Value)
		mark = ','
	}
	return append(dst, '}')
}

// appendContext appends requestContext, with what an authorizer said of the caller where one has run.
func (e *Event) appendContext(dst []byte) []byte {
	c := e.c
	dst = appendMember(dst, `{"resourceId":`, c.Var(gw.ResourceID))
	dst = appendMember(dst, `,"resourcePath":`, c.Var(gw.ResourcePath))
	dst = appendMember(dst, `,"httpMethod":`, c.MethodName())
	dst = appendMember(dst, `,"extendedRequestId":`, c.ExtendedRequestID())
	dst = appendMember(dst, `,"requestTime":`, c.Var(gw.RequestTime))
	dst = appendMember(dst, `,"path":`, e.contextPath())
	dst = appendMember(dst, `,"accountId":`, c.Var(gw.AccountID))
	dst = append(dst, `,"protocol":"HTTP/1.1"`...) // also for HTTP/2 clients
	dst = appendMember(dst, `,"stage":`, c.StageName())
	dst = appendMember(dst, `,"domainPrefix":`, c.Var(gw.DomainPrefix))
	dst = append(dst, `,"requestTimeEpoch":`...)
	dst = strconv.AppendInt(dst, c.Time().UnixMilli(), 10)
	dst = appendMember(dst, `,"requestId":`, c.RequestID())
	dst = appendMember(dst, `,"domainName":`, c.Var(gw.DomainName))
	dst = appendMember(dst, `,"deploymentId":`, c.Var(gw.DeploymentID))
	dst = appendMember(dst, `,"apiId":`, c.Var(gw.APIID))
	if a := c.Authorization(); a != nil {
		dst = a.AppendEvent(append(dst, `,"authorizer":`...))
	}
	return append(e.appendIdentity(append(dst, `,"identity":`...)), '}')
}

// appendIdentity appends requestContext.identity. Beyond the client's address and name, it is known of those who sign.
func (e *Event) appendIdentity(dst []byte) []byte {
	c := e.c
	dst = appendOrNull(append(dst, `{"cognitoIdentityPoolId":null,"accountId":`...), c.Var(gw.IdentityAccountID))
	dst = appendOrNull(append(dst, `,"cognitoIdentityId":null,"caller":`...), c.Var(gw.IdentityCaller))
	if key, id := c.APIKey(); key != "" {
		dst = appendMember(appendMember(dst, `,"apiKey":`, key), `,"apiKeyId":`, id)
	}
	if cert := c.ClientCertificate(); cert != nil {
		dst = appendMember(dst, `,"clientCert":{"clientCertPem":`, cert.PEM)
		dst = appendMember(appendMember(dst, `,"subjectDN":`, cert.SubjectDN), `,"issuerDN":`, cert.IssuerDN)
		dst = appendMember(appendMember(dst, `,"serialNumber":`, cert.SerialNumber), `,"validity":{"notBefore":`, cert.NotBefore)
		dst = append(appendMember(dst, `,"notAfter":`, cert.NotAfter), "}}"...)
	}
	dst = appendMember(dst, `,"sourceIp":`, c.ClientAddr())
	dst = appendOrNull(append(dst, `,"principalOrgId":null,"accessKey":`...), c.Var(gw.IdentityAccessKey))
	dst = append(dst, `,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":`...)
	dst = appendOrNull(dst, c.Var(gw.IdentityUserARN))
	dst = appendOrNull(append(dst, `,"userAgent":`...), e.agent)
	return append(appendOrNull(append(dst, `,"user":`...), c.Var(gw.IdentityUser)), '}')
}

func appendOrNull(dst []byte, value string) []byte {
	if value == "" {
		return append(dst, "null"...)
	}
	return appendQuoted(dst, value)
}

func (e *Event) appendBody(dst []byte) []byte {
	switch {
	case e.body == "":
		return append(dst, "null"...)
	case e.binary:
		dst = append(dst, '"')
		return append(base64.StdEncoding.AppendEncode(dst, bytesOf(e.body)), '"')
	default:
		return appendQuoted(dst, e.body)
	}
}
