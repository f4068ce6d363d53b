// Package sigv4 knows who signed a request with AWS Signature Version 4, as Amazon's AWS_IAM does (rest.md, sections 2
// and 12.5). It must not decide what a caller may do, and must not sign anything.
package sigv4
