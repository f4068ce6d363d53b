// Package invocation makes single exchanges with what speaks Lambda's Invoke API: requests with their deadline, answers
// that are bounded, streams that may not stand still. It must not know where functions are, nor sign or repeat requests.
package invocation
