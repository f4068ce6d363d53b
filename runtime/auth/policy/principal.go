package policy

import (
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Principal is somebody who can sign requests. It never changes.
type Principal struct {
	arn    string
	role   string // of a session: its role, without the role's path, which a session's ARN does not tell
	root   string
	userID string
	id     language.Identity
}

// NewPrincipal is the principal with the ARN of an account's root, a user, a role, an assumed role's session or a
// federated user. userID is aws:userid, a name that is never used again, as Amazon gives one to each user and role; empty
// when there is none. Of an account's root it is the account.
func NewPrincipal(arn, userID string) (*Principal, error) {
	id, ok := language.ParseIdentity(arn)
	if !ok {
		return nil, fmt.Errorf("principal %q: not the ARN of a user, a role, a session or an account's root", arn)
	}
	p := &Principal{arn: arn, id: id, userID: userID, root: "arn:" + id.Partition + ":iam::" + id.Account + ":root"}
	switch {
	case id.Kind == "assumed-role":
		p.role = "arn:" + id.Partition + ":iam::" + id.Account + ":role/" + id.Name
	case id.Kind == "root":
		p.userID = id.Account
	}
	return p, nil
}

// MustPrincipal is NewPrincipal for an ARN that generation has checked.
func MustPrincipal(arn, userID string) *Principal {
	p, err := NewPrincipal(arn, userID)
	if err != nil {
		panic(err)
	}
	return p
}

// ARN is the principal's own, of a session the session's.
func (p *Principal) ARN() string { return p.arn }

// Account is the account that the principal belongs to.
func (p *Principal) Account() string { return p.id.Account }

// policyARN is aws:PrincipalArn.
func (p *Principal) policyARN() string {
	if p.role != "" {
		return p.role
	}
	return p.arn
}

// kind is aws:PrincipalType.
func (p *Principal) kind() string {
	switch p.id.Kind {
	case "root":
		return "Account"
	case "user":
		return "User"
	case "federated-user":
		return "FederatedUser"
	}
	return "AssumedRole"
}

// Principal reports whether somebody signed the request who is one of principals: the numbers of accounts, whose every
// member counts, or ARNs. A role is also whoever has assumed it. Wildcards do not count.
func (r *Request) Principal(principals ...string) bool {
	p := r.principal
	if p == nil {
		return false
	}
	for _, name := range principals {
		if name == p.id.Account || name == p.arn || name == p.root || p.isRole(name) {
			return true
		}
	}
	return false
}

// NotPrincipal reports whether the request's signer is not excepted by principals. Somebody is excepted only where the
// account is listed too, and of a session also the role: Amazon looks at each of them. An account alone excepts its root.
func (r *Request) NotPrincipal(principals ...string) bool {
	p := r.principal
	if p == nil {
		return true
	}
	account, role, self := false, p.role == "", p.id.Kind == "root"
	for _, name := range principals {
		account = account || name == p.id.Account || name == p.root
		role = role || p.isRole(name)
		self = self || name == p.arn
	}
	return !account || !role || !self
}

// isRole reports whether a session's role has an ARN. Names of roles are unique within an account, whatever their path.
func (p *Principal) isRole(arn string) bool {
	if p.role == "" {
		return false
	}
	prefix := p.role[:len(p.role)-len(p.id.Name)]
	return strings.HasPrefix(arn, prefix) && arn[strings.LastIndexByte(arn, '/')+1:] == p.id.Name
}
