package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/mapping"
	"github.com/gatewright/gatewright/gen/model"
)

// gatewayResponseTypes returns the types of rest.md 3.1.
func gatewayResponseTypes() []string {
	return strings.Fields(`ACCESS_DENIED API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE BAD_REQUEST_BODY
		BAD_REQUEST_PARAMETERS DEFAULT_4XX DEFAULT_5XX EXPIRED_TOKEN INTEGRATION_FAILURE INTEGRATION_TIMEOUT INVALID_API_KEY
		INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN QUOTA_EXCEEDED REQUEST_TOO_LARGE RESOURCE_NOT_FOUND THROTTLED UNAUTHORIZED
		UNSUPPORTED_MEDIA_TYPE WAF_FILTERED`)
}

// gatewayResponses checks the answers that the gateway gives itself.
func (c *checker) gatewayResponses() {
	types := gatewayResponseTypes()
	for _, response := range c.api.GatewayResponses {
		switch {
		case !slices.Contains(types, response.Type.Value):
			c.add(diag.Diagnostic{Code: diag.UnknownGatewayResponse, Span: response.Type.Span,
				Message: fmt.Sprintf("unknown type of gateway response %q", response.Type.Value),
				Help:    nearest(c, response.Type.Value, types, itself, "write a type such as DEFAULT_4XX")})
			continue
		case response.Type.Value == "REQUEST_TOO_LARGE":
			c.add(diag.Diagnostic{Code: diag.NoEffectGatewayType, Severity: diag.Warning, Span: response.Type.Span,
				Message: "the answer to requests that are too large cannot be changed"})
		}
		if status := response.StatusCode; status != nil {
			if !isStatus(status.Value) {
				c.add(diag.Diagnostic{Code: diag.BadGatewayStatus, Span: status.Span, Message: fmt.Sprintf("%q is no status", status.Value),
					Help: "write a number from 100 to 599"})
			}
		}
		c.gatewayHeaders(response)
		for _, template := range response.Templates {
			_, problems := mapping.ParseText(template.Text.Value)
			for _, p := range problems {
				c.problem(template.Text, p)
			}
			c.directives(template)
		}
	}
	c.compression()
	c.binaryMediaTypes()
}

// isStatus reports whether text is a status of HTTP.
func isStatus(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && 100 <= n && n <= 599
}

func (c *checker) gatewayHeaders(response *model.GatewayResponse) {
	for _, e := range c.entries(response.Parameters, mapping.ParseGatewayResponseTarget, mapping.ParseGatewayResponse) {
		name := nameIn(e.mapping.Target, e.target.Name)
		switch {
		case e.target.In != mapping.Header:
			c.add(diag.Diagnostic{Code: diag.NoEffectGatewayTarget, Severity: diag.Warning, Span: e.mapping.Target.Span,
				Message: fmt.Sprintf("a response has no %s, so the mapping does nothing", e.target.In)})
		case framesMessage(e.target.Name):
			c.add(diag.Diagnostic{Code: diag.BadGatewayHeader, Span: name, Message: fmt.Sprintf("the gateway itself sets %s", e.target.Name),
				Help: "take the mapping away"})
		}
	}
}

// framesMessage reports whether a header says where a message ends or how its connection goes on.
func framesMessage(name string) bool {
	return slices.ContainsFunc([]string{"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Trailer", "Upgrade"},
		func(other string) bool { return strings.EqualFold(name, other) })
}

// directives warns of the template language where there is none (rest.md 1.5).
func (c *checker) directives(template model.Template) {
	for _, word := range []string{"$input.", "$util.", "#set(", "#set (", "#if(", "#if (", "#foreach(", "#foreach ("} {
		if i := strings.Index(template.Text.Value, word); i >= 0 {
			c.add(diag.Diagnostic{Code: diag.BadTemplateReference, Severity: diag.Warning, Span: template.Text.Sub(i, len(strings.TrimRight(word, ".( "))),
				Message: fmt.Sprintf("%s is sent as it stands", strings.TrimRight(word, ".( ")),
				Cause:   "gateway responses are no mapping templates", Help: "use $context.NAME, $stageVariables.NAME or method.request.header.NAME"})
			return
		}
	}
}

// compression checks the minimum compression size (rest.md 1.1).
func (c *checker) compression() {
	const most = 10485760
	if size := c.api.MinimumCompressionSize; size != nil && (size.Value < 0 || size.Value > most) {
		c.add(diag.Diagnostic{Code: diag.CompressionRange, Span: size.Span,
			Message: fmt.Sprintf("invalid minimum compression size, must be between 0 and %d", most)})
	}
}

// binaryMediaTypes warns of entries that match nothing (rest.md 5).
func (c *checker) binaryMediaTypes() {
	for _, mediaType := range c.api.BinaryMediaTypes {
		main, sub, slash := strings.Cut(mediaType.Value, "/")
		if slash && main != "" && sub != "" && (main != "*" || sub == "*") && !strings.ContainsAny(mediaType.Value, "; ,") {
			continue
		}
		c.add(diag.Diagnostic{Code: diag.BadBinaryMediaType, Severity: diag.Warning, Span: mediaType.Span,
			Message: fmt.Sprintf("%q never matches", mediaType.Value), Help: "write a media type such as image/png, image/* or */*"})
	}
}
