package integration

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

func quoted(text string) string { return strconv.Quote(text) }

// The bounds of timeoutInMillis (rest.md 1.4).
const (
	shortestTimeout = 50
	longestTimeout  = 29000
)

// checkShared looks at the keys that mean the same in every kind.
func checkShared(in *model.Integration, kind Kind) []diag.Diagnostic {
	var found []diag.Diagnostic
	found = append(found, oneOf("passthroughBehavior", in.PassthroughBehavior, "when_no_match", "when_no_templates", "never")...)
	found = append(found, oneOf("contentHandling", in.ContentHandling, "CONVERT_TO_BINARY", "CONVERT_TO_TEXT")...)
	found = append(found, oneOf("connectionType", in.ConnectionType, "INTERNET", "VPC_LINK")...)
	for _, r := range in.Responses {
		found = append(found, oneOf("contentHandling", r.ContentHandling, "CONVERT_TO_BINARY", "CONVERT_TO_TEXT")...)
	}
	if t := in.TimeoutInMillis; t != nil && (t.Value < shortestTimeout || t.Value > longestTimeout) {
		found = append(found, diag.Diagnostic{Code: diag.TimeoutOutOfRange, Span: t.Span,
			Message: fmt.Sprintf("timeoutInMillis %d is outside %d to %d", t.Value, shortestTimeout, longestTimeout),
			Help:    "write x-gateway-timeout, which has no upper bound"})
	}
	for _, key := range in.Unknown {
		found = append(found, unknownKey(key))
	}
	found = append(found, oneOf("responseTransferMode", in.TransferMode, "BUFFERED", "STREAM")...)
	if streams(in) && kind.Name() != "http_proxy" && kind.Name() != "aws_proxy" {
		found = append(found, diag.Diagnostic{Code: diag.BadTransferMode, Span: in.TransferMode.Span,
			Message: fmt.Sprintf("the answers of %s integrations cannot be streamed", kind.Name()), Help: "take responseTransferMode away, or use a proxy"})
	}
	return found
}

func unknownKey(key source.String) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.UnknownIntegrationKey, Severity: diag.Warning, Span: key.Span,
		Message: "unknown key of an integration: " + quoted(key.Value), Cause: "Amazon API Gateway ignores it, and so does Gatewright"}
	known := []string{"type", "uri", "httpMethod", "credentials", "requestParameters", "requestTemplates", "passthroughBehavior",
		"contentHandling", "timeoutInMillis", "cacheNamespace", "cacheKeyParameters", "connectionType", "connectionId", "tlsConfig", "responses"}
	if near := diag.Nearest(key.Value, known); near != "" {
		d.Help = "did you mean " + near + "?"
	}
	return d
}

// oneOf reports a text that is none of the allowed ones, in any case.
func oneOf(key string, text *source.String, allowed ...string) []diag.Diagnostic {
	if text == nil || slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, text.Value) }) {
		return nil
	}
	d := diag.Diagnostic{Code: diag.UnknownIntegrationValue, Span: text.Span,
		Message: fmt.Sprintf("unknown %s %q", key, text.Value), Help: "write one of " + strings.Join(allowed, ", ")}
	if near := diag.Nearest(text.Value, allowed); near != "" {
		d.Help = "did you mean " + near + "?"
	}
	return []diag.Diagnostic{d}
}
