// Package wire keeps connections to backends: it dials and pools them, sends requests and waits for answers.
// It is built for many small exchanges. A request is sent from inside the wait for its answer, so that no read is
// tried before anything can be there, and the runtime's timers are touched only when a wait that is under way would
// otherwise end too late. It must not know what a request says or who asked for it.
package wire
