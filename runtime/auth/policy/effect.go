package policy

// Effect is what one policy says of a request.
type Effect uint8

// The effects.
const (
	// Neutral is neither Allow nor ExplicitDeny: no statement applies.
	Neutral Effect = iota
	// Allow is a statement that allows, and none that denies.
	Allow
	// ExplicitDeny is a statement that denies. It wins over all that allow.
	ExplicitDeny
)

// String is the effect's name in messages and tests.
func (e Effect) String() string {
	return [...]string{"neutral", "allow", "explicit deny"}[e]
}

// Decision is what all policies together come to.
type Decision uint8

// The decisions.
const (
	// ImplicitlyDenied is a request that nothing allows.
	ImplicitlyDenied Decision = iota
	// Allowed is a request that may go on.
	Allowed
	// ExplicitlyDenied is a request that a statement denies. Amazon's message tells it from the implicit one (rest.md 12.5).
	ExplicitlyDenied
)

// String is the decision's name in messages and tests.
func (d Decision) String() string {
	return [...]string{"implicit deny", "allowed", "explicit deny"}[d]
}
