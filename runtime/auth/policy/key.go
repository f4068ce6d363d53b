package policy

import (
	"strconv"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy/language"
)

// Each condition key of a request has a method of its name (rest.md 12.6), which gives the empty text where the key is
// missing.

// SourceIP is aws:SourceIp: the client's address, behind trusted proxies the last one that is not theirs.
func (r *Request) SourceIP() string { return r.c.ClientAddr() }

// SourceVPC is aws:SourceVpc: the header X-Amzn-Vpc-Id of a trusted proxy.
func (r *Request) SourceVPC() string { return r.c.VPC() }

// SourceVPCE is aws:SourceVpce: the VPC endpoint that the request came through, by the word of a trusted proxy or
// balancer.
func (r *Request) SourceVPCE() string { return r.c.VPCEndpoint() }

// VPCSourceIP is aws:VpcSourceIp: the client's address, for requests that came through a VPC endpoint.
func (r *Request) VPCSourceIP() string {
	if r.SourceVPCE() == "" && r.SourceVPC() == "" {
		return ""
	}
	return r.c.ClientAddr()
}

// trusted is a header that only a trusted proxy may send.
func (r *Request) trusted(name string) string {
	if !r.c.PeerTrusted() {
		return ""
	}
	return r.header(name)
}

// header is the last field of a name, case aside: the nearest proxy wrote it.
func (r *Request) header(name string) string {
	fields := r.c.Fields()
	for i := len(fields) - 1; i >= 0; i-- {
		if f := &fields[i]; len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// UserAgent is aws:UserAgent: the header of that name.
func (r *Request) UserAgent() string { return r.c.Var(gw.UserAgent) }

// Referer is aws:Referer: the header of that name.
func (r *Request) Referer() string { return r.header("Referer") }

// SecureTransport is aws:SecureTransport: true when the client's connection is encrypted, by the word of a trusted proxy
// where it ends there.
func (r *Request) SecureTransport() string {
	scheme := r.c.Scheme()
	if said := r.trusted("X-Forwarded-Proto"); said != "" {
		scheme = strings.TrimSpace(said[strings.LastIndexByte(said, ',')+1:])
	}
	return boolText(strings.EqualFold(scheme, "https"))
}

// PrincipalARN is aws:PrincipalArn: the user or the role that signed the request, of a role's session the role.
func (r *Request) PrincipalARN() string {
	if r.principal == nil {
		return ""
	}
	return r.principal.policyARN()
}

// PrincipalAccount is aws:PrincipalAccount.
func (r *Request) PrincipalAccount() string {
	if r.principal == nil {
		return ""
	}
	return r.principal.id.Account
}

// PrincipalType is aws:PrincipalType: Account, User, AssumedRole or FederatedUser.
func (r *Request) PrincipalType() string {
	if r.principal == nil {
		return ""
	}
	return r.principal.kind()
}

// UserID is aws:userid: what NewPrincipal was given, of an account's root the account.
func (r *Request) UserID() string {
	if r.principal == nil {
		return ""
	}
	return r.principal.userID
}

// Username is aws:username: the name of a user, and nothing for others.
func (r *Request) Username() string {
	if r.principal == nil || r.principal.id.Kind != "user" {
		return ""
	}
	return r.principal.id.Name
}

// PrincipalIsAWSService is aws:PrincipalIsAWSService: false for whoever signed the request.
func (r *Request) PrincipalIsAWSService() string {
	if r.principal == nil {
		return ""
	}
	return boolText(false)
}

// ViaAWSService is aws:ViaAWSService, which is false: no service of Amazon's calls a gateway for somebody.
func (r *Request) ViaAWSService() string { return boolText(false) }

// RequestedRegion is aws:RequestedRegion: the API's.
func (r *Request) RequestedRegion() string { return r.c.Core().Region() }

// ResourceAccount is aws:ResourceAccount: the one that owns the API.
func (r *Request) ResourceAccount() string { return r.c.Var(gw.AccountID) }

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// value is a key's value as a text.
func (r *Request) value(k language.Key) string {
	switch k {
	case language.SourceIP:
		return r.SourceIP()
	case language.SourceVPC:
		return r.SourceVPC()
	case language.SourceVPCE:
		return r.SourceVPCE()
	case language.VPCSourceIP:
		return r.VPCSourceIP()
	case language.UserAgent:
		return r.UserAgent()
	case language.Referer:
		return r.Referer()
	case language.SecureTransport:
		return r.SecureTransport()
	case language.ViaAWSService:
		return r.ViaAWSService()
	case language.RequestedRegion:
		return r.RequestedRegion()
	case language.ResourceAccount:
		return r.ResourceAccount()
	case language.CurrentTime, language.EpochTime:
		return r.timeText(k)
	}
	return r.principalValue(k)
}

func (r *Request) principalValue(k language.Key) string {
	switch k {
	case language.PrincipalARN:
		return r.PrincipalARN()
	case language.PrincipalAccount:
		return r.PrincipalAccount()
	case language.PrincipalType:
		return r.PrincipalType()
	case language.PrincipalIsAWSService:
		return r.PrincipalIsAWSService()
	case language.UserID:
		return r.UserID()
	case language.Username:
		return r.Username()
	}
	return ""
}

// timeText is the request's time as a template holds it.
func (r *Request) timeText(k language.Key) string {
	mark := len(r.texts)
	if k == language.CurrentTime {
		r.texts = r.Time().UTC().AppendFormat(r.texts, time.RFC3339)
	} else {
		r.texts = strconv.AppendInt(r.texts, r.Time().Unix(), 10)
	}
	return text(r.texts[mark:])
}
