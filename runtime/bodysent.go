package runtime

// SentBody is the whole body as it was sent, still in its content coding: what a client signs. It is bounded by
// Limits.BufferedBody, and has to be asked for before Body. Whatever reads the body later gets it from here.
func (c *Ctx) SentBody() ([]byte, Fault) {
	b := &c.body
	switch {
	case b.kept:
		return b.sent, OK
	case b.read && c.coding() == identityCoding:
		return b.whole, OK
	case b.read:
		return nil, APIConfigurationError // it was decoded while it was read
	}
	whole, stream, size := c.sentBody()
	limit := c.core.settings.limits.BufferedBody
	if most := c.maxBody(); most > 0 && most < limit {
		limit = most
	}
	if max(size, int64(len(whole))) > limit {
		c.tooLarge = limit
		return nil, RequestTooLarge
	}
	if stream != nil {
		var err error
		if b.sentBuf, err = appendAll(b.sentBuf[:0], stream, size, limit); err != nil {
			f := c.BodyFault(err)
			if f == RequestTooLarge {
				c.tooLarge = limit
			}
			return nil, f
		}
		whole = b.sentBuf
	}
	c.keepSent(whole)
	return whole, OK
}

// keepSent has sent stand for what the client sent. Without a coding it is the body itself.
func (c *Ctx) keepSent(sent []byte) {
	b := &c.body
	b.sent, b.kept = sent, true
	if b.read = c.coding() == identityCoding; b.read {
		b.whole = sent
	}
}

// Unframe has body stand for what the client sent in the content coding aws-chunked, whose pieces the caller has checked
// and put together. The coding goes from the request's Content-Encoding; others below it stay. body may lie in what
// SentBody gave.
func (c *Ctx) Unframe(body []byte) {
	for i := range c.fields {
		f := &c.fields[i]
		if f.kind != fieldContentEncoding || !isFramed(f.Value) {
			continue
		}
		_, rest := cutByte(f.Value, ',')
		if f.Value = trimSpace(rest); f.Value == "" {
			c.forget(i)
		}
		break
	}
	c.keepSent(body)
}

// forget has field i neither counted nor sent on.
func (c *Ctx) forget(i int) {
	kind := c.fields[i].kind
	c.fields[i].kind = fieldNamed
	c.counts[kind], c.known[kind] = 0, 0
	for i := range c.fields {
		if c.fields[i].kind == kind {
			c.counts[kind]++
			c.known[kind] = int16(i + 1)
		}
	}
}
