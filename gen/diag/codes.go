package diag

import (
	"cmp"
	"slices"
)

// Info is what there is to say about a code beyond a single finding. `gatewright explain CODE` and
// docs/diagnostics.md print it.
type Info struct {
	Code  Code
	Title string // what is wrong, in a few words
	// Explanation is one paragraph: the rule, and why it is one.
	Explanation string
	// Example is a piece of a document that gets this finding.
	Example string
	// Remedy is one paragraph: how to mend it.
	Remedy string
	// Allowed says what the gateway does when --allow takes the finding. It is empty where nothing can be generated
	// from such a document, and for warnings.
	Allowed string
}

// Codes returns every code with its explanation, in order. The families: 1xxx loading, 2xxx routes and parameters,
// 3xxx integrations, 4xxx mapping expressions and templates, 5xxx responses, 6xxx security, 7xxx settings of the
// gateway, 9xxx the generator itself. Codes x9xx say that Gatewright cannot do something yet: one
// for each capability, so that --allow takes no more than was meant.
func Codes() []Info {
	codes := slices.Concat(
		loadCodes(), routeCodes(), integrationCodes(), backendCodes(), mappingCodes(), mappingTemplateCodes(), schemaCodes(), responseCodes(), securityCodes(),
		gatewayCodes(), internalCodes(),
	)
	slices.SortFunc(codes, func(a, b Info) int { return cmp.Compare(a.Code, b.Code) })
	return codes
}

// Explain returns what there is to say about a code.
func Explain(code Code) (Info, bool) {
	codes := Codes()
	i, found := slices.BinarySearchFunc(codes, code, func(info Info, code Code) int { return cmp.Compare(info.Code, code) })
	if !found {
		return Info{}, false
	}
	return codes[i], true
}

// What no document is at fault for.
const (
	Internal  Code = "GW9001" // a mistake of Gatewright itself
	BadOption Code = "GW9002"
)

func internalCodes() []Info {
	return []Info{{
		Code: Internal, Title: "internal error",
		Explanation: "Gatewright found itself in a state that none of its checks should have let through. The document may be right or wrong; the message is Gatewright's mistake either way.",
		Remedy:      "Report the message together with the smallest document that shows it.",
	}, {
		Code: BadOption, Title: "option that cannot be taken",
		Explanation: "What the generator was asked for makes no sense: a code after --allow that does not exist or cannot be allowed, or an unknown way to treat the base path.",
		Example:     "gatewright check --allow GW0000 pets.yaml",
		Remedy:      "Correct the option. `gatewright explain CODE` says what a code means, and what happens when it is allowed.",
	}}
}
