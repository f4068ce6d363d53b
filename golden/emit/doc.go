// Package emit holds documents and the Go that they are compiled to, which is compared and compiled on every run.
// `go test ./golden/emit -update` writes the Go anew; the run that does fails, so that nobody forgets to read the diff.
package emit
