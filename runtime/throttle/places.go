package throttle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// placing is where the x-gateway-throttles of operations stand.
type placing struct {
	docs map[string]Place // the document's, by name
	at   []string         // by route
	has  []bool           // by route
}

// placed finds the x-gateway-throttle of each operation, the document's or the overrides': the innermost one.
func (r *resolving) placed(o *gw.LimitOverrides) placing {
	p := placing{map[string]Place{}, make([]string, len(r.routes)), make([]bool, len(r.routes))}
	for _, place := range r.limits.cfg.Places {
		p.docs[place.Name] = place
		for _, route := range place.Routes {
			i := r.limits.indexOf(route)
			p.at[i], p.has[i] = place.Name, true
		}
	}
	for i, route := range r.routes {
		for _, name := range []string{nameOf(route), route.Path, ""} {
			if _, over := o.Places[name]; over || p.has[i] && p.at[i] == name {
				p.at[i], p.has[i] = name, true
				break
			}
		}
	}
	return p
}

func (r *resolving) allPlaces(to *rules, o *gw.LimitOverrides) error {
	p := r.placed(o)
	names := slices.Collect(maps.Keys(p.docs))
	for name := range o.Places {
		if _, doc := p.docs[name]; !doc {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		place, err := r.place(p, name, o)
		if err != nil {
			return err
		}
		if len(place.Routes) > 0 {
			to.places = append(to.places, place)
		}
	}
	return nil
}

// place is an x-gateway-throttle, of the document's or not, with what is laid over it.
func (r *resolving) place(p placing, name string, o *gw.LimitOverrides) (Place, error) {
	counts := func(i int) bool { return p.has[i] && p.at[i] == name }
	doc, known := p.docs[name]
	to := doc
	to.Name, to.Routes = name, nil
	for i, route := range r.routes {
		if counts(i) {
			to.Routes = append(to.Routes, route)
		}
	}
	over, changed := o.Places[name]
	if !changed {
		return to, nil
	}
	where := placeName(name)
	var err error
	if over.PerSecond != nil || over.Burst != nil {
		if to.Rate, err = laidRate(doc.Rate, &over.RateOverride, where); err != nil {
			return to, err
		}
	}
	if n := over.Concurrent; n != nil {
		if *n < 1 || *n > limit.MaxBurst {
			return to, fmt.Errorf("%s: %d requests cannot be the most at a time", where, *n)
		}
		to.Concurrent = int(*n)
	}
	switch {
	case len(to.Routes) == 0:
		return to, fmt.Errorf("%s: it counts for no operation of the document", where)
	case to.Rate == nil && to.Concurrent == 0:
		return to, fmt.Errorf("%s: neither a rate nor how many at a time", where)
	case known:
		return to, nil
	}
	return to, r.taking(where, counts)
}

// placeName is where an x-gateway-throttle stands, as overrides have it.
func placeName(name string) string {
	switch {
	case name == "":
		return "x-gateway-throttle"
	case strings.HasPrefix(name, "/"):
		return "paths." + name + ".x-gateway-throttle"
	}
	method, path, _ := strings.Cut(name, " ")
	return "paths." + path + "." + strings.ToLower(method) + ".x-gateway-throttle"
}
