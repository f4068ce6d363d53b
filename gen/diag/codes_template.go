package diag

// Codes of mapping templates, GW41xx. A template that does not parse is BrokenTemplate.
const (
	BadTemplatePath     Code = "GW4101"
	BadTemplatePattern  Code = "GW4102"
	UnknownTemplateName Code = "GW4103"
	IdleAssignment      Code = "GW4104"
	SuspiciousTemplate  Code = "GW4105"
)

// mappingTemplateCodes are the findings about mapping templates.
func mappingTemplateCodes() []Info {
	return []Info{{
		Code: BadTemplatePath, Title: "JSONPath of a template that does not compile",
		Explanation: "$input.path and $input.json take a JSONPath in Jayway's dialect. One that cannot be read fails when it is evaluated: Amazon API Gateway answers 500.",
		Example:     "requestTemplates:\n  application/json: $input.json('$.items[')",
		Remedy:      "Correct the path.",
		Allowed:     "Requests that get there are answered by 500 Internal server error, as Amazon's are.",
	}, {
		Code: BadTemplatePattern, Title: "regular expression of a template that does not compile",
		Explanation: "replaceAll, replaceFirst, matches and split take a Java regular expression. One that cannot be read fails when it is used: Amazon API Gateway answers 500.",
		Example:     "requestTemplates:\n  application/json: $input.body.replaceAll('(', '')",
		Remedy:      "Correct the pattern; a backslash before a character takes its meaning away.",
		Allowed:     "Requests that get there are answered by 500 Internal server error, as Amazon's are.",
	}, {
		Code: UnknownTemplateName, Title: "name that has no value in a template",
		Explanation: "$input, $util and $context have the members that Amazon API Gateway gives them, and values the methods of their Java types. Anything else has no value: it prints nothing, and nobody says so at run time.",
		Example:     "requestTemplates:\n  application/json: '{\"id\": \"$context.requestID\"}'",
		Remedy:      "Use the name that was meant.",
	}, {
		Code: IdleAssignment, Title: "assignment that sets nothing",
		Explanation: "#set takes a plain reference. ${x} and $!x on its left side set nothing that can be read, and $foreach, $input, $util and $context belong to the gateway.",
		Example:     "requestTemplates:\n  application/json: '#set(${x} = 1)$x'",
		Remedy:      "Write $x, or use a variable of your own.",
	}, {
		Code: SuspiciousTemplate, Title: "template that hardly means what it says",
		Explanation: "The language has traps: a minus belongs to a name, a literal is always false in #if, a variable that nothing sets prints nothing.",
		Example:     "requestTemplates:\n  application/json: '#set($n = 5)$n-1'",
		Remedy:      "Write what is meant: ${n}-1.",
	}}
}
