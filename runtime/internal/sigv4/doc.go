// Package sigv4 signs what a gateway sends to AWS: it finds credentials the way Amazon's SDK does, takes on roles, and
// writes Signature Version 4 as the SDK's signer does (rest.md, section 9). It must not know services, nor send the
// requests that it signs, and it never says a secret.
package sigv4
