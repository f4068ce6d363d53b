package sigv4

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	gw "github.com/gatewright/gatewright/runtime"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// fromFiles is a gateway whose principal has its secret and token in files.
func fromFiles(t *testing.T, log *bytes.Buffer) (g *gateway, secret, token string) {
	t.Helper()
	dir := t.TempDir()
	secret, token = filepath.Join(dir, "secret"), filepath.Join(dir, "token")
	write(t, secret, "first\n")
	write(t, token, "token1\r\n")
	g = newGateway(t, Config{Principals: []Principal{{AccessKeyID: "AKIDFILE", Secret: "file:" + secret, SessionToken: "file:" + token,
		ARN: "arn:aws:iam::123456789012:user/f"}}}, gw.API{}, gw.WithLogger(slog.New(slog.NewTextHandler(log, nil))))
	return g, secret, token
}

func (g *gateway) try(t *testing.T, secret, token string) answer {
	t.Helper()
	by := aws.Credentials{AccessKeyID: "AKIDFILE", SecretAccessKey: secret, SessionToken: token}
	return g.send(t, signed(t, request(t, "GET", "/pets", ""), by, testTime))
}

func TestReload(t *testing.T) {
	g, secret, token := fromFiles(t, new(bytes.Buffer))
	require.Equal(t, 200, g.try(t, "first", "token1").status)
	write(t, secret, "second")
	write(t, token, "token2")
	require.Equal(t, 200, g.try(t, "first", "token1").status, "nothing was read again")
	require.NoError(t, g.verifier.Reload())
	require.Equal(t, 200, g.try(t, "second", "token2").status)
	require.Equal(t, "InvalidSignatureException", g.try(t, "first", "token2").errorType)
	expired := fault("ExpiredTokenException", "The security token included in the request is expired")
	require.Equal(t, expired, g.try(t, "first", "token1"))
	require.Equal(t, expired, g.try(t, "second", "token1"))
	require.NoError(t, g.verifier.Reload())
	require.Equal(t, expired, g.try(t, "first", "token1"))
	write(t, secret, "third")
	require.NoError(t, g.verifier.Reload())
	require.Equal(t, expired, g.try(t, "first", "token1"))
	require.Equal(t, 200, g.try(t, "third", "token2").status)
}

func TestReloadKeepsWhatCannotBeRead(t *testing.T) {
	g, secret, _ := fromFiles(t, new(bytes.Buffer))
	write(t, secret, "\n")
	require.ErrorContains(t, g.verifier.Reload(), `principal "AKIDFILE": secret: `+secret+" is empty")
	require.Equal(t, 200, g.try(t, "first", "token1").status)
	require.NoError(t, os.Remove(secret))
	require.ErrorIs(t, g.verifier.Reload(), os.ErrNotExist)
	require.Equal(t, 200, g.try(t, "first", "token1").status)
}

func TestFilesAreHot(t *testing.T) {
	g, secret, token := fromFiles(t, new(bytes.Buffer))
	hot := g.core.HotFiles()[0]
	look := func(wantNews bool) error {
		t.Helper()
		news, err := hot.Look()
		require.Equal(t, wantNews, news)
		return err
	}
	require.NoError(t, look(false))
	require.NoError(t, os.Remove(token))
	write(t, secret, "")
	require.ErrorContains(t, look(true), "is empty")
	require.Equal(t, 200, g.try(t, "first", "token1").status)
	write(t, secret, "second")
	err := look(true)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotContains(t, err.Error(), "second")
	write(t, token, "token2")
	require.NoError(t, look(true))
	require.Equal(t, 200, g.try(t, "second", "token2").status)
}

func TestConstruction(t *testing.T) {
	t.Setenv("GOOD", "secret")
	t.Setenv("EMPTY", "")
	t.Setenv("LONG", strings.Repeat("x", maxSecret+1))
	for want, principals := range map[string][]Principal{
		`principal "": an access key id has`:                                     {{Secret: "env:GOOD", ARN: "arn:aws:iam::1:user/a"}},
		`principal "a/b": an access key id has`:                                  {{AccessKeyID: "a/b", Secret: "env:GOOD", ARN: "arn:aws:iam::1:user/a"}},
		`principal "A": the access key id is there twice`:                        {{AccessKeyID: "A", Secret: "env:GOOD", ARN: "arn:aws:iam::1:user/a"}, {AccessKeyID: "A", Secret: "env:GOOD", ARN: "arn:aws:iam::1:user/a"}},
		`principal "A": secret: the environment variable EMPTY is empty`:         {{AccessKeyID: "A", Secret: "env:EMPTY", ARN: "arn:aws:iam::1:user/a"}},
		`principal "A": secret: the environment variable LONG has more than`:     {{AccessKeyID: "A", Secret: "env:LONG", ARN: "arn:aws:iam::1:user/a"}},
		`principal "A": secret: a secret source is env:NAME or file:PATH`:        {{AccessKeyID: "A", Secret: "literal", ARN: "arn:aws:iam::1:user/a"}},
		`principal "A": session token: a secret source is env:NAME or file:PATH`: {{AccessKeyID: "A", Secret: "env:GOOD", SessionToken: "literal", ARN: "arn:aws:iam::1:user/a"}},
		`"arn:aws:s3:::bucket" is no ARN of a principal`:                         {{AccessKeyID: "A", Secret: "env:GOOD", ARN: "arn:aws:s3:::bucket"}},
		`"arn:aws:iam::1:user/" is no ARN of a principal`:                        {{AccessKeyID: "A", Secret: "env:GOOD", ARN: "arn:aws:iam::1:user/"}},
	} {
		core := gw.NewCore(&gw.API{Title: "test"})
		New(core, Config{Principals: principals})
		err := core.Start(func(*gw.Ctx) gw.Fault { return gw.OK })
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "literal")
	}
}
