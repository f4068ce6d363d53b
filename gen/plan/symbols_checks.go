package plan

// Names of the runtime for checks of requests.
var (
	RequiredParams = Symbol{Runtime, "Required"}
	Checks         = Symbol{Runtime, "Checks"}
	CheckedParam   = Symbol{Runtime, "Param"}
	ParamMember    = Symbol{Runtime, "ParamMember"}
	BodyCheck      = Symbol{Runtime, "BodyCheck"}
	ReplyCheck     = Symbol{Runtime, "ReplyCheck"}

	InPath   = Symbol{Runtime, "InPath"}
	InQuery  = Symbol{Runtime, "InQuery"}
	InHeader = Symbol{Runtime, "InHeader"}
	InCookie = Symbol{Runtime, "InCookie"}

	StyleSimple         = Symbol{Runtime, "Simple"}
	StyleLabel          = Symbol{Runtime, "Label"}
	StyleMatrix         = Symbol{Runtime, "Matrix"}
	StyleForm           = Symbol{Runtime, "Form"}
	StyleSpaceDelimited = Symbol{Runtime, "SpaceDelimited"}
	StylePipeDelimited  = Symbol{Runtime, "PipeDelimited"}
	StyleTabDelimited   = Symbol{Runtime, "TabDelimited"}
	StyleDeepObject     = Symbol{Runtime, "DeepObject"}
	StyleJSONText       = Symbol{Runtime, "JSONText"}

	StringType  = Symbol{Runtime, "StringType"}
	NumberType  = Symbol{Runtime, "NumberType"}
	BooleanType = Symbol{Runtime, "BooleanType"}
	NullType    = Symbol{Runtime, "NullType"}
	ArrayType   = Symbol{Runtime, "ArrayType"}
	ObjectType  = Symbol{Runtime, "ObjectType"}
)
