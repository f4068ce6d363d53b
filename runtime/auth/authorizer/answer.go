package authorizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/auth/policy"
	"github.com/gatewright/gatewright/runtime/value"
)

// longestAnswer bounds what a function may say: a policy of 8 KB, and as much again of context.
const longestAnswer = 32 << 10

// appendToken appends the event of a TOKEN authorizer (rest.md, section 12.1).
func appendToken(b []byte, token, arn string) []byte {
	b = append(b, `{"type":"TOKEN","authorizationToken":`...)
	b = value.AppendJSON(b, value.String(token))
	b = append(b, `,"methodArn":`...)
	return append(value.AppendJSON(b, value.String(arn)), '}')
}

// failedWith is the errorMessage of a function that failed.
func failedWith(payload []byte) string {
	var failed struct {
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &failed); err != nil {
		return ""
	}
	return failed.Message
}

// read reads what a function answers (rest.md, section 12.3). took is how long it took.
func read(payload []byte, took time.Duration) (*decision, error) {
	if len(payload) > longestAnswer {
		return nil, errors.New("it is too long")
	}
	var d value.Document
	root, strict, err := d.Read(string(payload))
	switch {
	case err != nil:
		return nil, err
	case !strict:
		return nil, errors.New("it is no JSON")
	case d.Repeated():
		return nil, errors.New("an object has a name twice")
	}
	if _, ok := root.AsMap(); !ok {
		return nil, errors.New("it is no object")
	}
	said := &decision{size: 4 * len(payload)} // with what its texts are kept in
	a := &said.authorization
	principal, ok := root.Get("principalId").AsString()
	if !ok || principal == "" {
		return nil, errors.New("it has no principalId")
	}
	a.Principal = strings.Clone(principal)
	if said.policy, err = policy.ReadDocument(root.Get("policyDocument")); err != nil {
		return nil, err
	}
	if key := root.Get("usageIdentifierKey"); !key.IsNull() {
		text, ok := key.AsString()
		if !ok {
			return nil, errors.New("usageIdentifierKey is no text")
		}
		a.Key = strings.Clone(text)
	}
	if err := readContext(a, root.Get("context")); err != nil {
		return nil, err
	}
	a.Latency = took
	return said, nil
}

// readContext reads the values that the function gives: texts, numbers and truth values, which everybody sees as texts.
func readContext(a *gw.Authorization, context value.Value) error {
	if context.IsNull() {
		return nil
	}
	m, ok := context.AsMap()
	if !ok {
		return errors.New("context is no object")
	}
	for _, e := range m.Entries {
		name, _ := e.Key.AsString() // JSON has no others
		v := e.Value
		if v.IsNull() {
			continue
		}
		text, isText := v.AsString()
		if _, isBool := v.AsBool(); !isText && !isBool && !v.IsNumber() {
			return fmt.Errorf("context.%s is no text, number or truth value", cut(name))
		}
		if !isText {
			text = string(value.AppendJSON(nil, v))
		}
		a.Values = append(a.Values, gw.AuthorizerValue{Name: strings.Clone(name), Value: strings.Clone(text)})
	}
	return nil
}
