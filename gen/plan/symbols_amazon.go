package plan

// The packages of functions and of Amazon's services.
const (
	Lambda     = Runtime + "/integration/lambda"
	AWSService = Runtime + "/integration/awsservice"
	InProc     = Runtime + "/function/inproc"
	Process    = Runtime + "/function/process"
	Emulator   = Runtime + "/function/emulator"
	InvokeAPI  = Runtime + "/function/invokeapi"
)

// Names of functions and of Amazon's services.
var (
	LambdaConfig      = Symbol{Lambda, "Config"}
	LambdaFunction    = Symbol{Lambda, "Function"}
	LambdaFunctions   = Symbol{Lambda, "Functions"}
	NewFunction       = Symbol{Lambda, "NewFunction"}
	NewFunctions      = Symbol{Lambda, "NewFunctions"}
	FunctionProxy     = Selector{LambdaFunction, "Proxy"}
	FunctionStream    = Selector{LambdaFunction, "Stream"}
	FunctionInvoke    = Selector{LambdaFunction, "Invoke"}
	FunctionNamed     = Selector{LambdaFunctions, "Named"}
	LambdaErrorAt     = Symbol{Lambda, "ErrorAt"}
	LambdaPattern     = Symbol{Lambda, "Pattern"}
	LambdaMustPattern = Symbol{Lambda, "MustPattern"}
	PatternMatch      = Selector{LambdaPattern, "Match"}

	LambdaErrorMessage = Symbol{Lambda, "ErrorMessage"}

	InProcFunc      = Symbol{InProc, "Func"}
	ProcessConfig   = Symbol{Process, "Config"}
	EmulatorURL     = Symbol{Emulator, "URL"}
	InvokeAPIConfig = Symbol{InvokeAPI, "Config"}

	ServiceConfig   = Symbol{AWSService, "Config"}
	ServiceType     = Symbol{AWSService, "Service"}
	NewService      = Symbol{AWSService, "New"}
	ServiceInvoke   = Selector{ServiceType, "Invoke"}
	ServiceInvokeAs = Selector{ServiceType, "InvokeAs"}
	ServiceOpen     = Selector{ServiceType, "Open"}
	ServiceOpenAs   = Selector{ServiceType, "OpenAs"}

	OutboundPassThrough = Selector{Outbound, "PassThrough"}
	ReplyLoad           = Selector{Reply, "Load"}
)
