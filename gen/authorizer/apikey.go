package authorizer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/source"
)

// isKey reports whether a scheme asks for an API key (rest.md 1.2).
func isKey(s *model.SecurityScheme) bool {
	return s.Authorizer == nil && !isAuthType(s, "awssigv4") && s.Type.Value == "apiKey" && s.In == "header" && strings.EqualFold(s.ParameterName.Value, "x-api-key")
}

// keyed reports whether the document says anything of API keys.
func keyed(api *model.API) bool { return len(api.UsagePlans)+len(api.APIKeys) > 0 }

// hasKeys reports whether a usage plan may have keys: overrides can bring them.
func hasKeys(api *model.API) bool { return len(api.UsagePlans) > 0 }

const longestKeyName = 1024 // characters (rest.md 11)

// checkKeys returns what is wrong with API keys and with who belongs to which usage plan.
func checkKeys(api *model.API) []diag.Diagnostic {
	var found []diag.Diagnostic
	known, sources := map[string]bool{}, map[string]string{}
	for _, k := range api.APIKeys {
		known[k.Name.Value] = true
		if k.Name.Value == "" || utf8.RuneCountInString(k.Name.Value) > longestKeyName {
			found = append(found, diag.Diagnostic{Code: diag.BadAPIKey, Span: k.Name.Span, Message: "a key's name has 1 to 1024 characters"})
		}
		if k.Value == nil || k.Value.Value == "" {
			found = append(found, diag.Diagnostic{Code: diag.BadAPIKey, Span: k.Name.Span, Message: fmt.Sprintf("API key %s has no value", k.Name.Value),
				Help: "write where it is: env:NAME, file:PATH or sha256:HEX"})
		} else {
			found = append(found, checkSecret(*k.Value, true)...)
			from := strings.ToLower(k.Value.Value)
			if !strings.HasPrefix(from, "sha256:") {
				from = k.Value.Value
			}
			if other, twice := sources[from]; twice {
				found = append(found, diag.Diagnostic{Code: diag.BadAPIKey, Span: k.Value.Span, Message: fmt.Sprintf("API key %s has the same value as %s", k.Name.Value, other),
					Cause: "a value tells which key it is of", Help: "give each key a value of its own, or name one key in both plans, for different stages"})
			}
			sources[from] = k.Name.Value
		}
	}
	stages := map[string]bool{}
	for _, s := range api.Stages {
		stages[s.Name.Value] = true
	}
	joined := map[string]map[string]*model.UsagePlan{} // by stage and key
	for _, u := range api.UsagePlans {
		found = append(found, checkPlan(u, known, stages)...)
		found = append(found, checkMembers(u, api, joined)...)
	}
	return found
}

// checkPlan looks for keys and stages that do not exist.
func checkPlan(u *model.UsagePlan, keys, stages map[string]bool) []diag.Diagnostic {
	var found []diag.Diagnostic
	if u.Name.Value == "" {
		found = append(found, diag.Diagnostic{Code: diag.BadUsagePlan, Span: u.Name.Span, Message: "a usage plan has a name"})
	}
	for _, key := range u.Keys {
		if !keys[key.Value] {
			found = append(found, unknown(key, "API key", keys, "list it in x-gateway-api-keys"))
		}
	}
	for _, stage := range u.Stages {
		if !stages[stage.Name.Value] {
			found = append(found, unknown(stage.Name, "stage", stages, "list it in x-gateway-stages"))
		}
	}
	return found
}

func unknown(name source.String, what string, known map[string]bool, otherwise string) diag.Diagnostic {
	help := otherwise
	if near := diag.Nearest(name.Value, slices.Sorted(maps.Keys(known))); near != "" {
		help = fmt.Sprintf("did you mean %q?", near)
	}
	return diag.Diagnostic{Code: diag.BadUsagePlan, Span: name.Span, Message: fmt.Sprintf("unknown %s %q", what, name.Value), Help: help}
}

// checkMembers looks for keys with two plans for one stage (rest.md 11).
func checkMembers(u *model.UsagePlan, api *model.API, joined map[string]map[string]*model.UsagePlan) []diag.Diagnostic {
	var stages []string
	for _, s := range u.Stages {
		stages = append(stages, s.Name.Value)
	}
	if u.Stages == nil {
		stages = append(stages, "") // where the document names no stage
		for _, s := range api.Stages {
			stages = append(stages, s.Name.Value)
		}
	}
	var found []diag.Diagnostic
	for _, key := range u.Keys {
		for _, stage := range stages {
			if joined[stage] == nil {
				joined[stage] = map[string]*model.UsagePlan{}
			}
			other := joined[stage][key.Value]
			if other == nil {
				joined[stage][key.Value] = u
				continue
			}
			message := fmt.Sprintf("API key %s is in plan %s already", key.Value, other.Name.Value)
			if other == u {
				message = fmt.Sprintf("API key %s stands here twice", key.Value)
			}
			found = append(found, diag.Diagnostic{Code: diag.BadUsagePlan, Span: key.Span, Message: message, Cause: "a key has at most one plan for each stage"})
			break
		}
	}
	return found
}
