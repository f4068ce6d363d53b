package language

import "strings"

// Identity is the ARN of somebody who can sign requests, taken apart.
type Identity struct {
	// Partition is aws, aws-cn or another.
	Partition string
	// Account has twelve digits.
	Account string
	// Kind is root, user, role, assumed-role or federated-user.
	Kind string
	// Name is the name without the path before it.
	Name string
	// Session is the name of an assumed role's session.
	Session string
}

// ParseIdentity reads the ARN of an account's root, a user, a role, an assumed role's session or a federated user.
func ParseIdentity(arn string) (Identity, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != arnFields || parts[0] != "arn" || parts[1] == "" || parts[3] != "" || !IsAccount(parts[4]) || strings.ContainsAny(arn, "*? ") {
		return Identity{}, false
	}
	id := Identity{Partition: parts[1], Account: parts[4]}
	kind, name, _ := strings.Cut(parts[5], "/")
	id.Kind, id.Name = kind, name[strings.LastIndexByte(name, '/')+1:]
	switch parts[2] + ":" + kind {
	case "iam:root":
		return id, parts[5] == "root"
	case "iam:user", "iam:role":
		return id, id.Name != ""
	case "sts:federated-user":
		return id, name != "" && id.Name == name
	case "sts:assumed-role":
		role, session, _ := strings.Cut(name, "/")
		id.Name, id.Session = role, session
		return id, role != "" && session != "" && !strings.Contains(session, "/")
	}
	return Identity{}, false
}

// IsAccount reports whether text is the number of an account.
func IsAccount(text string) bool { return len(text) == 12 && isDigits(text) }
