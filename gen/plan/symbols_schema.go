package plan

// The packages that compiled schemas are written against.
const (
	SchemaRuntime = Runtime + "/schema"
	ValueRuntime  = Runtime + "/value"
)

// Names of runtime/schema and runtime/value that validators use.
var (
	SchemaValue = Symbol{ValueRuntime, "Value"}

	SchemaReport  = Symbol{SchemaRuntime, "Report"}
	SchemaSeen    = Symbol{SchemaRuntime, "Seen"}
	SchemaPattern = Symbol{SchemaRuntime, "Pattern"}
	SchemaEnum    = Symbol{SchemaRuntime, "Enum"}
	SchemaWalk    = Symbol{SchemaRuntime, "Properties"}
	SchemaItems   = Symbol{SchemaRuntime, "Items"}
	SchemaAllOf   = Symbol{SchemaRuntime, "AllOf"}
	SchemaList    = Symbol{ValueRuntime, "List"}

	SchemaMustPattern     = Symbol{SchemaRuntime, "MustPattern"}
	SchemaMustSlowPattern = Symbol{SchemaRuntime, "MustSlowPattern"}
	SchemaMustEnum        = Symbol{SchemaRuntime, "MustEnum"}
	SchemaMustNumber      = Symbol{SchemaRuntime, "MustNumber"}

	SchemaIsObject  = Symbol{SchemaRuntime, "IsObject"}
	SchemaIsArray   = Symbol{SchemaRuntime, "IsArray"}
	SchemaIsString  = Symbol{SchemaRuntime, "IsString"}
	SchemaIsBoolean = Symbol{SchemaRuntime, "IsBoolean"}
	SchemaIsNull    = Symbol{SchemaRuntime, "IsNull"}
	SchemaIsNumber  = Symbol{SchemaRuntime, "IsNumber"}
	SchemaIsInteger = Symbol{SchemaRuntime, "IsInteger"}
	SchemaIsWhole   = Symbol{SchemaRuntime, "IsWhole"}

	SchemaBelow   = Symbol{SchemaRuntime, "Below"}
	SchemaAbove   = Symbol{SchemaRuntime, "Above"}
	SchemaCompare = Symbol{SchemaRuntime, "Compare"}
	SchemaDivides = Symbol{SchemaRuntime, "Divides"}
	SchemaShorter = Symbol{SchemaRuntime, "Shorter"}
	SchemaLonger  = Symbol{SchemaRuntime, "Longer"}
	SchemaHas     = Symbol{SchemaRuntime, "Has"}
	SchemaUnique  = Symbol{SchemaRuntime, "Unique"}

	SchemaAsString = Selector{SchemaValue, "AsString"}
	SchemaAsMap    = Selector{SchemaValue, "AsMap"}
	SchemaAsList   = Selector{SchemaValue, "AsList"}
	SchemaElements = Selector{SchemaList, "Elements"}

	SchemaMatch    = Selector{SchemaPattern, "Match"}
	SchemaEnumHas  = Selector{SchemaEnum, "Has"}
	SchemaMark     = Selector{SchemaSeen, "Mark"}
	SchemaMarkAll  = Selector{SchemaSeen, "MarkAll"}
	SchemaSeenHas  = Selector{SchemaSeen, "Has"}
	SchemaMerge    = Selector{SchemaSeen, "Merge"}
	SchemaAllFail  = Selector{SchemaAllOf, "Fail"}
	SchemaAllClose = Selector{SchemaAllOf, "Close"}

	SchemaWalkNext        = Selector{SchemaWalk, "Next"}
	SchemaWalkKey         = Selector{SchemaWalk, "Key"}
	SchemaWalkName        = Selector{SchemaWalk, "Name"}
	SchemaWalkValue       = Selector{SchemaWalk, "Value"}
	SchemaWalkIndex       = Selector{SchemaWalk, "Index"}
	SchemaWalkAdditional  = Selector{SchemaWalk, "Additional"}
	SchemaWalkUnevaluated = Selector{SchemaWalk, "Unevaluated"}

	SchemaWalkUnevaluatedItem = Selector{SchemaItems, "Unevaluated"}

	SchemaLen              = Selector{SchemaReport, "Len"}
	SchemaReportWalk       = Selector{SchemaReport, "Walk"}
	SchemaReportItems      = Selector{SchemaReport, "Items"}
	SchemaReportAllOf      = Selector{SchemaReport, "AllOf"}
	SchemaType             = Selector{SchemaReport, "Type"}
	SchemaReportEnum       = Selector{SchemaReport, "Enum"}
	SchemaConst            = Selector{SchemaReport, "Const"}
	SchemaFalse            = Selector{SchemaReport, "False"}
	SchemaMinimum          = Selector{SchemaReport, "Minimum"}
	SchemaExclusiveMinimum = Selector{SchemaReport, "ExclusiveMinimum"}
	SchemaMaximum          = Selector{SchemaReport, "Maximum"}
	SchemaExclusiveMaximum = Selector{SchemaReport, "ExclusiveMaximum"}
	SchemaMultipleOf       = Selector{SchemaReport, "MultipleOf"}
	SchemaMinLength        = Selector{SchemaReport, "MinLength"}
	SchemaMaxLength        = Selector{SchemaReport, "MaxLength"}
	SchemaReportPattern    = Selector{SchemaReport, "Pattern"}
	SchemaFormat           = Selector{SchemaReport, "Format"}
	SchemaMinItems         = Selector{SchemaReport, "MinItems"}
	SchemaMaxItems         = Selector{SchemaReport, "MaxItems"}
	SchemaUniqueItems      = Selector{SchemaReport, "UniqueItems"}
	SchemaContains         = Selector{SchemaReport, "Contains"}
	SchemaMinProperties    = Selector{SchemaReport, "MinProperties"}
	SchemaMaxProperties    = Selector{SchemaReport, "MaxProperties"}
	SchemaRequired         = Selector{SchemaReport, "Required"}
	SchemaDependency       = Selector{SchemaReport, "Dependency"}
	SchemaAnyOf            = Selector{SchemaReport, "AnyOf"}
	SchemaOneOf            = Selector{SchemaReport, "OneOf"}
	SchemaNot              = Selector{SchemaReport, "Not"}
)

