package check

import (
	"github.com/gatewright/gatewright/gen/policy"
	"github.com/gatewright/gatewright/gen/source"
)

// policies checks the resource policy and those of principals.
func (c *checker) policies() {
	if node := c.api.Policy; node != nil {
		c.policy(*node, policy.Resource)
	}
	for _, p := range c.api.Principals {
		if p.Policy != nil {
			c.policy(*p.Policy, policy.Identity)
		}
	}
}

func (c *checker) policy(node source.Node, kind policy.Kind) {
	read, found := policy.Read(node, kind)
	c.found = append(c.found, found...)
	c.found = append(c.found, policy.Check(read, policy.Facts{API: valueOf(c.api.APIID), Account: valueOf(c.api.Account), Region: valueOf(c.api.Region)})...)
}

// valueOf is a text of the document, empty where it says nothing.
func valueOf(text *source.String) string {
	if text == nil {
		return ""
	}
	return text.Value
}
