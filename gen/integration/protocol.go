package integration

import "github.com/gatewright/gatewright/gen/mapping"

// protocol says how a service is told which action to take (rest.md section 9).
type protocol struct {
	// target is what stands before the action in X-Amz-Target. Without it the action is the query parameter Action.
	target string
	// version is that of the JSON protocol (1.0 or 1.1), or else the query parameter Version, unless the document gives one.
	version string
}

// protocols are the services whose actions can be named in a uri.
var protocols = map[string]protocol{
	// Services of the JSON protocol.
	"application-autoscaling": {"AnyScaleFrontendService", "1.1"},
	"athena":                  {"AmazonAthena", "1.1"},
	"codebuild":               {"CodeBuild_20161006", "1.1"},
	"codepipeline":            {"CodePipeline_20150709", "1.1"},
	"cognito-identity":        {"AWSCognitoIdentityService", "1.1"},
	"cognito-idp":             {"AWSCognitoIdentityProviderService", "1.1"},
	"comprehend":              {"Comprehend_20171127", "1.1"},
	"dynamodb":                {"DynamoDB_20120810", "1.0"},
	"ecr":                     {"AmazonEC2ContainerRegistry_V20150921", "1.1"},
	"ecs":                     {"AmazonEC2ContainerServiceV20141113", "1.1"},
	"events":                  {"AWSEvents", "1.1"},
	"firehose":                {"Firehose_20150804", "1.1"},
	"glue":                    {"AWSGlue", "1.1"},
	"kinesis":                 {"Kinesis_20131202", "1.1"},
	"kms":                     {"TrentService", "1.1"},
	"logs":                    {"Logs_20140328", "1.1"},
	"rekognition":             {"RekognitionService", "1.1"},
	"secretsmanager":          {"secretsmanager", "1.1"},
	"states":                  {"AWSStepFunctions", "1.0"},
	"textract":                {"Textract", "1.1"},
	"transcribe":              {"Transcribe", "1.1"},
	"translate":               {"AWSShineFrontendService_20170701", "1.1"},

	// Services that take the action in the query. SSM takes it so where its answers were recorded.
	"autoscaling":          {version: "2011-01-01"},
	"cloudformation":       {version: "2010-05-15"},
	"ec2":                  {version: "2016-11-15"},
	"elasticache":          {version: "2015-02-02"},
	"elasticbeanstalk":     {version: "2010-12-01"},
	"elasticloadbalancing": {version: "2015-12-01"},
	"email":                {version: "2010-12-01"},
	"iam":                  {version: "2010-05-08"},
	"monitoring":           {version: "2010-08-01"},
	"rds":                  {version: "2014-10-31"},
	"redshift":             {version: "2012-12-01"},
	"sns":                  {version: "2010-03-31"},
	"sqs":                  {version: "2012-11-05"},
	"ssm":                  {version: "2014-11-06"},
	"sts":                  {version: "2011-06-15"},
}

// hostPrefix is what stands before the host of a service's endpoint for some actions.
func hostPrefix(uri *mapping.ServiceURI) string {
	if uri.Service == "states" && uri.Action == "StartSyncExecution" {
		return "sync-"
	}
	return ""
}
