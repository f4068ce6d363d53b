package load

import (
	"strings"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// servers reads the root's servers, the base path, and what the base path does to paths.
func (l *loader) servers(api *model.API) {
	if l.version == model.Swagger20 {
		l.swaggerServers(api)
	} else {
		list := l.top("servers")
		api.Servers = l.serverList(list)
		api.BasePath = basePath(api.Servers)
		for _, server := range serverNodes(list) {
			if at := l.extension(server, "endpoint-configuration"); !at.IsZero() && api.EndpointConfiguration == nil {
				api.EndpointConfiguration = l.endpointConfiguration(at)
			}
			l.misplaced(server, "a server")
		}
	}
	api.PathPrefix = prefix(l.options.BasePath, api.BasePath.Value)
}

// swaggerServers makes servers of Swagger 2.0's schemes, host and basePath. Without schemes it is https.
func (l *loader) swaggerServers(api *model.API) {
	host, schemes := l.text(l.top("host"), "host"), l.list(l.top("schemes"), "schemes")
	base := l.text(l.top("basePath"), "basePath")
	api.BasePath = orZero(base)
	if host == nil {
		if base != nil {
			api.Servers = []model.Server{{URL: *base, Resolved: base.Value}}
		}
		return
	}
	if len(schemes) == 0 {
		schemes = []source.String{{Value: "https", Span: host.Span}}
	}
	for _, scheme := range schemes {
		url := strings.ToLower(scheme.Value) + "://" + host.Value + strings.TrimSuffix(slashed(api.BasePath.Value), "/")
		api.Servers = append(api.Servers, model.Server{URL: source.String{Value: url, Span: host.Span}, Resolved: url})
	}
}

// serverNodes returns the items of a list of servers, or the one server that stands in its place.
func serverNodes(list source.Node) []source.Node {
	if list.Kind() == source.Map {
		return []source.Node{list}
	}
	return list.Items()
}

// serverList reads a list of servers.
func (l *loader) serverList(n source.Node) []model.Server {
	if n.Kind() == source.Map && !l.intrinsic(n) {
		l.warn(diag.ServersNotList, n.Span(), "write a dash before the server", "servers is read as a list of one server")
	} else if !l.wants(n, source.List, "servers") {
		return nil
	}
	var servers []model.Server
	for _, item := range serverNodes(n) {
		var s model.Server
		ok := l.object(item, "a server", nil,
			field{"url", func(n source.Node) { s.URL = orZero(l.text(n, "url")) }},
			field{"variables", func(n source.Node) { s.Variables = l.serverVariables(n) }},
		)
		if ok {
			s.Resolved = s.URL.Value
			for _, v := range s.Variables {
				s.Resolved = strings.ReplaceAll(s.Resolved, "{"+v.Name.Value+"}", v.Default.Value)
			}
			servers = append(servers, s)
		}
	}
	return servers
}

// serverVariables reads the variables of a server.
func (l *loader) serverVariables(n source.Node) []model.ServerVariable {
	var variables []model.ServerVariable
	for _, p := range l.entries(n, "variables") {
		v := model.ServerVariable{Name: p.Key}
		if l.object(p.Value, "a server variable", nil, field{"default", func(n source.Node) { v.Default = orZero(l.literal(n, "default")) }}) {
			variables = append(variables, v)
		}
	}
	return variables
}

// basePath is the default of the first server variable called basePath, else the path of the first server's URL
// (rest.md 1.2).
func basePath(servers []model.Server) source.String {
	for _, s := range servers {
		for _, v := range s.Variables {
			if v.Name.Value == "basePath" {
				return v.Default
			}
		}
	}
	if len(servers) == 0 {
		return source.String{}
	}
	path := servers[0].Resolved
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	} else if rest, ok := strings.CutPrefix(path, "//"); ok {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	return source.String{Value: path, Span: servers[0].URL.Span}
}

// slashed gives a path its leading slash.
func slashed(path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

// prefix is what stands before every path: nothing, the base path, or the base path without its first segment.
func prefix(mode BasePath, base string) string {
	base = strings.Trim(base, "/")
	if mode == SplitBasePath {
		_, base, _ = strings.Cut(base, "/")
	}
	if mode == IgnoreBasePath || base == "" {
		return ""
	}
	return "/" + base
}
