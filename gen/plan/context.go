package plan

import "slices"

// contextVariables are the context variables that the runtime has a value for, by the name that documents use.
func contextVariables() []contextVariable {
	return []contextVariable{
		{"accountId", Symbol{Runtime, "AccountID"}},
		{"apiId", Symbol{Runtime, "APIID"}},
		{"stage", Symbol{Runtime, "StageName"}},
		{"deploymentId", Symbol{Runtime, "DeploymentID"}},
		{"resourceId", Symbol{Runtime, "ResourceID"}},
		{"resourcePath", Symbol{Runtime, "ResourcePath"}},
		{"path", Symbol{Runtime, "RequestPath"}},
		{"httpMethod", Symbol{Runtime, "HTTPMethod"}},
		{"protocol", Symbol{Runtime, "Protocol"}},
		{"requestId", Symbol{Runtime, "RequestID"}},
		{"extendedRequestId", Symbol{Runtime, "ExtendedRequestID"}},
		{"requestTime", Symbol{Runtime, "RequestTime"}},
		{"requestTimeEpoch", Symbol{Runtime, "RequestTimeEpoch"}},
		{"domainName", Symbol{Runtime, "DomainName"}},
		{"domainPrefix", Symbol{Runtime, "DomainPrefix"}},
		{"identity.sourceIp", Symbol{Runtime, "SourceIP"}},
		{"identity.userAgent", Symbol{Runtime, "UserAgent"}},
		{"identity.apiKey", Symbol{Runtime, "IdentityAPIKey"}},
		{"identity.apiKeyId", Symbol{Runtime, "IdentityAPIKeyID"}},
		{"identity.clientCert.clientCertPem", Symbol{Runtime, "ClientCertPEM"}},
		{"identity.clientCert.subjectDN", Symbol{Runtime, "ClientCertSubjectDN"}},
		{"identity.clientCert.issuerDN", Symbol{Runtime, "ClientCertIssuerDN"}},
		{"identity.clientCert.serialNumber", Symbol{Runtime, "ClientCertSerialNumber"}},
		{"identity.clientCert.validity.notBefore", Symbol{Runtime, "ClientCertNotBefore"}},
		{"identity.clientCert.validity.notAfter", Symbol{Runtime, "ClientCertNotAfter"}},
		{"identity.accountId", Symbol{Runtime, "IdentityAccountID"}},
		{"identity.caller", Symbol{Runtime, "IdentityCaller"}},
		{"identity.user", Symbol{Runtime, "IdentityUser"}},
		{"identity.userArn", Symbol{Runtime, "IdentityUserARN"}},
		{"identity.accessKey", Symbol{Runtime, "IdentityAccessKey"}},
		{"identity.vpcId", Symbol{Runtime, "IdentityVPC"}},
		{"identity.vpceId", Symbol{Runtime, "IdentityVPCEndpoint"}},
		{"error.message", Symbol{Runtime, "ErrorMessage"}},
		{"error.messageString", Symbol{Runtime, "ErrorMessageString"}},
		{"error.responseType", Symbol{Runtime, "ErrorResponseType"}},
		{"error.validationErrorString", Symbol{Runtime, "ErrorValidation"}},
	}
}

type contextVariable struct {
	name   string
	symbol Symbol
}

// ContextVariable is the runtime's constant for a context variable; false when it has no value in any request, as
// those of API keys have none where there are no API keys.
func ContextVariable(name string) (Symbol, bool) {
	all := contextVariables()
	i := slices.IndexFunc(all, func(v contextVariable) bool { return v.name == name })
	if i < 0 {
		return Symbol{}, false
	}
	return all[i].symbol, true
}

// GatewayResponseType is the runtime's constant for a type of gateway response (rest.md 3.1).
func GatewayResponseType(name string) (Symbol, bool) {
	all := []contextVariable{
		{"ACCESS_DENIED", Symbol{Runtime, "AccessDenied"}},
		{"API_CONFIGURATION_ERROR", Symbol{Runtime, "APIConfigurationError"}},
		{"AUTHORIZER_CONFIGURATION_ERROR", Symbol{Runtime, "AuthorizerConfigurationError"}},
		{"AUTHORIZER_FAILURE", Symbol{Runtime, "AuthorizerFailure"}},
		{"BAD_REQUEST_PARAMETERS", Symbol{Runtime, "BadRequestParameters"}},
		{"BAD_REQUEST_BODY", Symbol{Runtime, "BadRequestBody"}},
		{"DEFAULT_4XX", Symbol{Runtime, "Default4XX"}},
		{"DEFAULT_5XX", Symbol{Runtime, "Default5XX"}},
		{"EXPIRED_TOKEN", Symbol{Runtime, "ExpiredToken"}},
		{"INTEGRATION_FAILURE", Symbol{Runtime, "IntegrationFailure"}},
		{"INTEGRATION_TIMEOUT", Symbol{Runtime, "IntegrationTimeout"}},
		{"INVALID_API_KEY", Symbol{Runtime, "InvalidAPIKey"}},
		{"INVALID_SIGNATURE", Symbol{Runtime, "InvalidSignature"}},
		{"MISSING_AUTHENTICATION_TOKEN", Symbol{Runtime, "MissingAuthenticationToken"}},
		{"QUOTA_EXCEEDED", Symbol{Runtime, "QuotaExceeded"}},
		{"RESOURCE_NOT_FOUND", Symbol{Runtime, "ResourceNotFound"}},
		{"THROTTLED", Symbol{Runtime, "Throttled"}},
		{"UNAUTHORIZED", Symbol{Runtime, "Unauthorized"}},
		{"UNSUPPORTED_MEDIA_TYPE", Symbol{Runtime, "UnsupportedMediaType"}},
		{"WAF_FILTERED", Symbol{Runtime, "WAFFiltered"}},
	}
	i := slices.IndexFunc(all, func(v contextVariable) bool { return v.name == name })
	if i < 0 {
		return Symbol{}, false
	}
	return all[i].symbol, true
}
