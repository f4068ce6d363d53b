// Package amazon runs a built gateway against the services that its document names: real servers for S3, SNS, SQS and
// DynamoDB, and for the others one that checks what it is asked and how that is signed. It holds tests only.
package amazon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/examples/orders/local"
	"github.com/gatewright/gatewright/golden/gatewaytest"
	"github.com/gatewright/gatewright/golden/peers"
	"github.com/gatewright/gatewright/golden/sigv4test"
)

// built is the gateway's program, which the tests share.
func built(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "gateway")
	require.NoError(t, gatewaytest.Build(bin, "testdata/services.yaml"))
	return bin
}

// start runs the gateway with variables beside the environment's and returns its URL.
func start(t *testing.T, bin string, env ...string) string {
	t.Helper()
	cmd := gatewaytest.Command(bin, "--admin-listen", "off")
	cmd.Env = append(append(os.Environ(), "CALLER_SECRET=unused", "CALLER_TOKEN=unused"), env...) // of x-gateway-principals
	g := gatewaytest.Run(t, cmd)
	t.Cleanup(g.Stop)
	return "http://" + g.Listen
}

func ask(t *testing.T, method, url, contentType string, body []byte) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	require.NoError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if method == "GET" && strings.Contains(url, "/objects/") {
		request.Header.Set("Accept", "application/octet-stream") // or bytes come as base64 (rest.md section 5)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, text
}

func TestServices(t *testing.T) {
	bin := built(t)
	t.Run("S3", func(t *testing.T) { objects(t, bin) })
	t.Run("SNS", func(t *testing.T) { topics(t, bin) })
	t.Run("DynamoDB", func(t *testing.T) { items(t, bin) })
	t.Run("signatures", func(t *testing.T) { signatures(t, bin) })
	t.Run("callers", func(t *testing.T) { callers(t, bin) })
}

// objects puts objects into S3 and gets them back, long ones and bytes included.
func objects(t *testing.T, bin string) {
	front := start(t, bin, "AWS_ENDPOINT_URL_S3="+peers.S3(t, "bucket"), "AWS_ACCESS_KEY_ID=S3RVER", "AWS_SECRET_ACCESS_KEY=S3RVER")
	long := bytes.Repeat([]byte{0, 0xff, 'a', '\n'}, 4<<20)
	for key, body := range map[string][]byte{
		"plain":                 []byte("hello"),
		"folder/a%20b/%C3%A9+x": []byte("odd"),
		"long":                  long,
	} {
		response, text := ask(t, "PUT", front+"/objects/"+key, "application/octet-stream", body)
		require.Equal(t, 200, response.StatusCode, "%s: %s", key, text)
		response, text = ask(t, "GET", front+"/objects/"+key, "", nil)
		require.Equal(t, 200, response.StatusCode, "%s: %s", key, text)
		require.True(t, bytes.Equal(body, text), "%s: %d bytes instead of %d", key, len(text), len(body))
		require.Equal(t, "application/octet-stream", response.Header.Get("Content-Type"))
		require.NotEmpty(t, response.Header.Get("Etag"))
	}
	response, err := http.Get(front + "/objects/missing")
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 404, response.StatusCode, "%s", text)
	require.JSONEq(t, `{"missing": "missing"}`, string(text))
}

// topics publishes to a topic whose messages go into a queue.
func topics(t *testing.T, bin string) {
	queues := peers.Queues(t)
	call := func(query string) string {
		response, err := http.Post(queues+"/?"+query, "application/x-www-form-urlencoded", nil)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, 200, response.StatusCode, "%s", text)
		return string(text)
	}
	require.NoError(t, local.CreateQueue(t.Context(), queues, "all"))
	call("Action=CreateTopic&Name=news")
	topic := "arn:aws:sns:us-east-1:" + peers.AccountID + ":news"
	call(url.Values{"Action": {"Subscribe"}, "TopicArn": {topic}, "Protocol": {"sqs"}, "Endpoint": {queues + "/" + peers.AccountID + "/all"}}.Encode())
	front := start(t, bin, "AWS_ENDPOINT_URL="+queues, "AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any")
	response, text := ask(t, "POST", front+"/topics/news?text=hello%20%26%20goodbye", "application/json", []byte("{}"))
	require.Equal(t, 200, response.StatusCode, "%s", text)
	require.Contains(t, string(text), "MessageId")
	waiting, err := local.Receive(t.Context(), queues, peers.AccountID, "all")
	require.NoError(t, err)
	require.Contains(t, waiting, `hello \u0026 goodbye`)
}

