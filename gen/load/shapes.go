package load

import (
	"slices"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// shape says which keys a map of an x-gateway-* value may have, so that a misspelt one is found although nothing
// reads the value yet. nil stands for a value that is not looked into; the key * for any key.
type shape map[string]any

// each is the shape of a map whose keys the document chooses, or of a list: every value has the same shape.
func each(inner shape) shape { return shape{"*": inner} }

var (
	methodShapes = map[string]shape{
		"metrics": nil, "logging": {"level": nil, "dataTrace": nil},
		"cache": {"enabled": nil, "ttlSeconds": nil, "requireAuthorization": nil, "unauthorized": nil},
	}

	stageShapes = map[string]shape{
		"cache":     {"enabled": nil, "sizeMiB": nil, "ttlSeconds": nil},
		"accessLog": {"format": nil, "to": nil},
		"canary":    {"deployment": nil, "percentTraffic": nil, "variables": nil, "useStageCache": nil, "sticky": nil},
		"tracing":   {"sampling": nil},
	}

	corsShape = shape{"allowOrigins": nil, "allowMethods": nil, "allowHeaders": nil, "exposeHeaders": nil, "maxAge": nil, "allowCredentials": nil}
)

// shapes checks the keys of the settings that are kept as they stand.
func (l *loader) shapes(s *model.GatewaySettings) {
	for _, c := range []struct {
		value *source.Node
		what  string
		shape shape
	}{
		{s.CORS, "x-gateway-cors", corsShape},
	} {
		if c.value != nil {
			l.shape(*c.value, c.what, c.shape)
		}
	}
}

// shape reports keys of n that its shape does not have, and values that are no maps where maps are wanted.
func (l *loader) shape(n source.Node, what string, s shape) {
	if s == nil {
		return
	}
	inner, open := s["*"].(shape)
	if open && n.Kind() == source.List {
		for _, item := range n.Items() {
			l.shape(item, "an item of "+what, inner)
		}
		return
	}
	if !l.isMap(n, what) {
		return
	}
	var known []string
	for key := range s {
		known = append(known, key)
	}
	slices.Sort(known)
	unknown := l.unknownKey(what, known...)
	for _, p := range n.Pairs() {
		if open {
			l.shape(p.Value, "an entry of "+what, inner)
			continue
		}
		below, ok := s[p.Key.Value]
		if !ok {
			unknown(p)
			continue
		}
		if next, isShape := below.(shape); isShape {
			l.shape(p.Value, "the "+p.Key.Value+" of "+what, next)
		}
	}
}
