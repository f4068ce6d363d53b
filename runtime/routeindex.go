package runtime

import (
	"sync/atomic"
	"unsafe"
)

// routeIndex finds a route's place in API.Routes by the address of the route, and counts answers. Routes are package
// variables of generated code, which must not change, so the place cannot stand in them.
type routeIndex struct {
	slots  []routeSlot // a power of two, at most half full
	counts []atomic.Uint64
	shards int
}

type routeSlot struct {
	route *Route
	index int32
}

// statusClasses are 1xx to 5xx.
const statusClasses = 5

// countShards spreads counters so that cores do not fight over a cache line.
const countShards = 8

func newRouteIndex(routes []*Route) routeIndex {
	size := 4
	for size < 2*len(routes) {
		size *= 2
	}
	x := routeIndex{slots: make([]routeSlot, size), shards: countShards}
	// A shard is padded to whole cache lines; its first row is for requests without a route.
	x.counts = make([]atomic.Uint64, x.shards*x.stride(len(routes)))
	for i, r := range routes {
		at := x.slot(r)
		for x.slots[at].route != nil {
			at = (at + 1) & (size - 1)
		}
		x.slots[at] = routeSlot{r, int32(i)}
	}
	return x
}

func (x *routeIndex) stride(routes int) int { return ((routes+1)*statusClasses + 7) &^ 7 }

func (x *routeIndex) slot(r *Route) int {
	address := uint64(uintptr(unsafe.Pointer(r)))
	return int(address*0x9e3779b97f4a7c15>>32) & (len(x.slots) - 1)
}

// of is r's place, -1 for a route that is not the API's.
func (x *routeIndex) of(r *Route) int {
	if r == nil {
		return -1
	}
	for at := x.slot(r); x.slots[at].route != nil; at = (at + 1) & (len(x.slots) - 1) {
		if x.slots[at].route == r {
			return int(x.slots[at].index)
		}
	}
	return -1
}

// RouteIndex is the place of the request's route in API.Routes, -1 while it has none.
func (c *Ctx) RouteIndex() int { return c.core.routes.of(c.route) }

// count notes an answer.
func (core *Core) count(c *Ctx, status int) {
	class := status/100 - 1
	if class < 0 || class >= statusClasses {
		return
	}
	x := &core.routes
	at := c.shard*x.stride(len(core.api.Routes)) + (x.of(c.route)+1)*statusClasses + class
	x.counts[at].Add(1)
}

// RouteInfo is a route and how often it was answered.
type RouteInfo struct {
	// Route is nil for requests that no route was found for.
	Route *Route
	// Answers are counted by status class: 1xx, 2xx, 3xx, 4xx, 5xx.
	Answers [statusClasses]uint64
}

// RoutesInfo is an entry for each route in the order of API.Routes, and a last one for requests without a route.
func (core *Core) RoutesInfo() []RouteInfo {
	routes := core.api.Routes
	infos := make([]RouteInfo, len(routes)+1)
	x := &core.routes
	for i := range infos {
		row := i + 1
		if i < len(routes) {
			infos[i].Route = routes[i]
		} else {
			row = 0
		}
		for shard := range x.shards {
			for class := range statusClasses {
				infos[i].Answers[class] += x.counts[shard*x.stride(len(routes))+row*statusClasses+class].Load()
			}
		}
	}
	return infos
}
