package schema

import (
	"math"
	"slices"
	"strconv"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/plan"
	"github.com/gatewright/gatewright/gen/source"
	"github.com/gatewright/gatewright/runtime/schema/ecma"
)

// texts makes the checks of texts.
func (f *builder) texts(n source.Node, c scope, v plan.Value) []plan.Step {
	s := f.local("s")
	var steps []plan.Step
	if limit, ok := f.set.count(n, "minLength", c); ok && limit > 0 {
		steps = append(steps, stop(plan.SchemaShorter.Call(s, plan.Int(limit)), plan.SchemaMinLength.Call(report, s, plan.Int(limit))))
	}
	if limit, ok := f.set.count(n, "maxLength", c); ok {
		steps = append(steps, stop(plan.SchemaLonger.Call(s, plan.Int(limit)), plan.SchemaMaxLength.Call(report, s, plan.Int(limit))))
	}
	if text, ok := n.Get("pattern").Text(); ok && c.dialect.asserts {
		if p, ok := f.pattern(text); ok {
			steps = append(steps, stop(plan.Not{X: plan.SchemaMatch.Call(p, s)}, plan.SchemaReportPattern.Call(report, s, plan.String(text.Value))))
		}
	}
	if format, ok := n.Get("format").Text(); ok && slices.Contains(c.dialect.formats, format.Value) {
		if check, ok := plan.SchemaFormatCheck(format.Value); ok {
			steps = append(steps, stop(plan.Not{X: check.Call(s)}, plan.SchemaFormat.Call(report, s, plan.String(format.Value))))
		}
	}
	return guarded(s, plan.SchemaAsString.Call(v), steps)
}

// guarded makes steps for a value of one kind: `if s, is := v.AsString(); is { … }`.
func guarded(name plan.Name, as plan.Value, steps []plan.Step) []plan.Step {
	if len(steps) == 0 {
		return nil
	}
	if !plan.Mentions(steps, name) {
		name = "_"
	}
	return []plan.Step{plan.When{Init: plan.Let{Names: []string{string(name), "is"}, Value: as}, Cond: plan.Name("is"), Then: steps}}
}

// pattern is the variable of a compiled pattern.
func (f *builder) pattern(text source.String) (plan.Name, bool) {
	p, err := ecma.Translate(text.Value)
	if err != nil {
		f.set.report(diag.BadSchemaPattern, diag.Error, text.Span, "no engine accepts the pattern: "+err.Error(), "")
		return "", false
	}
	compile := plan.SchemaMustPattern
	if p.Backtracks {
		compile = plan.SchemaMustSlowPattern
	}
	return f.set.constant(f.base, "Pattern", compile.Call(plan.String(p.Text)), p.Text), true
}

// numbers makes the checks of numbers.
func (f *builder) numbers(n source.Node, c scope, v plan.Value) []plan.Step {
	if !c.dialect.asserts {
		return nil
	}
	var steps []plan.Step
	if text, ok := numberText(n.Get("minimum")); ok {
		if c.dialect.version == draft4 && isTrue(n.Get("exclusiveMinimum")) {
			steps = append(steps, f.limit(v, text, ">", true, plan.SchemaExclusiveMinimum))
		} else {
			steps = append(steps, f.limit(v, text, "<", false, plan.SchemaMinimum))
		}
	}
	if text, ok := numberText(n.Get("maximum")); ok {
		if c.dialect.version == draft4 && isTrue(n.Get("exclusiveMaximum")) {
			steps = append(steps, f.limit(v, text, "<", true, plan.SchemaExclusiveMaximum))
		} else {
			steps = append(steps, f.limit(v, text, ">", false, plan.SchemaMaximum))
		}
	}
	if text, ok := numberText(n.Get("exclusiveMinimum")); ok && c.dialect.version == draft2020 {
		steps = append(steps, f.limit(v, text, ">", true, plan.SchemaExclusiveMinimum))
	}
	if text, ok := numberText(n.Get("exclusiveMaximum")); ok && c.dialect.version == draft2020 {
		steps = append(steps, f.limit(v, text, "<", true, plan.SchemaExclusiveMaximum))
	}
	if text, ok := numberText(n.Get("multipleOf")); ok {
		divisor := f.number(text)
		steps = append(steps, stop(plan.Not{X: plan.SchemaDivides.Call(v, divisor)}, plan.SchemaMultipleOf.Call(report, v, plan.String(text))))
	}
	steps = append(steps, f.width(n, c, v)...)
	if len(steps) == 0 {
		return nil
	}
	return []plan.Step{plan.When{Cond: plan.SchemaIsNumber.Call(v), Then: steps}}
}

// width checks the formats of whole numbers.
func (f *builder) width(n source.Node, c scope, v plan.Value) []plan.Step {
	format, ok := n.Get("format").Text()
	if !ok || !slices.Contains(c.dialect.formats, format.Value) {
		return nil
	}
	low, high := int64(math.MinInt32), int64(math.MaxInt32)
	switch format.Value {
	case "int32":
	case "int64":
		low, high = math.MinInt64, math.MaxInt64
	default:
		return nil
	}
	return []plan.Step{
		f.limit(v, strconv.FormatInt(low, 10), "<", false, plan.SchemaMinimum),
		f.limit(v, strconv.FormatInt(high, 10), ">", false, plan.SchemaMaximum),
	}
}

// limit compares a number with a limit: it is refused where `v op limit` holds, or where it does not.
func (f *builder) limit(v plan.Value, text, op string, not bool, say plan.Selector) plan.Step {
	var refused plan.Value
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		compare := plan.SchemaBelow
		if op == ">" {
			compare = plan.SchemaAbove
		}
		refused = compare.Call(v, plan.Int(whole))
	} else {
		refused = plan.Op{Op: op, X: plan.SchemaCompare.Call(v, f.number(text)), Y: plan.Int(0)}
	}
	if not {
		refused = plan.Not{X: refused}
	}
	return stop(refused, say.Call(report, v, plan.String(text)))
}

// number is the variable of a number.
func (f *builder) number(text string) plan.Name {
	return f.set.constant(f.base, "Number", plan.SchemaMustNumber.Call(plan.String(text)), text)
}

func isTrue(n source.Node) bool {
	b, ok := n.Bool()
	return ok && b.Value
}

// count is a keyword's number of characters, items or members; ok is false when it has none.
func (s *Set) count(n source.Node, keyword string, c scope) (int64, bool) {
	if !c.dialect.asserts {
		return 0, false
	}
	i, ok := n.Get(keyword).Int()
	if !ok {
		// A number beyond all lengths is right as a limit.
		if text, isNumber := numberText(n.Get(keyword)); isNumber && text[0] != '-' {
			if f, err := strconv.ParseFloat(text, 64); err == nil && f == math.Trunc(f) {
				return int64(min(f, math.MaxInt32)), true
			}
		}
	}
	return min(i.Value, math.MaxInt32), ok && i.Value >= 0
}
