package runtime

import (
	"github.com/gatewright/gatewright/runtime/limit"
)

// accountRate is what Amazon lets through of all APIs of an account in a region (rest.md, section 11).
var accountRate = limit.Rate{PerSecond: 10_000, Burst: 5_000}

// accounted puts Amazon's limit of an account before serve. A document's own limit of the account counts beside it.
func (core *Core) accounted(serve func(*Ctx) Fault) func(*Ctx) Fault {
	if !core.settings.awsLimits {
		return serve
	}
	bucket, began := limit.NewBucket(accountRate), core.Now()
	return func(c *Ctx) Fault {
		if !bucket.Take(int64(core.Since(began))) {
			if core.settings.informs {
				c.RetryAfter(0) // 100 µs, of which a header knows no less than a second
			}
			return Throttled
		}
		f := serve(c)
		if f == Throttled || f == QuotaExceeded {
			bucket.Return() // another limit has refused it
		}
		return f
	}
}
