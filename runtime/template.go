package runtime

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/runtime/value"
	"github.com/gatewright/gatewright/runtime/vtl"
)

// Template is a compiled mapping template.
type Template = func(*vtl.Renderer)

// templates is what the templates of one request share: parsed payloads, $context with its overrides, and what they print.
type templates struct {
	used     bool
	memory   value.Document
	renderer vtl.Renderer
	context  *value.Map // made when a template first needs it as a map
	params   *value.Map
	request  payload
	reply    payload
	printed  []byte
}

func (t *templates) reset() {
	if !t.used {
		return
	}
	t.used = false
	t.memory.Reset()
	t.context, t.params = nil, nil
	t.request, t.reply = payload{}, payload{}
	t.printed = kept(t.printed, keptBuffer)
}

// payload is what a template reads: the request with its payload, or with the backend's.
type payload struct {
	c      *Ctx
	text   string
	parsed bool
	strict bool // the text is JSON by the standard too
	twice  bool // an object of it has a name twice
	root   vtl.Value
	err    error
}

var _ vtl.Source = (*payload)(nil)

// payloadOf is p for text; what was parsed of the same text before stays.
func (c *Ctx) payloadOf(p *payload, text string) *payload {
	c.templates.used = true
	if p.c == nil || p.text != text {
		*p = payload{c: c, text: text}
	}
	return p
}

// render runs t over p. A template that fails answers 500 (mapping-templates.md, section 1).
func (c *Ctx) renderTemplate(t Template, p *payload) ([]byte, Fault) {
	state := &c.templates
	mark := len(state.printed)
	printed, err := state.renderer.Render(p, state.printed, t)
	if err != nil {
		c.core.Logger().Warn("a mapping template failed", "route", c.routeID(), "error", err)
		return nil, APIConfigurationError
	}
	state.printed = printed
	return printed[mark:], OK
}

func (c *Ctx) routeID() string {
	if c.route == nil {
		return ""
	}
	return c.route.ID
}

// RenderRequest is what t prints for the request, whose payload is converted before (rest.md, section 5). A template
// over bytes that are no text fails. The result is valid until the handler returns.
func (c *Ctx) RenderRequest(t Template, conversion Conversion) ([]byte, Fault) {
	body, f := c.Body()
	if f != OK {
		return nil, f
	}
	change := requestChange(c.core.binary.match(c.MediaType()), conversion)
	body, ok := c.convert(body, change)
	if !ok || !utf8.Valid(body) {
		return nil, APIConfigurationError
	}
	return c.renderTemplate(t, c.payloadOf(&c.templates.request, text(body)))
}

// Render makes what t prints the body of the request to the backend.
func (o *Outbound) Render(t Template, conversion Conversion) Fault {
	body, f := o.c.RenderRequest(t, conversion)
	if f != OK {
		return f
	}
	o.body, o.hasBody = body, true
	return OK
}

// Render answers with what t prints for the backend's reply, whose payload is converted before. A nil reply is that of a
// mock: it has no payload.
func (r *Response) Render(t Template, reply *Reply, conversion Conversion) Fault {
	c := r.c
	var body []byte
	if reply != nil {
		var f Fault
		if body, f = r.converted(reply, conversion); f != OK {
			return f
		}
		if !utf8.Valid(body) {
			return APIConfigurationError
		}
	}
	printed, f := c.renderTemplate(t, c.payloadOf(&c.templates.reply, text(body)))
	if f != OK {
		return f
	}
	return r.Bytes(printed)
}

// Body implements vtl.Source.
func (p *payload) Body() string { return p.text }

// Memory implements vtl.Source.
func (p *payload) Memory() *value.Document { return &p.c.templates.memory }

// Document implements vtl.Source.
func (p *payload) Document() (vtl.Value, error) {
	if !p.parsed {
		p.parsed = true
		body := p.text
		if body == "" {
			body = "{}"
		}
		p.root, p.strict, p.err = p.c.templates.memory.Read(body)
		p.twice = p.c.templates.memory.Repeated()
	}
	return p.root, p.err
}

// Param implements vtl.Source: path, then query string, then headers, whose names have no case here.
func (p *payload) Param(name string) (string, bool) {
	c := p.c
	if v := c.Param(name); v != "" {
		return v, true
	}
	if v := c.Query(name); v != "" {
		return v, true
	}
	for i := len(c.fields) - 1; i >= 0; i-- {
		if f := &c.fields[i]; sameName(f.Name, name) && c.visible(f) {
			return f.Value, true
		}
	}
	return "", false
}

