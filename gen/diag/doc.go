// Package diag describes what is wrong with a document: where, why, and how to mend it. It must not know what a
// document means; the stages that do add their findings to a List, and the command prints the list in one of
// four formats.
//
// # How a finding is written
//
// Message says what is wrong at this place, in the words of the document: "unknown request validator \"al\"". It is
// lower case but for names, has no full stop, and is understood without the source line. It blames nobody: the
// text is wrong, not its author; "you", "invalid" and "illegal" do not occur, nor do exclamation marks and pleas. Where
// Amazon's gateway has a message for the mistake that people search for, it is kept word for word, but for its capital.
// Text of the document stands in double quotes (%q) when it may be anything, and bare when the rules that let it come
// this far say that it is a name, a number or a path template.
//
// Cause is one sentence about why it is wrong, when the message alone leaves a reader asking. It is written like a message: lower case, no
// full stop. Whoever reads ten findings of one code should not read ten paragraphs: the rule belongs to the explanation
// of the code (Info).
//
// Help is one instruction that mends this very place, with the names of this very place: "did you mean \"all\"?",
// "write {id} into the uri, or take the mapping away". It is empty rather than general.
//
// Span is the smallest stretch that shows the mistake: the name inside the expression rather than the expression, the
// key rather than the map. Other places that a reader needs are Related, each with a message of its own
// ("first declared here").
//
// One mistake makes one finding, also where later stages stumble over it: what a finding was made for is skipped there.
// Every kind of finding has a code of its own, a constant that never changes its meaning, and a golden.
//
// An error is what would not be served as the document asks. A warning is what is served, but surely not meant.
package diag
