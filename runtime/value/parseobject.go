package value

import "unsafe"

// object reads {…}. A name that stands twice keeps its first place and its last value.
func (p *reader) object() (Value, error) {
	if p.depth++; p.depth > MaxDepth {
		return Null, ErrDepth
	}
	d := p.doc
	base, outer := len(d.openEntries), p.closing
	p.closing = '}'
	p.pos++
	m, after, err := p.likeLast()
	for m == nil && err == nil {
		m, err = p.entry(base, &after)
	}
	p.depth--
	p.closing = outer
	return MapOf(m), err
}

// entry reads the next entry of an object, or its end: m is the object then. after tells whether an entry came before
// without a comma.
func (p *reader) entry(base int, after *bool) (m *Map, err error) {
	d := p.doc
	var key string
	if !p.plainKey(&key) {
		more, err := p.inObject(after, len(d.openEntries) > base)
		if err != nil {
			return nil, err
		}
		if !more {
			m = d.close(base)
			p.remember(m)
			return m, nil
		}
		if key, err = p.key(); err != nil {
			return nil, err
		}
	}
	d.openEntries = append(d.openEntries, Entry{Key: String(key)})
	at := len(d.openEntries) - 1
	if !p.plainValue(&d.openEntries[at].Value) {
		v, err := p.value(stopValue)
		if err != nil {
			return nil, err
		}
		d.openEntries[at].Value = v
	}
	*after, err = p.separator()
	return nil, err
}

// plainKey reads a name in quotes, without escapes, and its colon. It reports whether there is one at this place; if not,
// nothing is read.
func (p *reader) plainKey(key *string) bool {
	at, text := p.pos+1, p.text
	if at >= len(text) || text[at-1] != '"' {
		return false
	}
	end := ordinary(text, at, '"')
	if end+1 >= len(text) || text[end] != '"' || text[end+1] != ':' {
		return false
	}
	*key, p.pos = text[at:end], end+2
	return true
}

// inObject goes to the next name of an object; more is false behind its end. after tells whether an entry came before
// without a comma, some whether there was any.
func (p *reader) inObject(after *bool, some bool) (more bool, err error) {
	for {
		p.space()
		if p.pos >= len(p.text) {
			return false, ErrTruncated
		}
		switch p.text[p.pos] {
		case '}':
			p.pos++
			p.loose = p.loose || !*after && some
			return false, nil
		case ',':
			p.pos++
			p.loose, *after = true, false
		case ':', '[', ']', '{':
			return false, ErrUnexpected
		default:
			return true, nil
		}
	}
}

// likeLast reads an object as long as its names are those of the last one at this depth, in the same order. It is nil when
// it does not go on so, with the entries so far among the open ones.
func (p *reader) likeLast() (m *Map, after bool, err error) {
	if p.depth >= maxShapes || p.shapes[p.depth] == nil {
		return nil, false, nil
	}
	d, shape := p.doc, p.shapes[p.depth]
	entries := d.entries.take(len(shape))
	n := 0
	for n < len(shape) && p.expect(shape[n].Key) {
		e := &entries[n]
		if !p.plainValue(&e.Value) {
			if e.Value, err = p.value(stopValue); err != nil {
				return nil, false, err
			}
		}
		e.Key = shape[n].Key
		n++
		if n == len(shape) || p.at() != ',' {
			after = true
			break
		}
		p.pos++
	}
	if after && n == len(shape) && p.at() == '}' {
		p.pos++
		m = &d.maps.take(1)[0]
		m.Entries = entries
		p.shapes[p.depth] = entries
		return m, true, nil
	}
	d.openEntries = append(d.openEntries, entries[:n]...)
	if after {
		after, err = p.separator()
	}
	return nil, after, err
}