// Params implements vtl.Source.
func (p *payload) Params() *value.Map {
	c := p.c
	if c.templates.params != nil {
		return c.templates.params
	}
	path, query, header := &value.Map{}, &value.Map{}, &value.Map{Order: value.Folded}
	if c.route != nil {
		for i := range c.route.Params {
			name := c.route.Params[i].Name
			path.Put(value.String(name), value.String(c.Param(name)))
		}
	}
	for rest := c.query; rest != ""; {
		var key, sent string
		key, sent, rest = nextPair(rest)
		if key != "" {
			query.Put(value.String(c.unescapeQuery(key)), value.String(c.unescapeQuery(sent)))
		}
	}
	for i := range c.fields {
		if f := &c.fields[i]; c.visible(f) {
			header.Put(value.String(f.Name), value.String(f.Value))
		}
	}
	all := &value.Map{}
	all.Put(value.String("path"), value.MapOf(path))
	all.Put(value.String("querystring"), value.MapOf(query))
	all.Put(value.String("header"), value.MapOf(header))
	c.templates.params = all
	return all
}

// StageVariable implements vtl.Source.
func (p *payload) StageVariable(name string) (string, bool) {
	v := p.c.StageVariable(name)
	return v, v != ""
}

// StageVariables implements vtl.Source.
func (p *payload) StageVariables() *value.Map {
	m := &value.Map{Order: value.Hashed}
	for _, v := range *p.c.stage.variables.Load() {
		m.Put(value.String(v.Name), value.String(v.Value))
	}
	return m
}

// Context implements vtl.Source.
func (p *payload) Context(name string) vtl.Value {
	c := p.c
	if key, ok := strings.CutPrefix(name, "authorizer."); ok {
		return textOrNull(c.AuthorizerVar(key))
	}
	return textOrNull(c.Var(variableOf(name)))
}

func textOrNull(s string) vtl.Value {
	if s == "" {
		return value.Null
	}
	return value.String(s)
}

// ContextMap implements vtl.Source.
func (p *payload) ContextMap() *value.Map {
	c := p.c
	if c.templates.context == nil {
		c.templates.context = c.contextMap()
	}
	return c.templates.context
}

// contextMap makes $context: the keys that Amazon's has (mapping-templates.md, section 6.3; rest.md, section 14).
func (c *Ctx) contextMap() *value.Map {
	silent := func() *value.Map { return &value.Map{Order: value.Hashed, Silent: true} }
	context, identity := silent(), silent()
	for _, name := range [...]string{"resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId",
		"protocol", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "domainName", "deploymentId", "apiId"} {
		context.Put(value.String(name), value.String(c.Var(variableOf(name))))
	}
	for _, name := range [...]string{"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
		"cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user"} {
		identity.Put(value.String(name), textOrNull(c.Var(variableOf("identity."+name))))
	}
	context.Put(value.String("identity"), value.MapOf(identity))
	if a := c.authorization; a != nil {
		authorizer := silent()
		if a.Principal != "" {
			authorizer.Put(value.String("principalId"), value.String(a.Principal))
		}
		for _, v := range a.Values {
			authorizer.Put(value.String(v.Name), value.String(v.Value))
		}
		if len(a.Claims) > 0 {
			claims := silent()
			for _, v := range a.Claims {
				claims.Put(value.String(v.Name), value.String(v.Value))
			}
			authorizer.Put(value.String("claims"), value.MapOf(claims))
		}
		context.Put(value.String("authorizer"), value.MapOf(authorizer))
	}
	request, response := silent(), silent()
	for _, kind := range [...]string{"path", "header", "querystring"} {
		request.Put(value.String(kind), value.MapOf(silent()))
	}
	response.Put(value.String("header"), value.MapOf(silent()))
	context.Put(value.String("requestOverride"), value.MapOf(request))
	context.Put(value.String("responseOverride"), value.MapOf(response))
	return context
}

// variableOf is the variable of a name below $context.
func variableOf(name string) Variable {
	switch name {
	case "accountId":
		return AccountID
	case "apiId":
		return APIID
	case "stage":
		return StageName
	case "deploymentId":
		return DeploymentID
	case "resourceId":
		return ResourceID
	case "resourcePath":
		return ResourcePath
	case "path":
		return RequestPath
	case "httpMethod":
		return HTTPMethod
	case "protocol":
		return Protocol
	case "requestId":
		return RequestID
	case "extendedRequestId":
		return ExtendedRequestID
	case "requestTime":
		return RequestTime
	case "requestTimeEpoch":
		return RequestTimeEpoch
	case "domainName":
		return DomainName
	case "domainPrefix":
		return DomainPrefix
	}
	if rest, ok := strings.CutPrefix(name, "identity."); ok {
		return identityVariableOf(rest)
	}
	return NoVariable
}

