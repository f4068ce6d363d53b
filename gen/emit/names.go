package emit

import (
	"fmt"
	"go/token"

	"github.com/dave/jennifer/jen"
)

// identifier is name, which lowering made. A name that is no identifier is a mistake of ours, and must not be printed:
// it could be any code.
func identifier(name string) string {
	if !token.IsIdentifier(name) {
		panic(fmt.Sprintf("%q is no identifier", name))
	}
	return name
}

func id(name string) *jen.Statement { return jen.Id(identifier(name)) }

// ids are names separated by commas.
func ids(names []string) *jen.Statement {
	all := make([]jen.Code, len(names))
	for i, name := range names {
		all[i] = id(name)
	}
	return jen.List(all...)
}
