package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/examples/orders/gateway"
	"github.com/gatewright/gatewright/examples/orders/legacy"
	"github.com/gatewright/gatewright/examples/orders/local"
	"github.com/gatewright/gatewright/golden/peers"
	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest"
)

// The fixtures say what the templates make of requests and replies. No service runs.
func TestFixtures(t *testing.T) {
	gwtest.Run(t, gateway.New, "fixtures/*.yaml")
}

// With the service behind it, an order can be placed and read again.
func TestOrdersReachTheService(t *testing.T) {
	service := httptest.NewServer(new(legacy.Service).Handler())
	t.Cleanup(service.Close)
	g, err := gateway.New(gw.WithStage("prod"), gw.WithStageVariable("legacyHost", strings.TrimPrefix(service.URL, "http://")))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)

	for _, step := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/orders", `{"customer": "O'Hara", "lines": [{"sku": "A-1", "quantity": 2}]}`, 201, `{"id": "1001"}`},
		{"POST", "/orders", `{"customer": "Ann", "express": true, "lines": [{"sku": "A-1"}, {"sku": "B-2"}]}`, 201, `{"id": "1002"}`},
		{"POST", "/orders", `{"customer": "Ann", "lines": [{"sku": "NONE"}]}`, 409, `{"error": "out of stock", "missing": ["NONE"]}`},
		{"POST", "/orders", `{"customer": "Ann", "lines": []}`, 422, `{"error": "an order has lines"}`},
		{"GET", "/orders/1001", "", 200, `{"id": "1001", "customer": "O'Hara", "express": false, "lines": [{"sku": "A-1", "quantity": 2}]}`},
		{"GET", "/orders/1002", "", 200,
			`{"id": "1002", "customer": "Ann", "express": true, "lines": [{"sku": "A-1", "quantity": 1}, {"sku": "B-2", "quantity": 1}]}`},
		{"GET", "/orders/7", "", 404, `{"error": "no order 7"}`},
		{"GET", "/orders?status=open", "", 200, `{"orders": ["1001", "1002"]}`},
		{"GET", "/orders?status=closed", "", 200, `{"orders": []}`},
	} {
		request, err := http.NewRequest(step.method, front.URL+step.path, strings.NewReader(step.body))
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, step.status, response.StatusCode, "%s %s: %s", step.method, step.path, body)
		require.JSONEq(t, step.want, string(body), "%s %s", step.method, step.path)
	}
}

// Receipts are kept in DynamoDB, and reminders wait in SQS.
func TestReceiptsAndReminders(t *testing.T) {
	dynamoDB, sqs := peers.DynamoDB(t), peers.Queues(t)
	ctx := t.Context()
	require.NoError(t, local.CreateTable(ctx, dynamoDB, "receipts"))
	require.NoError(t, local.CreateQueue(ctx, sqs, "reminders"))
	for _, pair := range local.Environment(dynamoDB, sqs) {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	g, err := gateway.New(gw.WithStage("prod"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)
	ask := func(method, path, body string) (int, string) {
		request, err := http.NewRequest(method, front.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode, string(text)
	}

	status, body := ask("PUT", "/orders/1001/receipt", `{"paid": 12.5, "by": "O'Hara \"Bob\""}`)
	require.Equal(t, 204, status, body)
	status, body = ask("GET", "/orders/1001/receipt", "")
	require.Equal(t, 200, status, body)
	require.JSONEq(t, `{"id": "1001", "paid": 12.5, "by": "O'Hara \"Bob\""}`, body)
	status, body = ask("GET", "/orders/1002/receipt", "")
	require.Equal(t, 404, status, body)
	require.JSONEq(t, `{"error": "no receipt for 1002"}`, body)
	status, body = ask("PUT", "/orders/1001/receipt", `{"paid": "much", "by": "me"}`)
	require.Equal(t, 502, status, body)

	status, body = ask("POST", "/orders/1001/reminders", "")
	require.Equal(t, 202, status, body)
	waiting, err := local.Receive(ctx, sqs, peers.AccountID, "reminders")
	require.NoError(t, err)
	require.Contains(t, waiting, "1001")
	status, body = ask("POST", "/orders/1001/reminders", "")
	require.Equal(t, 202, status, body)
}
