package language

import "strings"

// Key is a condition key that requests to a gateway can have. Case does not count in the names of keys.
type Key uint8

// The keys.
const (
	NoKey Key = iota
	CurrentTime
	EpochTime
	PrincipalAccount
	PrincipalARN
	PrincipalIsAWSService
	PrincipalType
	Referer
	RequestedRegion
	ResourceAccount
	SecureTransport
	SourceIP
	SourceVPC
	SourceVPCE
	UserAgent
	UserID
	Username
	ViaAWSService
	VPCSourceIP
	MultiFactorAuthAge
	MultiFactorAuthPresent
	TokenIssueTime
)

// Standing says in which requests a key has a value.
type Standing uint8

// The standings.
const (
	// Unknown is no key of Amazon's.
	Unknown Standing = iota
	// Never is a key of Amazon's that no request to a gateway has: tags, organizations, calls by AWS services.
	Never
	// Missing is a key of temporary credentials and of MFA: a gateway knows no more of the caller's session than that it
	// may have one, so that the key has no value.
	Missing
	// Sometimes is a key that some requests have.
	Sometimes
	// Always is a key that every request has.
	Always
)

// family is what a key's values are, which decides the operators that fit.
type family uint8

const (
	textFamily family = iota
	addressFamily
	dateFamily
	numberFamily
	epochFamily // a date and a number
	boolFamily
	arnFamily
)

type keyInfo struct {
	name     string
	key      Key
	standing Standing
	family   family
}

// keys are the keys of the developer guide's table (rest.md 12.6) and of IAM's global ones. A name that ends in a slash
// stands for all with a tag behind it.
var keys = []keyInfo{
	{"aws:CurrentTime", CurrentTime, Always, dateFamily},
	{"aws:EpochTime", EpochTime, Always, epochFamily},
	{"aws:PrincipalAccount", PrincipalAccount, Sometimes, textFamily},
	{"aws:PrincipalArn", PrincipalARN, Sometimes, arnFamily},
	{"aws:PrincipalIsAWSService", PrincipalIsAWSService, Sometimes, boolFamily},
	{"aws:PrincipalType", PrincipalType, Sometimes, textFamily},
	{"aws:Referer", Referer, Sometimes, textFamily},
	{"aws:RequestedRegion", RequestedRegion, Always, textFamily},
	{"aws:ResourceAccount", ResourceAccount, Always, textFamily},
	{"aws:SecureTransport", SecureTransport, Always, boolFamily},
	{"aws:SourceIp", SourceIP, Sometimes, addressFamily},
	{"aws:SourceVpc", SourceVPC, Sometimes, textFamily},
	{"aws:SourceVpce", SourceVPCE, Sometimes, textFamily},
	{"aws:UserAgent", UserAgent, Sometimes, textFamily},
	{"aws:userid", UserID, Sometimes, textFamily},
	{"aws:username", Username, Sometimes, textFamily},
	{"aws:ViaAWSService", ViaAWSService, Always, boolFamily},
	{"aws:VpcSourceIp", VPCSourceIP, Sometimes, addressFamily},

	{"aws:MultiFactorAuthAge", MultiFactorAuthAge, Missing, numberFamily},
	{"aws:MultiFactorAuthPresent", MultiFactorAuthPresent, Missing, boolFamily},
	{"aws:TokenIssueTime", TokenIssueTime, Missing, dateFamily},

	{"aws:CalledVia", NoKey, Never, textFamily},
	{"aws:CalledViaFirst", NoKey, Never, textFamily},
	{"aws:CalledViaLast", NoKey, Never, textFamily},
	{"aws:Ec2InstanceSourcePrivateIPv4", NoKey, Never, addressFamily},
	{"aws:Ec2InstanceSourceVpc", NoKey, Never, textFamily},
	{"aws:FederatedProvider", NoKey, Never, textFamily},
	{"aws:PrincipalOrgID", NoKey, Never, textFamily},
	{"aws:PrincipalOrgPaths", NoKey, Never, textFamily},
	{"aws:PrincipalServiceName", NoKey, Never, textFamily},
	{"aws:PrincipalServiceNamesList", NoKey, Never, textFamily},
	{"aws:PrincipalTag/", NoKey, Never, textFamily},
	{"aws:RequestTag/", NoKey, Never, textFamily},
	{"aws:ResourceOrgID", NoKey, Never, textFamily},
	{"aws:ResourceOrgPaths", NoKey, Never, textFamily},
	{"aws:ResourceTag/", NoKey, Never, textFamily},
	{"aws:SourceAccount", NoKey, Never, textFamily},
	{"aws:SourceArn", NoKey, Never, arnFamily},
	{"aws:SourceIdentity", NoKey, Never, textFamily},
	{"aws:SourceOrgID", NoKey, Never, textFamily},
	{"aws:SourceOrgPaths", NoKey, Never, textFamily},
	{"aws:TagKeys", NoKey, Never, textFamily},
}

// FindKey returns the key of a name and in which requests it has a value. Keys that are Never there are NoKey.
func FindKey(name string) (Key, Standing) {
	for i := range keys {
		k := &keys[i]
		if len(k.name) == len(name) && strings.EqualFold(k.name, name) && k.name[len(k.name)-1] != '/' {
			return k.key, k.standing
		}
		if n := len(k.name); k.name[n-1] == '/' && len(name) > n && strings.EqualFold(k.name, name[:n]) {
			return k.key, k.standing
		}
	}
	return NoKey, Unknown
}

// info is what is known of a key; nil for NoKey.
func (k Key) info() *keyInfo {
	for i := range keys {
		if keys[i].key == k && k != NoKey {
			return &keys[i]
		}
	}
	return nil
}

// String is the key's name as Amazon writes it; empty for NoKey.
func (k Key) String() string {
	if info := k.info(); info != nil {
		return info.name
	}
	return ""
}

// Standing says in which requests the key has a value; NoKey is Never.
func (k Key) Standing() Standing {
	if info := k.info(); info != nil {
		return info.standing
	}
	return Never
}

// KeyNames are the names of the keys that requests can have, for suggestions.
func KeyNames() []string {
	var names []string
	for _, k := range keys {
		if k.key != NoKey {
			names = append(names, k.name)
		}
	}
	return names
}
