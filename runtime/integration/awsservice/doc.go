// Package awsservice asks AWS services: the integrations of type aws other than functions (rest.md, section 9). It knows
// where services are, signs requests and sends them over httpproxy's connections.
//
// What an operation needs beyond that is the caller's, who puts it into the Outbound as for an HTTP integration: the
// method, the service's path and query as target; for JSON services X-Amz-Target and a Content-Type such as
// application/x-amz-json-1.0; for query services Action and Version in the query or in a form. Without mappings Accept and
// Content-Type are application/json. A mapped Host, Referer, X-Amz-Date, X-Amz-Security-Token or X-Amz-Content-Sha256
// stays behind; Authorization and headers of the connection fail the request (rest.md, section 4.3).
//
// The package must not know templates, actions, or how a failure is shown to the client.
package awsservice
