package value

// callMap has java.util.Map's methods.
func callMap(m *Map, name string, args []Value) Value {
	switch len(args) {
	case 0:
		return callMap0(m, name)
	case 1:
		return callMap1(m, name, args[0])
	case 2:
		return callMap2(m, name, args[0], args[1])
	}
	return Null
}

func callMap0(m *Map, name string) Value {
	switch name {
	case "size":
		return Int(int64(len(m.Entries)))
	case "isEmpty":
		return Bool(len(m.Entries) == 0)
	case "clear":
		m.Clear()
		return String("")
	case "keySet":
		return ObjectOf(&Collection{m: m, what: keys})
	case "values":
		return ObjectOf(&Collection{m: m, what: values})
	case "entrySet":
		return ObjectOf(&Collection{m: m, what: entries})
	case "toString":
		return String(Text(MapOf(m)))
	}
	return Null
}

func callMap1(m *Map, name string, x Value) Value {
	switch name {
	case "get":
		v, _ := m.Get(x)
		return v
	case "containsKey":
		_, ok := m.Get(x)
		return Bool(ok)
	case "containsValue":
		for i := range m.Entries {
			if Same(m.Entries[i].Value, x) {
				return Bool(true)
			}
		}
		return Bool(false)
	case "remove":
		return m.Remove(x)
	case "equals":
		return Bool(Same(MapOf(m), x))
	case "putAll":
		other, ok := x.AsMap()
		if !ok {
			return Null
		}
		for i := range other.Entries {
			m.Put(other.Entries[i].Key, other.Entries[i].Value)
		}
		return String("")
	}
	return Null
}

func callMap2(m *Map, name string, key, x Value) Value {
	old, has := m.Get(key)
	switch name {
	case "put":
		return m.Put(key, x)
	case "getOrDefault":
		if !has {
			return x
		}
		return old
	case "putIfAbsent":
		if old.IsNull() {
			m.Put(key, x)
		}
		return old
	}
	return Null
}
