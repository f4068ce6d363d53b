// Package local prepares what the orders' gateway finds at Amazon, in servers on this machine: a table of DynamoDB and a
// queue of SQS.
package local

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Environment is what a gateway's environment says, so that it calls the servers at these URLs. They take any credentials.
func Environment(dynamoDB, sqs string) []string {
	return []string{
		"AWS_ENDPOINT_URL_DYNAMODB=" + dynamoDB, "AWS_ENDPOINT_URL_SQS=" + sqs,
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_REGION=us-east-1",
	}
}

// CreateTable makes a table whose items are found by their id, a text.
func CreateTable(ctx context.Context, dynamoDB, name string) error {
	body := fmt.Sprintf(`{"TableName": %q, "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
		"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}`, name)
	if _, err := call(ctx, "dynamodb", dynamoDB, "application/x-amz-json-1.0", "DynamoDB_20120810.CreateTable", body); err != nil {
		return err
	}
	for { // it takes a moment
		text, err := call(ctx, "dynamodb", dynamoDB, "application/x-amz-json-1.0", "DynamoDB_20120810.DescribeTable", fmt.Sprintf(`{"TableName": %q}`, name))
		if err != nil || strings.Contains(text, `"ACTIVE"`) {
			return err
		}
	}
}

// CreateQueue makes a queue.
func CreateQueue(ctx context.Context, sqs, name string) error {
	_, err := call(ctx, "sqs", sqs, "application/x-www-form-urlencoded", "", url.Values{"Action": {"CreateQueue"}, "QueueName": {name}}.Encode())
	return err
}

// Receive takes the messages out of a queue, as SQS tells them.
func Receive(ctx context.Context, sqs, account, queue string) (string, error) {
	query := url.Values{"Action": {"ReceiveMessage"}, "QueueUrl": {sqs + "/" + account + "/" + queue}, "MaxNumberOfMessages": {"10"}}
	return call(ctx, "sqs", sqs+"/"+account+"/"+queue, "application/x-www-form-urlencoded", "", query.Encode())
}

// call sends a signed request.
func call(ctx context.Context, service, to, contentType, target, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", contentType)
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
	}
	sum := sha256.Sum256([]byte(body))
	keys := aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}
	if err := v4.NewSigner().SignHTTP(ctx, keys, request, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", service, response.Status, bytes.TrimSpace(text))
	}
	return string(text), err
}
