package runtime

import "strings"

// nextPair cuts the first pair off query. Pairs end at & and at ; (rest.md, section 1.6).
func nextPair(query string) (key, value, rest string) {
	pair, equals := query, -1
scan:
	for i := range len(query) {
		switch query[i] {
		case '=':
			if equals < 0 {
				equals = i
			}
		case '&', ';':
			pair, rest = query[:i], query[i+1:]
			break scan
		}
	}
	if equals >= 0 {
		return pair[:equals], pair[equals+1:], rest
	}
	return pair, "", rest
}

// Query is method.request.querystring.name: the last value of name, decoded.
func (c *Ctx) Query(name string) string {
	value := ""
	for rest := c.query; rest != ""; {
		var key, sent string
		key, sent, rest = nextPair(rest)
		if sameKey(key, name) {
			value = sent
		}
	}
	return c.unescapeQuery(value)
}

// QueryValues is method.request.multivaluequerystring.name: all values of name, decoded.
func (c *Ctx) QueryValues(name string) Values {
	return Values{c: c, name: name, rest: c.query}
}

// Values are the values of a query parameter, in their order.
type Values struct {
	c          *Ctx
	name, rest string
}

// Next is the next value; ok is false when there is none.
func (v *Values) Next() (value string, ok bool) {
	for v.rest != "" {
		var key, sent string
		key, sent, v.rest = nextPair(v.rest)
		if sameKey(key, v.name) {
			return v.c.unescapeQuery(sent), true
		}
	}
	return "", false
}

// sameKey reports whether key, as it was sent, is name.
func sameKey(key, name string) bool {
	if strings.IndexByte(key, '%') < 0 && strings.IndexByte(key, '+') < 0 {
		return key == name
	}
	at := 0
	for i := 0; i < len(key); i++ {
		b := key[i]
		switch b {
		case '+':
			b = ' '
		case '%':
			if decoded, ok := escapeAt(key, i); ok {
				b = decoded
				i += 2
			}
		}
		if at == len(name) || name[at] != b {
			return false
		}
		at++
	}
	return at == len(name)
}

// unescapeQuery decodes a value of a query: a plus is a space, and a broken escape stands for itself.
func (c *Ctx) unescapeQuery(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	mark := len(c.arena)
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch b {
		case '+':
			b = ' '
		case '%':
			if decoded, ok := escapeAt(s, i); ok {
				b = decoded
				i += 2
			}
		}
		c.arena = append(c.arena, b)
	}
	return c.arenaText(mark)
}
