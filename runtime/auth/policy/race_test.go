//go:build race

package policy

const raced = true // the race detector allocates
