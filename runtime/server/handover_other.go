//go:build !unix

package server

import (
	"context"
	"errors"
	"net"
)

// inheritance is what an earlier process handed to this one: nothing on this system.
type inheritance struct{ listeners map[string]net.Listener }

func inherit(func(string) (string, bool)) (*inheritance, error) {
	return &inheritance{listeners: map[string]net.Listener{}}, nil
}

func (p *process) succeeds() bool { return false }

func (in *inheritance) announce() error { return nil }

func (p *process) succeed(context.Context, *listeners) error { return errors.ErrUnsupported }
