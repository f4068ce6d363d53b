// Command process is the function greet as a program, as it would be deployed to Lambda.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatewright/gatewright/examples/functions/greet"
)

func main() { lambda.Start(greet.Greet) }
