package server

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

type accountOverride struct {
	Throttle *rateOverride `yaml:"throttle"`
}

type methodOverride struct {
	Throttle *rateOverride `yaml:"throttle"`
}

type planStageOverride struct {
	Methods map[string]methodOverride `yaml:"methods"`
}

// rateOverride is a throttle. What numbers may be, those know who count.
type rateOverride struct{ gw.RateOverride }

// UnmarshalYAML implements yaml.Unmarshaler.
func (r *rateOverride) UnmarshalYAML(node *yaml.Node) error {
	return readFields(node, map[string]func(*yaml.Node) error{"rateLimit": number(&r.PerSecond), "burstLimit": whole(&r.Burst)})
}

// throttleOverride is an x-gateway-throttle.
type throttleOverride struct{ gw.PlaceLimit }

// UnmarshalYAML implements yaml.Unmarshaler.
func (t *throttleOverride) UnmarshalYAML(node *yaml.Node) error {
	return readFields(node, map[string]func(*yaml.Node) error{
		"rateLimit": number(&t.PerSecond), "burstLimit": whole(&t.Burst), "concurrent": whole(&t.Concurrent),
	})
}

// quotaOverride is a quota.
type quotaOverride struct{ gw.QuotaOverride }

// UnmarshalYAML implements yaml.Unmarshaler.
func (q *quotaOverride) UnmarshalYAML(node *yaml.Node) error {
	return readFields(node, map[string]func(*yaml.Node) error{
		"limit": whole(&q.Limit), "offset": whole(&q.Offset), "period": func(value *yaml.Node) error {
			period, ok := map[string]limit.Period{"DAY": limit.Day, "WEEK": limit.Week, "MONTH": limit.Month}[value.Value]
			if !ok {
				return fmt.Errorf("unknown period %q: it is DAY, WEEK or MONTH", value.Value)
			}
			q.Period = &period
			return nil
		},
	})
}

// readFields reads a mapping by the readers of its names.
func readFields(node *yaml.Node, readers map[string]func(*yaml.Node) error) error {
	fields, err := mappingOf(node)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	var seen []string
	for i := 0; i+1 < len(fields); i += 2 {
		name, value := fields[i].Value, fields[i+1]
		read, known := readers[name]
		switch {
		case !known:
			return fmt.Errorf("line %d: %q cannot be overridden", fields[i].Line, name)
		case slices.Contains(seen, name):
			return fmt.Errorf("line %d: %q stands there twice", fields[i].Line, name)
		}
		seen = append(seen, name)
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: %s: it must be one value", value.Line, name)
		}
		if err := read(value); err != nil {
			return fmt.Errorf("line %d: %s: %w", value.Line, name, err)
		}
	}
	return nil
}

// number reads a number.
func number(to **float64) func(*yaml.Node) error {
	return func(node *yaml.Node) error {
		v, err := parseNumber(node)
		*to = &v
		return err
	}
}

// whole reads a number without a fraction.
func whole(to **int64) func(*yaml.Node) error {
	return func(node *yaml.Node) error {
		v, err := parseNumber(node)
		if err != nil {
			return err
		}
		if v != math.Trunc(v) || math.Abs(v) >= 1<<53 {
			return fmt.Errorf("%q is no whole number", node.Value)
		}
		n := int64(v)
		*to = &n
		return nil
	}
}

// parseNumber reads a finite number: text that looks like one is one too, as in documents.
func parseNumber(node *yaml.Node) (float64, error) {
	v, err := strconv.ParseFloat(node.Value, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no number", node.Value)
	}
	return v, nil
}

// pathOverrides are the x-gateway-throttles of paths and operations, by what they stand at as gw.LimitOverrides has it.
type pathOverrides map[string]*throttleOverride

