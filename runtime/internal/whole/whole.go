// Package whole is how the gateway's core hands a whole answer to the HTTP/1 front, which writes it as it is. It is the
// way of answers that are made in memory; all others go through the fields of fasthttp's response. It must not know
// how an answer is made, nor write anything.
package whole

// Answer is an answer in parts. What its front owns is reused from request to request, so parts are copied into it.
type Answer struct {
	// Set says that there is an answer. The front clears it.
	Set    bool
	Status int
	// Alive has the front say that the connection stays open, when it does.
	Alive bool
	// Type is the Content-Type; empty for none.
	Type []byte
	// Fields are all other header fields, each a line with its CRLF; Date, Content-Length and Connection are the
	// front's own.
	Fields []byte
	Body   []byte
}

// Front is a connection whose front takes answers directly.
type Front interface {
	// DirectAnswer is the answer to the request that is being served.
	DirectAnswer() *Answer
}
