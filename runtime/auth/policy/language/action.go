package language

import "strings"

// Action is a set of the actions that policies of API Gateway are about (rest.md 12.6).
type Action uint8

// The actions.
const (
	// Invoke is execute-api:Invoke: calling a method.
	Invoke Action = 1 << iota
	// InvalidateCache is execute-api:InvalidateCache: refreshing a cached answer.
	InvalidateCache
	// ManageConnections is execute-api:ManageConnections: posting to a WebSocket client.
	ManageConnections

	// AnyAction is all of them.
	AnyAction = Invoke | InvalidateCache | ManageConnections
)

// actionNames are the actions in lower case: case does not count in their names.
var actionNames = []struct {
	name   string
	action Action
}{
	{"execute-api:invoke", Invoke},
	{"execute-api:invalidatecache", InvalidateCache},
	{"execute-api:manageconnections", ManageConnections},
}

// String is the action's name as IAM writes it; empty for a set that is not a single action.
func (a Action) String() string {
	switch a {
	case Invoke:
		return "execute-api:Invoke"
	case InvalidateCache:
		return "execute-api:InvalidateCache"
	case ManageConnections:
		return "execute-api:ManageConnections"
	}
	return ""
}

// ParseAction returns the actions that an entry of Action or NotAction names, wildcards included. The set is empty for
// actions of other services. ok is false for what is neither * nor service:name.
func ParseAction(entry string) (set Action, ok bool) {
	service, name, found := strings.Cut(entry, ":")
	if !IsAny(entry) && (!found || service == "" || name == "" || strings.Contains(name, ":")) {
		return 0, false
	}
	entry = strings.ToLower(entry)
	for _, known := range actionNames {
		if Match(entry, known.name) {
			set |= known.action
		}
	}
	return set, true
}

// IsOwnService reports whether an entry of Action is of the service execute-api.
func IsOwnService(entry string) bool {
	service, _, _ := strings.Cut(entry, ":")
	return strings.EqualFold(service, "execute-api")
}
