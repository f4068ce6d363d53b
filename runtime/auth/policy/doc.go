// Package policy decides what IAM policies say of a request: the operators, the condition keys and the patterns that a
// policy compiled by the generator calls, and the evaluation of policies that arrive at run time from an authorizer. It
// must not know where a policy is written, who verified the caller or how a refusal is answered.
//
// A value that a request does not have is the empty text, as everywhere in a gateway, and is what IAM calls a missing
// key. The negation of an operator is Go's own: StringNotEquals is !StringEquals, which is true where the key is missing,
// as IAM has it.
package policy
