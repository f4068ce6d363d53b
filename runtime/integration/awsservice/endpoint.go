package awsservice

import (
	"strings"

	"github.com/gatewright/gatewright/runtime/internal/sigv4"
)

// place is where a service is and what it is called when requests are signed.
type place struct {
	host, region, signing string
}

// global are services with one address for a whole partition: the host without the domain, and the region that signs.
var global = map[string]struct{ usual, china, government [2]string }{
	"iam":           {[2]string{"iam", "us-east-1"}, [2]string{"iam.cn-north-1", "cn-north-1"}, [2]string{"iam.us-gov", "us-gov-west-1"}},
	"route53":       {[2]string{"route53", "us-east-1"}, [2]string{"route53", "cn-northwest-1"}, [2]string{"route53.us-gov", "us-gov-west-1"}},
	"cloudfront":    {[2]string{"cloudfront", "us-east-1"}, [2]string{"cloudfront.cn-northwest-1", "cn-northwest-1"}, [2]string{"cloudfront", "us-gov-west-1"}},
	"organizations": {[2]string{"organizations.us-east-1", "us-east-1"}, [2]string{"organizations.cn-northwest-1", "cn-northwest-1"}, [2]string{"organizations.us-gov-west-1", "us-gov-west-1"}},
	"waf":           {[2]string{"waf", "us-east-1"}, [2]string{"waf", "cn-north-1"}, [2]string{"waf", "us-gov-west-1"}},
	"shield":        {[2]string{"shield.us-east-1", "us-east-1"}, [2]string{"shield", "cn-north-1"}, [2]string{"shield", "us-gov-west-1"}},
	"importexport":  {[2]string{"importexport", "us-east-1"}, [2]string{"importexport", "cn-north-1"}, [2]string{"importexport", "us-gov-west-1"}},
	"support":       {[2]string{"support.us-east-1", "us-east-1"}, [2]string{"support.cn-north-1", "cn-north-1"}, [2]string{"support.us-gov-west-1", "us-gov-west-1"}},
	"budgets":       {[2]string{"budgets", "us-east-1"}, [2]string{"budgets", "cn-northwest-1"}, [2]string{"budgets", "us-gov-west-1"}},
	"ce":            {[2]string{"ce.us-east-1", "us-east-1"}, [2]string{"ce.cn-northwest-1", "cn-northwest-1"}, [2]string{"ce", "us-gov-west-1"}},
}

// signings are the signing names that differ from the service's, with its subdomain where the two together name the
// service.
var signings = map[string]string{
	"api.ecr":                 "ecr",
	"api.pricing":             "pricing",
	"api.sagemaker":           "sagemaker",
	"bedrock-agent":           "bedrock",
	"bedrock-agent-runtime":   "bedrock",
	"bedrock-runtime":         "bedrock",
	"data.iot":                "iotdata",
	"data.iotevents":          "ioteventsdata",
	"data.jobs.iot":           "iot-jobs-data",
	"data.mediastore":         "mediastore",
	"email":                   "ses",
	"entitlement.marketplace": "aws-marketplace",
	"metering.marketplace":    "aws-marketplace",
	"models.lex":              "lex",
	"models-v2-lex":           "lex",
	"pinpoint":                "mobiletargeting",
	"runtime.lex":             "lex",
	"runtime-v2-lex":          "lex",
	"runtime.sagemaker":       "sagemaker",
	"streams.dynamodb":        "dynamodb",
}

// sdkNames are the SDK's names of services where they are not the host's: environment variables have them.
var sdkNames = map[string]string{
	"api.ecr":           "ECR",
	"api.sagemaker":     "SageMaker",
	"bedrock-runtime":   "Bedrock Runtime",
	"cognito-identity":  "Cognito Identity",
	"cognito-idp":       "Cognito Identity Provider",
	"config":            "Config Service",
	"data.iot":          "IoT Data Plane",
	"dynamodb":          "DynamoDB",
	"email":             "SES",
	"events":            "EventBridge",
	"execute-api":       "ApiGatewayManagementApi",
	"logs":              "CloudWatch Logs",
	"monitoring":        "CloudWatch",
	"pinpoint":          "Pinpoint",
	"route53":           "Route 53",
	"runtime.lex":       "Lex Runtime Service",
	"runtime-v2-lex":    "Lex Runtime V2",
	"runtime.sagemaker": "SageMaker Runtime",
	"secretsmanager":    "Secrets Manager",
	"states":            "SFN",
	"streams.dynamodb":  "DynamoDB Streams",
}

// locate is where the service is that cfg names.
func locate(cfg Config) place {
	full := dotted(cfg.Subdomain, cfg.Service)
	at := place{host: dotted(full, cfg.Region), region: cfg.Region, signing: firstOf(signings[full], signings[cfg.Service], cfg.Service)}
	if g, ok := global[cfg.Service]; ok {
		one := g.usual
		switch {
		case strings.HasPrefix(cfg.Region, "cn-"):
			one = g.china
		case strings.HasPrefix(cfg.Region, "us-gov-"):
			one = g.government
		}
		at.host, at.region = dotted(cfg.Subdomain, one[0]), one[1]
	}
	at.host = cfg.HostPrefix + at.host + "." + sigv4.Domain(cfg.Region)
	return at
}

// sdkName is the SDK's name of the service that cfg names.
func sdkName(cfg Config) string {
	return firstOf(sdkNames[dotted(cfg.Subdomain, cfg.Service)], sdkNames[cfg.Service], cfg.Service)
}

func dotted(sub, name string) string {
	if sub == "" {
		return name
	}
	return sub + "." + name
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
