// Package language is what the generator and the run time must understand alike of IAM's policy language: the words, the
// values and the patterns of policies. It must not know documents, requests or what a policy decides; a rule that both
// sides need stands here once, so that a compiled policy and one that is evaluated cannot differ.
package language
