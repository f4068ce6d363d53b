package value

// Same is Java's equals: the types must agree, lists and maps are compared deeply.
func Same(x, y Value) bool { return same(x, y, 0) }

func same(x, y Value, depth int) bool {
	if x.k != y.k || depth > maxPrintDepth {
		return false
	}
	switch x.k {
	case KindNull:
		return true
	case KindString:
		a, _ := x.AsString()
		b, _ := y.AsString()
		return a == b
	case KindBig:
		return x.bigInt().Cmp(y.bigInt()) == 0
	case KindDecimal:
		a, b := (*Decimal)(x.p), (*Decimal)(y.p)
		return a.Scale == b.Scale && a.Unscaled.Cmp(b.Unscaled) == 0
	case KindList:
		a, b := (*List)(x.p), (*List)(y.p)
		if len(a.Elements) != len(b.Elements) {
			return false
		}
		for i := range a.Elements {
			if !same(a.Elements[i], b.Elements[i], depth+1) {
				return false
			}
		}
		return true
	case KindMap:
		return sameMap((*Map)(x.p), (*Map)(y.p), depth)
	case KindObject:
		a, okA := (*(*Object)(x.p)).(Character)
		b, okB := (*(*Object)(y.p)).(Character)
		return okA && okB && a == b || x.p == y.p
	}
	return x.n == y.n
}

func sameMap(a, b *Map, depth int) bool {
	if len(a.Entries) != len(b.Entries) {
		return false
	}
	for i := range a.Entries {
		v, ok := b.Get(a.Entries[i].Key)
		if !ok || !same(a.Entries[i].Value, v, depth+1) {
			return false
		}
	}
	return true
}

// Equal is the template language's ==: numbers by value, equal types by equals, others by their printed text;
// null equals only null.
func Equal(x, y Value) bool {
	if x.k == KindNull || y.k == KindNull {
		return x.k == y.k
	}
	if x.IsNumber() && y.IsNumber() {
		order, ok := CompareNumbers(x, y)
		return ok && order == 0
	}
	if x.k == y.k && x.k != KindObject {
		return Same(x, y)
	}
	return Text(x) == Text(y)
}
