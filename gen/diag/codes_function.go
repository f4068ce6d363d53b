package diag

// functionCodes are the findings about x-gateway-functions.
func functionCodes() []Info {
	return []Info{{
		Code: BadFunctionPlace, Title: "function whose place is not clear",
		Explanation: "An entry of x-gateway-functions says in one way where the function runs: go (linked into the gateway), exec (run by the gateway), url (an invoke URL, as Amazon's emulator has) or aws (Amazon's Lambda).",
		Example:     "x-gateway-functions:\n  GetPet: {}",
		Remedy:      "Write one of the four: `GetPet: {url: \"http://127.0.0.1:9001\"}`.",
	}, {
		Code: BadFunctionName, Title: "name that no function can have",
		Explanation: "Functions are named as Lambda names them: letters, digits, - and _, behind a colon a version or an alias, or a whole ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME).",
		Example:     "x-gateway-function: get pet",
		Remedy:      "Correct the name.",
		Allowed:     "The operations that name it answer 500 Internal server error.",
	}, {
		Code: UnlinkedFunction, Title: "Go function that cannot be linked",
		Explanation: "`go:` names a function of a Go package, IMPORT/PATH.Name. It is looked up in the module around the document, by the go command.",
		Example:     "x-gateway-functions:\n  GetPet: {go: \"github.com/acme/pets/functions.getPet\"}   # not exported",
		Remedy:      "Put the document into the module that has the function, or that requires the one that has it, and write import path and name of an exported function.",
	}}
}