// remember makes m the last object at this depth, if its names stand in the text as they are.
func (p *reader) remember(m *Map) {
	if p.depth >= maxShapes {
		return
	}
	for i := range m.Entries {
		if s, _ := m.Entries[i].Key.AsString(); ordinary(s, 0, '"') < len(s) {
			p.shapes[p.depth] = nil
			return
		}
	}
	p.shapes[p.depth] = m.Entries
}

// expect reads a name in quotes, and its colon, if it is key. White space before it is skipped.
func (p *reader) expect(key Value) bool {
	at, text := p.pos, p.text
	for at < len(text) && (text[at] == ' ' || text[at] == '\n') {
		at++
	}
	end := at + 1 + int(key.n)
	if end+1 >= len(text) || text[end] != '"' || text[end+1] != ':' || text[at] != '"' {
		return false
	}
	if from := uintptr(key.p) - uintptr(unsafe.Pointer(unsafe.StringData(text))); key.n <= 8 && at+9 <= len(text) && from <= uintptr(len(text)-8) {
		// Both stand in the text: short names are compared as words.
		if (load(text, at+1)^load(text, int(from)))<<(64-8*key.n) != 0 {
			return false
		}
	} else if text[at+1:end] != unsafe.String((*byte)(key.p), int(key.n)) {
		return false
	}
	p.pos = end + 2
	return true
}

// plainValue reads what values mostly are: a text without escapes, or a whole number of up to nine digits that a comma or
// the end of the object follows. It reports whether there is one; if not, nothing is read.
func (p *reader) plainValue(v *Value) bool {
	at, text := p.pos, p.text
	if at < len(text) && text[at] == ' ' {
		at++
	}
	if at >= len(text) {
		return false
	}
	if text[at] == '"' {
		at++
		end := ordinary(text, at, '"')
		if end >= len(text) || text[end] != '"' {
			return false
		}
		*v = String(text[at:end])
		p.pos = end + 1
		return true
	}
	n, first := uint64(0), at
	for ; at < len(text) && text[at]-'0' <= 9; at++ {
		n = n*10 + uint64(text[at]-'0')
	}
	if digits := at - first; digits == 0 || digits > 9 || digits > 1 && text[first] == '0' || at == len(text) || text[at] != ',' && text[at] != '}' {
		return false
	}
	*v = Value{n: n, k: KindInt}
	p.pos = at
	return true
}

// key reads a name and its colon.
func (p *reader) key() (string, error) {
	var key string
	var err error
	if c := p.text[p.pos]; c == '"' || c == '\'' {
		key, err = p.quoted(c)
	} else {
		key = p.bare(stopKey)
		p.loose = true
	}
	if err != nil {
		return "", err
	}
	p.space()
	if p.pos >= len(p.text) {
		return "", ErrTruncated
	}
	if p.text[p.pos] != ':' {
		return "", ErrUnexpected
	}
	p.pos++
	return key, nil
}

// close makes a map of the entries read since base.
func (d *Document) close(base int) *Map {
	m := &d.maps.take(1)[0]
	open := d.openEntries[base:]
	d.mostEntries = max(d.mostEntries, len(d.openEntries))
	d.openEntries = d.openEntries[:base]
	m.Entries = d.entries.take(len(open))[:0]
	seen := uint64(0) // a bit for each kind of name
	for _, e := range open {
		bit := nameBit(e.Key)
		if seen&bit == 0 && m.index == nil {
			m.Entries = append(m.Entries, e)
		} else {
			m.Put(e.Key, e.Value)
		}
		seen |= bit
	}
	m.Changes = 0
	d.repeated = d.repeated || len(m.Entries) < len(open)
	m.Entries = m.Entries[:len(m.Entries):len(m.Entries)]
	return m
}

// nameBit is one of 64 bits: names that are equal have the same.
func nameBit(key Value) uint64 {
	s, _ := key.AsString()
	if s == "" {
		return 1
	}
	return 1 << ((uint(len(s)) + 5*uint(s[0]) + 11*uint(s[len(s)-1])) & 63)
}
