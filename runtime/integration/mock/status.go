package mock

import gw "github.com/gatewright/gatewright/runtime"

// Status is the statusCode in the client's body, which is the result of a mock without a template for its type. Where
// there is none, or it is no integer, or the body is not JSON by even a lenient reading, the request fails as one whose
// configuration is at fault (rest.md, section 6).
func Status(c *gw.Ctx) (int, gw.Fault) {
	body, f := c.Body()
	if f != gw.OK {
		return 0, f
	}
	status, ok := parse(body)
	if !ok {
		return 0, gw.APIConfigurationError
	}
	return status, gw.OK
}

// Render is the statusCode in what a request template prints.
func Render(c *gw.Ctx, t gw.Template) (int, gw.Fault) {
	printed, f := c.RenderRequest(t, gw.AsIs)
	if f != gw.OK {
		return 0, f
	}
	status, ok := parse(printed)
	if !ok {
		return 0, gw.APIConfigurationError
	}
	return status, gw.OK
}
