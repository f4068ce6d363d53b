package runtime

import (
	"time"

	"github.com/gatewright/gatewright/runtime/limit"
)

// Announce has a header field sent with whatever answers the request: what a backend answers, what the document says, or a
// gateway response. The field is a list of which the answer may have items of its own. value is copied.
func (c *Ctx) Announce(name string, value []byte) {
	mark := len(c.arena)
	c.arena = append(c.arena, value...)
	c.announced = append(c.announced, Field{Name: name, Value: c.arenaText(mark)})
}

// RetryAfter has the answer say when to come again, in whole seconds from 1 on, unless it says so itself. limit.Never says
// nothing.
func (c *Ctx) RetryAfter(wait time.Duration) {
	mark := len(c.arena)
	c.arena = limit.AppendRetryAfter(c.arena, wait)
	c.retryAfter = c.arenaText(mark)
}

// shed is the fault of a request that there is no time for.
func (c *Ctx) shed(f Fault) Fault {
	c.RetryAfter(time.Second)
	return f
}

// announce adds to the answer what was announced. Whatever answers has done so by now, and nothing is sent yet.
func (c *Ctx) announce() {
	answer := c.response.direct
	if answer != nil && !answer.Set {
		answer = nil
	}
	header := &c.rc.Response.Header
	for i := range c.announced {
		f := &c.announced[i]
		if answer != nil {
			answer.Fields = appendLine(answer.Fields, f.Name, f.Value)
		} else {
			header.Add(f.Name, f.Value)
		}
	}
	if c.retryAfter != "" && answer == nil && !c.answersWith(limit.RetryAfterHeader) { // whole answers refuse nobody
		header.Add(limit.RetryAfterHeader, c.retryAfter)
	}
}

// answersWith reports whether the answer has a field of that name.
func (c *Ctx) answersWith(name string) bool {
	for key := range c.rc.Response.Header.All() {
		if sameName(text(key), name) {
			return true
		}
	}
	return false
}
