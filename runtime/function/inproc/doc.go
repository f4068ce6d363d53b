// Package inproc runs Lambda functions that are linked into the gateway: what aws-lambda-go's lambda.Start takes is called
// directly. The package must not know what becomes of an answer, nor let a handler harm anything but its own request: a
// panic is a failure of the function, a handler that is too slow is left behind, and what a handler is given is its own.
package inproc
