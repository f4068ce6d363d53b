package redisstore

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// topology is how the servers of a URL belong together.
type topology uint8

const (
	standalone topology = iota
	sentinel
	cluster
)

// place is what a URL says.
type place struct {
	topology         topology
	tls              bool
	user, password   string
	addrs            []string // with ports
	master           string   // sentinel
	db               int
	ca, cert, key    string
	serverName       string
	sentinelUser     string
	sentinelPassword string
}

// schemes are the forms of URLs.
var schemes = []struct {
	name     string
	topology topology
	tls      bool
	port     string
}{
	{"redis", standalone, false, "6379"},
	{"rediss", standalone, true, "6379"},
	{"redis+sentinel", sentinel, false, "26379"},
	{"rediss+sentinel", sentinel, true, "26379"},
	{"redis+cluster", cluster, false, "6379"},
	{"rediss+cluster", cluster, true, "6379"},
}

// CheckURL says what is wrong with a URL as Config.URL has it. It shows nothing of user and password.
func CheckURL(text string) error {
	_, err := parseURL(text)
	return err
}

// parseURL reads the forms that Config.URL lists. Its errors show nothing of user and password. It does not use url.Parse,
// which knows one host.
func parseURL(text string) (place, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	for _, s := range schemes {
		if s.name == scheme {
			p := place{topology: s.topology, tls: s.tls}
			return p, p.read(rest, s.port)
		}
	}
	return place{}, errors.New("the URL of Redis starts with redis://, rediss://, redis+sentinel:// or redis+cluster://")
}

// read reads what follows the scheme.
func (p *place) read(text, port string) error {
	if strings.Contains(text, "#") {
		return errors.New("the URL of Redis has a #: percent-encode it as %23")
	}
	text, query, _ := strings.Cut(text, "?")
	authority, path, _ := strings.Cut(text, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := p.credentials(authority[:at]); err != nil {
			return err
		}
		authority = authority[at+1:]
	}
	if err := p.hosts(authority, port); err != nil {
		return err
	}
	if err := p.path(path); err != nil {
		return err
	}
	return p.query(query)
}

func (p *place) credentials(text string) error {
	user, password, _ := strings.Cut(text, ":")
	var err, err2 error
	p.user, err = url.PathUnescape(user)
	p.password, err2 = url.PathUnescape(password)
	if err != nil || err2 != nil {
		return errors.New("user and password in the URL of Redis are not percent-encoded right") // the cause would show them
	}
	return nil
}

func (p *place) hosts(text, port string) error {
	for _, addr := range strings.Split(text, ",") {
		if !strings.Contains(addr, ":") || strings.HasSuffix(addr, "]") {
			addr += ":" + port
		}
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			return errors.New("the URL of Redis has a host that is none")
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return errors.New("the URL of Redis has a port that is none")
		}
		if host == "" {
			return errors.New("the URL of Redis has no host")
		}
		p.addrs = append(p.addrs, net.JoinHostPort(host, port))
	}
	if p.topology == standalone && len(p.addrs) > 1 {
		return errors.New("the URL of Redis has several hosts: say redis+sentinel:// or redis+cluster://")
	}
	return nil
}

func (p *place) path(text string) error {
	switch p.topology {
	case cluster:
		if text != "" {
			return errors.New("the URL of a cluster has no path: clusters have no databases")
		}
		return nil
	case sentinel:
		var err error
		p.master, text, _ = strings.Cut(text, "/")
		if p.master, err = url.PathUnescape(p.master); err != nil || p.master == "" {
			return errors.New("the URL of a Redis with sentinels names the master: redis+sentinel://HOST/MASTER")
		}
	}
	if text == "" {
		return nil
	}
	db, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return errors.New("the database in the URL of Redis is no number") // it may be a password's end, behind a / in it
	}
	p.db = int(db)
	return nil
}

func (p *place) query(text string) error {
	values, err := url.ParseQuery(text)
	if err != nil {
		return errors.New("the query of Redis's URL is not percent-encoded right")
	}
	known := map[string]*string{"ca": &p.ca, "cert": &p.cert, "key": &p.key, "server-name": &p.serverName,
		"sentinel-user": &p.sentinelUser, "sentinel-password": &p.sentinelPassword}
	for name, v := range values {
		field := known[name]
		if field == nil {
			// its name may be of a password, behind a ? in it
			return errors.New("the URL of Redis has a parameter other than ca, cert, key, server-name, sentinel-user and sentinel-password")
		}
		*field = v[len(v)-1]
	}
	return p.contradictions()
}

func (p *place) contradictions() error {
	if !p.tls && p.ca+p.cert+p.key+p.serverName != "" {
		return errors.New("the URL of Redis names certificates but not TLS: it starts with rediss")
	}
	if (p.cert == "") != (p.key == "") {
		return errors.New("cert and key of Redis's URL belong together")
	}
	if p.topology != sentinel && p.sentinelUser+p.sentinelPassword != "" {
		return errors.New("the URL of Redis has credentials for sentinels but names none: it starts with redis+sentinel")
	}
	return nil
}
