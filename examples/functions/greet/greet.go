// Package greet is a function for API Gateway. It runs wherever functions run: linked into a gateway, or in a program of its
// own.
package greet

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/events"
)

// Greeting is what the function answers.
type Greeting struct {
	Text string `json:"text"`
	// From is the path that was asked for.
	From string `json:"from"`
}

// Greet greets the name in the path.
func Greet(_ context.Context, r events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	name := r.PathParameters["name"]
	if name == "nobody" {
		return events.APIGatewayProxyResponse{StatusCode: http.StatusNotFound, Body: `{"text":"nobody is here"}`}, nil
	}
	greeting := cmp.Or(os.Getenv("GREETING"), "Hello") + ", " + name
	body, err := json.Marshal(Greeting{Text: greeting, From: r.Path})
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	return events.APIGatewayProxyResponse{
		StatusCode:        http.StatusOK,
		Headers:           map[string]string{"Content-Type": "application/json"},
		MultiValueHeaders: map[string][]string{"X-Greeted": {name}},
		Body:              string(body),
	}, nil
}