// identityVariableOf is the variable $context.identity.name.
func identityVariableOf(name string) Variable {
	switch name {
	case "sourceIp":
		return SourceIP
	case "userAgent":
		return UserAgent
	case "apiKey":
		return IdentityAPIKey
	case "apiKeyId":
		return IdentityAPIKeyID
	case "clientCert.clientCertPem":
		return ClientCertPEM
	case "clientCert.subjectDN":
		return ClientCertSubjectDN
	case "clientCert.issuerDN":
		return ClientCertIssuerDN
	case "clientCert.serialNumber":
		return ClientCertSerialNumber
	case "clientCert.validity.notBefore":
		return ClientCertNotBefore
	case "clientCert.validity.notAfter":
		return ClientCertNotAfter
	case "accountId":
		return IdentityAccountID
	case "caller":
		return IdentityCaller
	case "user":
		return IdentityUser
	case "userArn":
		return IdentityUserARN
	case "accessKey":
		return IdentityAccessKey
	case "vpcId":
		return IdentityVPC
	case "vpceId":
		return IdentityVPCEndpoint
	}
	return NoVariable
}

// override is a map of the overrides that a template may have set; nil when none has looked at $context as a map.
func (c *Ctx) override(of, kind string) *value.Map {
	if c.templates.context == nil {
		return nil
	}
	m, _ := value.MapOf(c.templates.context).Get(of).Get(kind).AsMap()
	if m == nil || len(m.Entries) == 0 {
		return nil
	}
	return m
}

// overridden calls set with each text that the override called name holds: a list has several. It reports whether the
// override is there.
func overridden(m *value.Map, name string, set func(string)) bool {
	if m == nil {
		return false
	}
	v, ok := m.GetString(name)
	if !ok {
		return false
	}
	if l, isList := v.AsList(); isList {
		for _, e := range l.Elements {
			set(value.Text(e.OrEmpty()))
		}
		return true
	}
	set(value.Text(v.OrEmpty()))
	return true
}

// PathParam appends the value of a placeholder to the target's path: a template's override, else value; for a
// placeholder that nothing maps, its own text.
func (o *Outbound) PathParam(name, value string, mapped bool) {
	if overridden(o.c.override("requestOverride", "path"), name, o.Path) {
		return
	}
	if mapped {
		o.Path(value)
		return
	}
	o.Literal("{" + name + "}")
}

// overrides reports whether a template has set the parameter itself.
func (o *Outbound) overrides(kind, name string) bool {
	if o.c.templates.context == nil {
		return false
	}
	return overridden(o.c.override("requestOverride", kind), name, func(string) {})
}

// applyOverrides lays $context.requestOverride over what the mappings set.
func (o *Outbound) applyOverrides() {
	if query := o.c.override("requestOverride", "querystring"); query != nil {
		for _, name := range query.Keys() {
			name := value.Text(name)
			overridden(query, name, func(v string) { o.addQuery(name, v) })
		}
	}
	if header := o.c.override("requestOverride", "header"); header != nil {
		for _, name := range header.Keys() {
			name := value.Text(name)
			overridden(header, name, func(v string) { o.addHeader(name, v) })
		}
	}
}

// applyOverrides lays $context.responseOverride over the answer: a status that is an integer from 100 to 599, and headers.
func (r *Response) applyOverrides() {
	c := r.c
	if c.templates.context == nil {
		return
	}
	of := value.MapOf(c.templates.context).Get("responseOverride")
	if status, ok := overrideStatus(of.Get("status")); ok {
		r.status = status
		c.rc.Response.SetStatusCode(status)
	}
	header := c.override("responseOverride", "header")
	if header == nil {
		return
	}
	for _, name := range header.Keys() {
		name := value.Text(name)
		c.rc.Response.Header.Del(name)
		overridden(header, name, func(v string) { r.Header(name, v) })
	}
}

func overrideStatus(v value.Value) (int, bool) {
	n, ok := v.AsInt()
	if s, isText := v.AsString(); isText {
		parsed, err := strconv.Atoi(s)
		n, ok = int64(parsed), err == nil
	}
	return int(n), ok && 100 <= n && n <= 599
}
