package lower

import "github.com/gatewright/gatewright/gen/plan"

const ctx = plan.Name("c")
