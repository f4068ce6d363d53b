package plan

// VTL is the package that compiled templates are written against.
const VTL = Runtime + "/vtl"

// Branch is a branch of a template in the table of the API, where they are counted.
var Branch = Symbol{Runtime, "Branch"}

// Names of runtime/vtl.
var (
	VTLValue    = Symbol{VTL, "Value"}
	VTLRenderer = Symbol{VTL, "Renderer"}
	VTLPath     = Symbol{VTL, "Path"}
	VTLLoop     = Symbol{VTL, "Loop"}
	VTLMustPath = Symbol{VTL, "MustPath"}

	VTLStr         = Symbol{VTL, "Str"}
	VTLInt         = Symbol{VTL, "Int"}
	VTLBig         = Symbol{VTL, "Big"}
	VTLDouble      = Symbol{VTL, "Double"}
	VTLBool        = Symbol{VTL, "Bool"}
	VTLInfinity    = Symbol{VTL, "Infinity"}
	VTLMinusZero   = Symbol{VTL, "MinusZero"}
	VTLTrue        = Symbol{VTL, "True"}
	VTLRange       = Symbol{VTL, "Range"}
	VTLList        = Symbol{VTL, "List"}
	VTLMap         = Symbol{VTL, "Map"}
	VTLSet         = Symbol{VTL, "Set"}
	VTLSubtract    = Symbol{VTL, "Subtract"}
	VTLMultiply    = Symbol{VTL, "Multiply"}
	VTLDivide      = Symbol{VTL, "Divide"}
	VTLModulo      = Symbol{VTL, "Modulo"}
	VTLEqual       = Symbol{VTL, "Equal"}
	VTLLess        = Symbol{VTL, "Less"}
	VTLLessOrEqual = Symbol{VTL, "LessOrEqual"}

	VTLText             = Selector{VTLRenderer, "Text"}
	VTLPrint            = Selector{VTLRenderer, "Print"}
	VTLPrintJSON        = Selector{VTLRenderer, "PrintJSON"}
	VTLPrintEscaped     = Selector{VTLRenderer, "PrintEscaped"}
	VTLString           = Selector{VTLRenderer, "String"}
	VTLJoin             = Selector{VTLRenderer, "Join"}
	VTLStop             = Selector{VTLRenderer, "Stop"}
	VTLForeach          = Selector{VTLRenderer, "Foreach"}
	VTLLeave            = Selector{VTLRenderer, "Leave"}
	VTLCurrent          = Selector{VTLRenderer, "Current"}
	VTLDefine           = Selector{VTLRenderer, "Define"}
	VTLCover            = Selector{VTLRenderer, "Cover"}
	VTLAdd              = Selector{VTLRenderer, "Add"}
	VTLBody             = Selector{VTLRenderer, "Body"}
	VTLInput            = Selector{VTLRenderer, "Input"}
	VTLInputAt          = Selector{VTLRenderer, "InputAt"}
	VTLInputJSON        = Selector{VTLRenderer, "InputJSON"}
	VTLInputJSONAt      = Selector{VTLRenderer, "InputJSONAt"}
	VTLParam            = Selector{VTLRenderer, "Param"}
	VTLParamAt          = Selector{VTLRenderer, "ParamAt"}
	VTLParams           = Selector{VTLRenderer, "Params"}
	VTLContext          = Selector{VTLRenderer, "Context"}
	VTLContextMap       = Selector{VTLRenderer, "ContextMap"}
	VTLStageVariable    = Selector{VTLRenderer, "StageVariable"}
	VTLStageVariables   = Selector{VTLRenderer, "StageVariables"}
	VTLEscapeJavaScript = Selector{VTLRenderer, "EscapeJavaScript"}
	VTLParseJSON        = Selector{VTLRenderer, "ParseJSON"}
	VTLURLEncode        = Selector{VTLRenderer, "URLEncode"}
	VTLURLDecode        = Selector{VTLRenderer, "URLDecode"}
	VTLBase64Encode     = Selector{VTLRenderer, "Base64Encode"}
	VTLBase64Decode     = Selector{VTLRenderer, "Base64Decode"}

	VTLNext    = Selector{VTLLoop, "Next"}
	VTLItem    = Selector{VTLLoop, "Item"}
	VTLIndex   = Selector{VTLLoop, "Index"}
	VTLCount   = Selector{VTLLoop, "Count"}
	VTLHasNext = Selector{VTLLoop, "HasNext"}
	VTLFirst   = Selector{VTLLoop, "First"}
	VTLLast    = Selector{VTLLoop, "Last"}

	VTLOrEmpty     = Selector{VTLValue, "OrEmpty"}
	VTLGet         = Selector{VTLValue, "Get"}
	VTLAt          = Selector{VTLValue, "At"}
	VTLCall        = Selector{VTLValue, "Call"}
	VTLThen        = Selector{VTLValue, "Then"}
	VTLSetProperty = Selector{VTLValue, "SetProperty"}
	VTLSetAt       = Selector{VTLValue, "SetAt"}
)
