// Package lambda asks Lambda functions: the integrations AWS_PROXY and AWS of Amazon's gateway (rest.md, section 7). It
// makes the event of a request, has the function's place call it, and makes an answer of what comes back.
//
// A Function is one that the document names, Functions are those whose names are known only at run time. Proxy, Stream and
// Invoke are what generated code calls; they are kept from being inlined, as it calls one in each route. The package must
// not know how a function is reached, which is a function.Place, nor how a failure is shown to the client: it returns a
// Fault.
package lambda