const throttleKey = "x-gateway-throttle"

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *pathOverrides) UnmarshalYAML(node *yaml.Node) error {
	*p = pathOverrides{}
	return eachField(node, func(path string, item *yaml.Node) error {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("line %d: %q is no path", item.Line, path)
		}
		return eachField(item, func(name string, value *yaml.Node) error {
			if name == throttleKey {
				return p.add(path, value)
			}
			method, ok := methodOf(name)
			if !ok {
				return fmt.Errorf("line %d: %q cannot be overridden", value.Line, name)
			}
			return eachField(value, func(name string, value *yaml.Node) error {
				if name != throttleKey {
					return fmt.Errorf("line %d: %q cannot be overridden", value.Line, name)
				}
				return p.add(method+" "+path, value)
			})
		})
	})
}

func (p *pathOverrides) add(at string, node *yaml.Node) error {
	if _, twice := (*p)[at]; twice {
		return fmt.Errorf("line %d: the throttle of %s stands there twice", node.Line, at)
	}
	t := new(throttleOverride)
	(*p)[at] = t
	return t.UnmarshalYAML(node)
}

// methodOf is the method of an operation under a path.
func methodOf(name string) (string, bool) {
	switch name {
	case "get", "put", "post", "delete", "options", "head", "patch", "trace":
		return strings.ToUpper(name), true
	case "x-amazon-apigateway-any-method", "x-gateway-any-method":
		return "ANY", true
	}
	return "", false
}

// eachField calls read for each name of a mapping.
func eachField(node *yaml.Node, read func(name string, value *yaml.Node) error) error {
	fields, err := mappingOf(node)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if err := read(fields[i].Value, fields[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// checkLimits finds stages and methods without what they are there for.
func (f *overridesFile) checkLimits() error {
	for name, stage := range f.Stages {
		if err := checkMethods("x-gateway-stages."+name, stage.Methods); err != nil {
			return err
		}
	}
	for name, plan := range f.Plans {
		for stage, of := range plan.Stages {
			where := "x-gateway-usage-plans." + name + ".stages." + stage
			if len(of.Methods) == 0 {
				return errors.New(where + " has no methods; which stages a plan is for cannot be overridden")
			}
			if err := checkMethods(where, of.Methods); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkMethods(where string, methods map[string]methodOverride) error {
	for key, method := range methods {
		if method.Throttle == nil {
			return errors.New(where + ".methods." + key + " has no throttle")
		}
	}
	return nil
}

// addLimits adds what the file says of throttles and quotas.
func (f *overridesFile) addLimits(to *gw.LimitOverrides) {
	to.Account = f.Account.Throttle.laid()
	for name, stage := range f.Stages {
		if stage.Throttle == nil && len(stage.Methods) == 0 {
			continue
		}
		put(&to.Stages, name, gw.StageLimits{Rate: stage.Throttle.laid(), Methods: laidMethods(stage.Methods)})
	}
	for name, plan := range f.Plans {
		if plan.Throttle == nil && plan.Quota == nil && len(plan.Stages) == 0 {
			continue
		}
		limits := gw.PlanLimits{Rate: plan.Throttle.laid()}
		if plan.Quota != nil {
			limits.Quota = &plan.Quota.QuotaOverride
		}
		for stage, of := range plan.Stages {
			put(&limits.Methods, stage, laidMethods(of.Methods))
		}
		put(&to.Plans, name, limits)
	}
	if f.Throttle != nil {
		put(&to.Places, "", f.Throttle.PlaceLimit)
	}
	for at, throttle := range f.Paths {
		put(&to.Places, at, throttle.PlaceLimit)
	}
}

func (r *rateOverride) laid() *gw.RateOverride {
	if r == nil {
		return nil
	}
	return &r.RateOverride
}

func laidMethods(methods map[string]methodOverride) map[string]gw.RateOverride {
	var to map[string]gw.RateOverride
	for key, method := range methods {
		put(&to, key, method.Throttle.RateOverride)
	}
	return to
}

// put adds to a map, which is made when it is needed.
func put[V any](to *map[string]V, name string, value V) {
	if *to == nil {
		*to = map[string]V{}
	}
	(*to)[name] = value
}