// items asks DynamoDB for what is not there.
func items(t *testing.T, bin string) {
	dynamoDB := peers.DynamoDB(t)
	require.NoError(t, local.CreateTable(t.Context(), dynamoDB, "items"))
	front := start(t, bin, local.Environment(dynamoDB, "http://127.0.0.1:1")...)
	response, text := ask(t, "GET", front+"/items/7", "", nil)
	require.Equal(t, 200, response.StatusCode, "%s", text)
	require.JSONEq(t, `{"Count": 0, "Items": [], "ScannedCount": 0}`, string(text))
}

// signatures asks every kind of service. The server checks that the request is signed as Amazon's signer does it.
func signatures(t *testing.T, bin string) {
	key := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}
	type asked struct {
		uri, target, contentType string
		err                      error
	}
	requests := make(chan asked, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=AKIDEXAMPLE/")
		parts := strings.Split(scope, "/")
		err := sigv4test.Verify(r, body, sigv4test.Expect{Key: key, Service: parts[2], Region: "us-east-1"})
		requests <- asked{parts[2] + " " + r.Method + " " + r.RequestURI, r.Header.Get("X-Amz-Target"), r.Header.Get("Content-Type"), err}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	front := start(t, bin, "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token")
	for route, want := range map[string]asked{
		"kinesis":   {uri: "kinesis POST /", target: "Kinesis_20131202.PutRecord", contentType: "application/x-amz-json-1.1"},
		"firehose":  {uri: "firehose POST /", target: "Firehose_20150804.PutRecord", contentType: "application/x-amz-json-1.1"},
		"states":    {uri: "states POST /", target: "AWSStepFunctions.StartExecution", contentType: "application/x-amz-json-1.0"},
		"sync":      {uri: "states POST /", target: "AWSStepFunctions.StartSyncExecution", contentType: "application/x-amz-json-1.0"},
		"events":    {uri: "events POST /", target: "AWSEvents.PutEvents", contentType: "application/x-amz-json-1.1"},
		"ssm":       {uri: "ssm POST /?Action=GetParameter&Name=limit&Version=2014-11-06", contentType: "application/json"},
		"secret":    {uri: "secretsmanager POST /", target: "secretsmanager.GetSecretValue", contentType: "application/x-amz-json-1.1"},
		"sqsjson":   {uri: "sqs POST /123456789012/orders", target: "AmazonSQS.SendMessage", contentType: "application/x-amz-json-1.0"},
		"sqsaction": {uri: "sqs POST /?Action=ListQueues&Version=2012-11-05", contentType: "application/json"},
		"translate": {uri: "translate POST /", target: "AWSShineFrontendService_20170701.TranslateText", contentType: "application/x-amz-json-1.1"},
		"kms":       {uri: "kms POST /", target: "TrentService.Encrypt", contentType: "application/x-amz-json-1.1"},
		"sts":       {uri: "sts POST /?Action=GetCallerIdentity&Version=2011-06-15", contentType: "application/json"},
		"rest":      {uri: "bedrock POST /model/a%3Ab/invoke", contentType: "application/json"},
	} {
		response, text := ask(t, "POST", front+"/signed/"+route, "application/json", []byte(`{"a": "é"}`))
		require.Equal(t, 200, response.StatusCode, "%s: %s", route, text)
		got := <-requests
		require.NoError(t, got.err, route)
		require.Equal(t, want, got, route)
	}
}

// callers has services and functions called with the key that has signed the request, and never with the gateway's own.
func callers(t *testing.T, bin string) {
	key := aws.Credentials{AccessKeyID: "ASIACALLER", SecretAccessKey: "caller-secret", SessionToken: "caller-token"}
	requests := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		service := "kinesis"
		if strings.Contains(r.RequestURI, "/functions/") {
			service = "lambda"
		}
		requests <- sigv4test.Verify(r, body, sigv4test.Expect{Key: key, Service: service, Region: "us-east-1"})
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	front := start(t, bin, "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=AKIDGATEWAY", "AWS_SECRET_ACCESS_KEY=gateway-secret",
		"CALLER_SECRET=caller-secret", "CALLER_TOKEN=caller-token")
	for _, route := range []string{"/caller/service", "/caller/function"} {
		request, err := http.NewRequest("POST", front+route, strings.NewReader("{}"))
		require.NoError(t, err)
		hash := sha256.Sum256([]byte("{}"))
		require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), key, request, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()))
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, 200, response.StatusCode, "%s: %s", route, text)
		require.NoError(t, <-requests, route)
		unsigned, _ := ask(t, "POST", front+route, "application/json", []byte("{}"))
		require.Equal(t, 403, unsigned.StatusCode, route)
	}
	require.Empty(t, requests)
}
