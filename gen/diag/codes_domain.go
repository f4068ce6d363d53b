package diag

// Domains.
const BadDomain Code = "GW7023"

// domainCodes are the findings about custom domains.
func domainCodes() []Info {
	return []Info{{
		Code: BadDomain, Title: "malformed domain",
		Explanation: "An entry of x-gateway-domains is a host with mappings, which say by base path which stage serves it; tls, its certificate; and mutualTls, whose clients' certificates are trusted. What no mapping fits is answered by 403. With disableExecuteApiEndpoint requests for other hosts are, too.",
		Example:     "x-gateway-domains:\n  api.example.com: {mappings: {/v1/: {stage: prod}}}",
		Remedy:      "Write the base path without slashes around it, or (none) for all paths, with a stage of x-gateway-stages; certFile with keyFile; and a file as truststore.",
	}}
}
