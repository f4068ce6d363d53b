// Package invokeapi calls functions through Lambda's Invoke API: those of a document that run at Amazon, or in anything
// that speaks its API at AWS_ENDPOINT_URL_LAMBDA (rest.md, sections 4.4 and 7). Requests are signed with the gateway's
// own credentials and repeated as Amazon's SDK does. It must not know what a payload means.
package invokeapi
