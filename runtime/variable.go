package runtime

import (
	"strconv"
	"strings"
	"time"
)

// Variable is a name below $context (rest.md, section 14).
type Variable uint8

// The variables that have a value. Those of authorizers are read by AuthorizerVar.
const (
	// NoVariable is any name whose value nothing provides; it is empty.
	NoVariable             Variable = iota
	AccountID                       // accountId
	APIID                           // apiId
	StageName                       // stage
	DeploymentID                    // deploymentId
	ResourceID                      // resourceId
	ResourcePath                    // resourcePath
	RequestPath                     // path
	HTTPMethod                      // httpMethod
	Protocol                        // protocol
	RequestID                       // requestId
	ExtendedRequestID               // extendedRequestId
	RequestTime                     // requestTime
	RequestTimeEpoch                // requestTimeEpoch
	DomainName                      // domainName
	DomainPrefix                    // domainPrefix
	SourceIP                        // identity.sourceIp
	UserAgent                       // identity.userAgent
	IdentityAccountID               // identity.accountId
	IdentityCaller                  // identity.caller
	IdentityUser                    // identity.user
	IdentityUserARN                 // identity.userArn
	IdentityAccessKey               // identity.accessKey
	IdentityAPIKey                  // identity.apiKey
	IdentityAPIKeyID                // identity.apiKeyId
	IdentityVPC                     // identity.vpcId
	IdentityVPCEndpoint             // identity.vpceId
	ClientCertPEM                   // identity.clientCert.clientCertPem
	ClientCertSubjectDN             // identity.clientCert.subjectDN
	ClientCertIssuerDN              // identity.clientCert.issuerDN
	ClientCertSerialNumber          // identity.clientCert.serialNumber
	ClientCertNotBefore             // identity.clientCert.validity.notBefore
	ClientCertNotAfter              // identity.clientCert.validity.notAfter
	XRayTraceID                     // xrayTraceId
	ErrorMessage                    // error.message
	ErrorMessageString              // error.messageString
	ErrorResponseType               // error.responseType
	ErrorValidation                 // error.validationErrorString
	StatusCode                      // status
)

// Var is $context.…; what does not apply to the request is empty.
func (c *Ctx) Var(v Variable) string {
	switch v {
	case AccountID:
		return c.core.api.Account
	case APIID:
		return c.core.api.ID
	case StageName:
		return c.StageName()
	case DeploymentID:
		return c.core.api.Deployment
	case ResourceID:
		if c.route != nil {
			return c.route.ResourceID
		}
		return ""
	case ResourcePath:
		if c.route != nil {
			return c.route.Path
		}
		return ""
	case RequestPath:
		return c.path.raw
	case HTTPMethod:
		return c.methodName
	case Protocol:
		return "HTTP/1.1" // also for HTTP/2 clients
	case RequestID:
		return c.RequestID()
	case ExtendedRequestID:
		return c.ExtendedRequestID()
	case RequestTime, RequestTimeEpoch:
		return c.timeVar(v)
	case DomainName:
		return c.domainName()
	case DomainPrefix:
		prefix, _ := cutByte(c.domainName(), '.')
		return prefix
	case SourceIP:
		return c.ClientAddr()
	case UserAgent:
		return c.field(fieldUserAgent)
	case IdentityAccountID, IdentityCaller, IdentityUser, IdentityUserARN, IdentityAccessKey:
		return c.identityVar(v)
	case IdentityAPIKey:
		return c.apiKey
	case IdentityAPIKeyID:
		return c.apiKeyID
	case IdentityVPC:
		return c.VPC()
	case IdentityVPCEndpoint:
		return c.VPCEndpoint()
	case ClientCertPEM, ClientCertSubjectDN, ClientCertIssuerDN, ClientCertSerialNumber, ClientCertNotBefore, ClientCertNotAfter:
		return c.certificateVar(v)
	case XRayTraceID:
		return c.TraceHeader()
	default:
		return c.errorVar(v)
	}
}

// errorVar is $context.error.… and what else only an ended request has.
func (c *Ctx) errorVar(v Variable) string {
	switch v {
	case ErrorMessage:
		message, _ := c.faultMessage()
		return message
	case ErrorMessageString:
		message, ok := c.faultMessage()
		switch {
		case c.fault == OK:
			return ""
		case !ok:
			return "null"
		}
		mark := len(c.arena)
		c.arena = appendJSONString(c.arena, message)
		return c.arenaText(mark)
	case ErrorResponseType:
		return faultKinds[c.fault].name
	case ErrorValidation:
		return c.checks.java
	case StatusCode:
		if c.rc == nil {
			return ""
		}
		mark := len(c.arena)
		c.arena = strconv.AppendInt(c.arena, int64(c.rc.Response.StatusCode()), 10)
		return c.arenaText(mark)
	default:
		return ""
	}
}

// Time is when the request began.
func (c *Ctx) Time() time.Time {
	if c.begun.IsZero() {
		c.begun = c.core.settings.now()
	}
	return c.begun
}

// Since is the time from t, an earlier Now of the gateway, to when the request began, where that was looked at, as it is
// for metrics and logs: reading the clock costs more than most of what would be measured. Else it is the time until now.
func (c *Ctx) Since(t time.Time) time.Duration {
	if c.begun.IsZero() {
		return c.core.settings.since(t)
	}
	return c.begun.Sub(t)
}

func (c *Ctx) timeVar(v Variable) string {
	mark := len(c.arena)
	if v == RequestTime {
		c.arena = appendLogTime(c.arena, c.Time().UTC())
	} else {
		c.arena = strconv.AppendInt(c.arena, c.Time().UnixMilli(), 10)
	}
	return c.arenaText(mark)
}

// appendLogTime appends t, which is in UTC, as 02/Jan/2006:15:04:05 +0000: every event has it.
func appendLogTime(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = append(append2(dst, day), '/')
	dst = append(append(dst, month.String()[:3]...), '/')
	dst = append(append2(append2(dst, year/100), year%100), ':')
	dst = append(append2(dst, hour), ':')
	dst = append(append2(dst, minute), ':')
	return append(append2(dst, second), " +0000"...)
}

// append2 appends n, which is below 100, in two digits.
func append2(dst []byte, n int) []byte { return append(dst, '0'+byte(n/10), '0'+byte(n%10)) }

// StageName is the stage that serves the request; empty when the document names none.
func (c *Ctx) StageName() string {
	if c.stage == nil {
		return ""
	}
	return c.stage.name
}

// domainName is the request's host without its port.
func (c *Ctx) domainName() string {
	if colon := strings.LastIndexByte(c.host, ':'); colon >= 0 && strings.IndexByte(c.host[colon:], ']') < 0 {
		return c.host[:colon]
	}
	return c.host
}
