package load_test

import (
	"fmt"
	"strings"
)

// large is a YAML document with paths paths of four operations each.
func large(paths int) string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.1\ninfo: {title: Large, version: '1'}\npaths:\n")
	for i := range paths {
		fmt.Fprintf(&b, "  /things%d/{id}:\n    parameters:\n      - {name: id, in: path, required: true, schema: {type: string}}\n", i)
		for _, method := range []string{"get", "put", "patch", "delete"} {
			fmt.Fprintf(&b, `    %[1]s:
      operationId: %[1]sThing%[2]d
      description: |
        What is done with thing %[2]d.
      responses:
        200:
          description: done
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing%[2]d'}}}
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: ANY
        uri: https://things.example.com/%[2]d/{id}
        requestParameters:
          integration.request.path.id: method.request.path.id
`, method, i)
		}
	}
	b.WriteString("components:\n  schemas:\n")
	for i := range paths {
		fmt.Fprintf(&b, "    Thing%d:\n      type: object\n      properties:\n        name: {type: string}\n        next: {$ref: '#/components/schemas/Thing%d'}\n", i, (i+1)%paths)
	}
	return b.String()
}