// SchemaFormatCheck is the function that checks a format; ok is false for formats that are not checked.
func SchemaFormatCheck(format string) (check Symbol, ok bool) {
	switch format {
	case "date":
		return Symbol{SchemaRuntime, "IsDate"}, true
	case "time":
		return Symbol{SchemaRuntime, "IsTime"}, true
	case "date-time":
		return Symbol{SchemaRuntime, "IsDateTime"}, true
	case "duration":
		return Symbol{SchemaRuntime, "IsDuration"}, true
	case "ipv4":
		return Symbol{SchemaRuntime, "IsIPv4"}, true
	case "ipv6":
		return Symbol{SchemaRuntime, "IsIPv6"}, true
	case "uuid":
		return Symbol{SchemaRuntime, "IsUUID"}, true
	case "json-pointer":
		return Symbol{SchemaRuntime, "IsJSONPointer"}, true
	case "relative-json-pointer":
		return Symbol{SchemaRuntime, "IsRelativeJSONPointer"}, true
	case "regex":
		return Symbol{SchemaRuntime, "IsRegex"}, true
	case "email":
		return Symbol{SchemaRuntime, "IsEmail"}, true
	case "idn-email":
		return Symbol{SchemaRuntime, "IsIDNEmail"}, true
	case "hostname":
		return Symbol{SchemaRuntime, "IsHostname"}, true
	case "idn-hostname":
		return Symbol{SchemaRuntime, "IsIDNHostname"}, true
	case "uri":
		return Symbol{SchemaRuntime, "IsURI"}, true
	case "uri-reference":
		return Symbol{SchemaRuntime, "IsURIReference"}, true
	case "iri":
		return Symbol{SchemaRuntime, "IsIRI"}, true
	case "iri-reference":
		return Symbol{SchemaRuntime, "IsIRIReference"}, true
	case "uri-template":
		return Symbol{SchemaRuntime, "IsURITemplate"}, true
	}
	return Symbol{}, false
}
