package redisstore

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/golden/peers/redisserver"
)

// certificates are a self-signed certificate of 127.0.0.1 and its key, as files.
func certificates(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redis"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	return file(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		file(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
}

// rights are what the package's comment says that a user needs.
const rights = "+evalsha +eval +time +hget +hmget +hgetall +hset +hdel +pexpire +zadd +zrem +zremrangebyscore +zcard +info +ping +hello +select"

func TestTLSAndUser(t *testing.T) {
	cert, key := certificates(t)
	redis := redisserver.New(t)
	redis.Args = []string{"--port", "0", "--tls-port", strconv.Itoa(redis.Port), "--bind", "127.0.0.1", "--dir", redis.Dir, "--save", "",
		"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert,
		"--user", "gateway", "on", ">p@ss:w/rd", "~gatewright:*"}
	redis.Args = append(append(redis.Args, strings.Fields(rights)...), "--user", "default", "off")
	redis.Run()
	const user = "gateway:p%40ss%3Aw%2Frd@"
	for _, mode := range modes {
		s := open(t, Config{URL: "rediss://" + user + redis.Addr + "?ca=" + cert + "&cert=" + cert + "&key=" + key, Mode: mode, Prefix: "gatewright:" + mode.String()})
		bucket, quota := bucketOf(s, "b", 0.001, 100), quotaOf(s, "q", 50)
		require.Equal(t, 50, passes(t, s, 100, bucket, quota))
		s.Return(nil)
		require.NoError(t, s.Close())
	}
	for _, c := range []struct {
		name, url, ca, want string
	}{
		{"wrong password", "rediss://gateway:secret@" + redis.Addr + "?cert=" + cert + "&key=" + key, cert, "wrong user or password"},
		{"no user", "rediss://" + redis.Addr + "?cert=" + cert + "&key=" + key, cert, "asks for a password"},
		{"unknown CA", "rediss://" + user + redis.Addr + "?cert=" + cert + "&key=" + key, "", "certificate is not trusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refuses(t, Config{URL: c.url, CA: c.ca, Away: true}, c.want)
		})
	}
	t.Run("no rights on the keys", func(t *testing.T) {
		refuses(t, Config{URL: "rediss://" + user + redis.Addr + "?ca=" + cert + "&cert=" + cert + "&key=" + key, Prefix: "other"}, "its user lacks rights")
	})
}

// refuses checks that a store cannot be opened, and that nothing secret is said.
func refuses(t *testing.T, c Config, want string) {
	t.Helper()
	_, err := Open(t.Context(), c)
	require.ErrorContains(t, err, want)
	for _, secret := range []string{"secret", "p@ss", "p%40ss"} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	redis := startServer(t)
	locked := startServer(t, "--requirepass", "p@ss")
	old := redisserver.StartOld(t)
	for _, c := range []struct {
		name, url, want string
	}{
		{"no password", locked.URL(), "asks for a password"},
		{"wrong password", "redis://:secret@" + locked.Addr, "wrong user or password"},
		{"unknown user", "redis://nobody:secret@" + redis.Addr, "wrong user or password"},
		{"no cluster", "redis+cluster://" + redis.Addr, "it is none"},
		{"old", "redis://" + old, `too old: "4.0.14"`},
		{"database", redis.URL() + "/99", "redis at"},
		{"nobody", fmt.Sprintf("redis://127.0.0.1:%d", redisserver.FreePort(t)), "connection refused"},
		{"prefix", redis.URL(), "braces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := Config{URL: c.url}
			if c.name == "prefix" {
				config.Prefix = "a{b}"
			}
			refuses(t, config, c.want)
		})
	}
	t.Run("with the password", func(t *testing.T) {
		s := open(t, Config{URL: "redis://:p%40ss@" + locked.Addr + "/3"})
		require.Equal(t, 1, passes(t, s, 2, bucketOf(s, "b", 0.001, 1)))
	})
}
