// Package transcripts replays HTTP transcripts against built gateways: what a client sends, what the backend answers,
// what the backend must have received and what the client must get, to the byte but for ids and dates. It holds tests
// only, and it must know nothing of how a gateway works.
//
// A transcript is a txtar file in testdata. Its comment says which rules it tells. Its sections:
//
//	openapi.yaml      the document (any name ending in .yaml or .json; the first is the document)
//	flags             flags of the gateway, one a line
//	allow             codes of findings that generation takes
//	request: NAME     what the client sends; it begins an exchange, to which the next sections belong
//	reply             what the backend answers; several: one for each request it gets, in order
//	received          the whole requests that the backend must have received; absent: none
//	response          what the client must get
//
// A message is its head, an empty line and its body. Lines of the head end with CRLF on the wire; one newline at the end
// of a body is the file's own. A body that starts with ! is a quoted Go string, for bytes that a text file cannot hold, and
// a request that starts with a double quote consists of such strings, line by line, and is sent as it stands. Content-Length
// is added to what is sent where neither it nor Transfer-Encoding stands there. A body that came compressed is shown decompressed,
// with a line that says so before it.
//
// A reply may start with a directive: !silence answers nothing, !reset breaks the connection off, !close sends no length and
// closes, !stream sends a chunk for each part between lines that say !wait, and each only when the client has got the one before.
//
// In everything that is compared, header lines are in the order of their names; ${backend} in what is sent is the
// backend's address, ${dead} one that refuses connections, and <words in angle brackets> stand for what differs from run to run.
//
// GATEWRIGHT_UPDATE=1 or -update writes what happened into the files; the run fails all the same, so that a person reads the difference.
package transcripts
