package redisstore

import (
	"bufio"
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
	redis := newServer(t)
	redis.args = []string{"--port", "0", "--tls-port", strconv.Itoa(redis.port), "--bind", "127.0.0.1", "--dir", redis.dir, "--save", "",
		"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert,
		"--user", "gateway", "on", ">p@ss:w/rd", "~gatewright:*"}
	redis.args = append(append(redis.args, strings.Fields(rights)...), "--user", "default", "off")
	redis.start()
	const user = "gateway:p%40ss%3Aw%2Frd@"
	for _, mode := range modes {
		s := open(t, Config{URL: "rediss://" + user + redis.addr + "?ca=" + cert + "&cert=" + cert + "&key=" + key, Mode: mode, Prefix: "gatewright:" + mode.String()})
		bucket, quota := bucketOf(s, "b", 0.001, 100), quotaOf(s, "q", 50)
		require.Equal(t, 50, passes(t, s, 100, bucket, quota))
		s.Return(nil)
		require.NoError(t, s.Close())
	}
	for _, c := range []struct {
		name, url, ca, want string
	}{
		{"wrong password", "rediss://gateway:secret@" + redis.addr + "?cert=" + cert + "&key=" + key, cert, "wrong user or password"},
		{"no user", "rediss://" + redis.addr + "?cert=" + cert + "&key=" + key, cert, "asks for a password"},
		{"unknown CA", "rediss://" + user + redis.addr + "?cert=" + cert + "&key=" + key, "", "certificate is not trusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refuses(t, Config{URL: c.url, CA: c.ca, Away: true}, c.want)
		})
	}
	t.Run("no rights on the keys", func(t *testing.T) {
		refuses(t, Config{URL: "rediss://" + user + redis.addr + "?ca=" + cert + "&cert=" + cert + "&key=" + key, Prefix: "other"}, "its user lacks rights")
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
	old := startOld(t)
	for _, c := range []struct {
		name, url, want string
	}{
		{"no password", locked.url(), "asks for a password"},
		{"wrong password", "redis://:secret@" + locked.addr, "wrong user or password"},
		{"unknown user", "redis://nobody:secret@" + redis.addr, "wrong user or password"},
		{"no cluster", "redis+cluster://" + redis.addr, "it is none"},
		{"old", "redis://" + old, `too old: "4.0.14"`},
		{"database", redis.url() + "/99", "redis at"},
		{"nobody", fmt.Sprintf("redis://127.0.0.1:%d", freePort(t)), "connection refused"},
		{"prefix", redis.url(), "braces"},
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
		s := open(t, Config{URL: "redis://:p%40ss@" + locked.addr + "/3"})
		require.Equal(t, 1, passes(t, s, 2, bucketOf(s, "b", 0.001, 1)))
	})
}

// startOld is a server that speaks like Redis 4.
func startOld(t *testing.T) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go speakOld(conn)
		}
	}()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-done
	})
	return l.Addr().String()
}

// speakOld answers each line that is one of the commands used, until the client goes.
func speakOld(conn net.Conn) {
	defer conn.Close()
	const info = "# Server\r\nredis_version:4.0.14\r\nredis_mode:standalone\r\n"
	answers := map[string]string{"hello": "-ERR unknown command 'hello'\r\n", "ping": "+PONG\r\n", "info": fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)}
	for in := bufio.NewScanner(conn); in.Scan(); {
		if answer := answers[strings.ToLower(in.Text())]; answer != "" {
			if _, err := conn.Write([]byte(answer)); err != nil {
				return
			}
		}
	}
}
