package sigv4

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	gw "github.com/gatewright/gatewright/runtime"
)

// Config is whose signatures count.
type Config struct {
	// Region is what requests must be signed for; empty stands for Core.Region.
	Region string
	// Service is the signing name; empty stands for execute-api.
	Service string
	// Principals are all who may sign. Access key ids must differ.
	Principals []Principal
}

// Principal is who may sign requests: an entry of x-gateway-principals (extensions.md).
type Principal struct {
	// AccessKeyID is the public name of the key; 1 to 128 letters, digits, and - or _.
	AccessKeyID string
	// Secret is where the secret access key is: env:NAME or file:PATH.
	Secret string
	// SessionToken is where the session token is, in the same form; empty: a request that has one is refused
	// (decisions.md, Who may call).
	SessionToken string
	// ARN is who it is, such as arn:aws:iam::123456789012:user/alice.
	ARN string
}

// Caller is who signed a request. It is shared by all requests of the principal and not to be changed.
type Caller struct {
	// Index is the principal's in Config.Principals.
	Index int
	// AccessKeyID is the key that signed.
	AccessKeyID string
	// ARN is the principal's.
	ARN string
	// Account is the account id of ARN.
	Account string
	// UserID is $context.identity.user: of a user its name, of an assumed role role:session, of the root user the
	// account. Amazon has ids there that an ARN does not tell.
	UserID string
}

// Verifier checks the signatures of requests. It is safe for concurrent use.
type Verifier struct {
	core       *gw.Core
	scope      scope
	principals map[string]*principal
	nobody     *principal // whose key checks the signatures of unknown access keys, so that they take as long
	reloading  sync.Mutex
	idle       sync.Pool // of *work
}

// scope is what a signature must be made for.
type scope struct{ region, service string }

// principal is a Principal ready for use.
type principal struct {
	caller        Caller
	secret, token string // where they are
	current       current
}

// New is a Verifier for core. What is wrong with cfg, and a secret that cannot be read, is said by core's Start. Secrets
// in files are hot (Core.OnReload).
func New(core *gw.Core, cfg Config) *Verifier {
	v := &Verifier{core: core, principals: make(map[string]*principal, len(cfg.Principals))}
	v.scope = scope{region: cfg.Region, service: cfg.Service}
	if v.scope.region == "" {
		v.scope.region = core.Region()
	}
	if v.scope.service == "" {
		v.scope.service = "execute-api"
	}
	v.idle.New = func() any { return newWork() }
	random := make([]byte, 32)
	_, _ = rand.Read(random) // it never fails
	v.nobody = &principal{}
	v.nobody.current.set(&secrets{key: hex.EncodeToString(random)})
	if files := secretFiles(cfg.Principals); len(files) > 0 {
		core.OnReload("secrets of principals", files, v.Reload)
	}
	for i := range cfg.Principals {
		if err := v.add(i, &cfg.Principals[i]); err != nil {
			core.Fail(fmt.Errorf("principal %q: %w", cfg.Principals[i].AccessKeyID, err))
		}
	}
	return v
}

// Caller is the principal at index of Config.Principals; nil where it could not be read, of which core's Start tells.
func (v *Verifier) Caller(index int) *Caller {
	for _, p := range v.principals {
		if p.caller.Index == index {
			return &p.caller
		}
	}
	return nil
}

// Signing is what the principal at index of Config.Principals signs with now: its secret access key and its session token,
// which is empty where it has none.
func (v *Verifier) Signing(index int) (secret, token string) {
	for _, p := range v.principals {
		if p.caller.Index == index {
			s := p.current.get()
			return s.key, s.token
		}
	}
	return "", ""
}

func (v *Verifier) add(index int, from *Principal) error {
	if !validKeyID(from.AccessKeyID) {
		return errors.New("an access key id has 1 to 128 letters, digits, - or _")
	}
	if v.principals[from.AccessKeyID] != nil {
		return errors.New("the access key id is there twice")
	}
	p := &principal{secret: from.Secret, token: from.SessionToken}
	p.caller = Caller{Index: index, AccessKeyID: from.AccessKeyID, ARN: from.ARN}
	var ok bool
	if p.caller.Account, p.caller.UserID, ok = readARN(from.ARN); !ok {
		return fmt.Errorf("%q is no ARN of a principal", from.ARN)
	}
	read, err := p.read()
	if err != nil {
		return err
	}
	p.current.set(read)
	v.principals[from.AccessKeyID] = p
	return nil
}

// secretFiles are the files that hold secrets of all.
func secretFiles(all []Principal) (files []string) {
	for i := range all {
		for _, source := range [...]string{all[i].Secret, all[i].SessionToken} {
			if path, ok := strings.CutPrefix(source, filePrefix); ok {
				files = append(files, path)
			}
		}
	}
	return files
}

func validKeyID(id string) bool {
	for i := range len(id) {
		if b := id[i]; (b|0x20 < 'a' || b|0x20 > 'z') && (b < '0' || b > '9') && b != '-' && b != '_' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}

// readARN is the account and the user id that an ARN of IAM or STS names.
func readARN(arn string) (account, user string, ok bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[4] == "" || parts[5] == "" {
		return "", "", false
	}
	if parts[2] != "iam" && parts[2] != "sts" {
		return "", "", false
	}
	account = parts[4]
	kind, name, _ := strings.Cut(parts[5], "/")
	switch {
	case kind == "root" && name == "":
		return account, account, true
	case name == "":
		return "", "", false
	case kind == "assumed-role":
		return account, strings.ReplaceAll(name, "/", ":"), true
	default:
		return account, name[strings.LastIndexByte(name, '/')+1:], true // users have paths in front of their names
	}
}
