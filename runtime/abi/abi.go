// Package abi is the handshake between generated code and the runtime: a generated gateway states at compile time
// which revision of the runtime's interface it was written against, and does not build with a runtime that no longer
// or not yet offers it. Only generated code may use it; it holds nothing but constants and types.
//
// A generated gateway of revision N says
//
//	const (
//		_ = abi.GeneratedCodeTooOld(N - abi.Min)
//		_ = abi.RuntimeTooOld(abi.Max - N)
//	)
//
// and where the two do not fit, the compiler's message ("constant -1 overflows abi.RuntimeTooOld") names what to renew.
package abi

const (
	// Min is the oldest revision of generated code that this runtime still serves. Raise it when something that
	// older generated code calls is removed or changes its meaning.
	Min = 1
	// Max is the newest revision, the one that the generator of this version writes. Raise it when generated code
	// begins to call something new.
	Max = 3
)

// GeneratedCodeTooOld holds N - Min: it cannot be negative, unless the gateway must be generated again.
type GeneratedCodeTooOld uint

// RuntimeTooOld holds Max - N: it cannot be negative, unless the gatewright module must be upgraded.
type RuntimeTooOld uint
