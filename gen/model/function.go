package model

import "github.com/gatewright/gatewright/gen/source"

// Function is one entry of x-gateway-functions: where a Lambda function runs.
type Function struct {
	// Name is the function's name, or its ARN, with or without qualifier.
	Name source.String
	// Ways are the keys of the entry that say where the function runs, in their order. There should be one.
	Ways []source.String
	Go   *source.String // import path, dot, name
	URL  *source.String
	Exec *Exec
	AWS  *FunctionAWS
	// Linked is what Go names, where it was found.
	Linked *LinkedFunction
}

// Exec is a function that the gateway itself runs as a process.
type Exec struct {
	Command     []source.String
	Dir         *source.String
	Env         []Variable
	Concurrency *source.Int
	MemoryMiB   *source.Int
	Timeout     *source.Int // seconds
	Idle        *source.Int // seconds
	// Incomplete is set when part of it could not be read, which is reported.
	Incomplete bool
}

// FunctionAWS is a function that Amazon runs.
type FunctionAWS struct {
	Region *source.String
}

// LinkedFunction is a Go function that the gateway links.
type LinkedFunction struct {
	ImportPath string
	Package    string // the package's own name
	Name       string
}
