// Package mock is the part of the integration MOCK that is left to run time: finding the status in a request body that
// stands in for the request template (rest.md, section 6). Where a template decides, generation has decided already,
// and nothing of this package is linked. It must not know how an answer is chosen or made.
package mock
