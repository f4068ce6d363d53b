package sigv4

import (
	"errors"
	"fmt"
)

// Reload reads all secrets again. A principal whose secrets cannot be read keeps those it has, and the error says so. A
// session token that was replaced is answered as expired from then on.
func (v *Verifier) Reload() error {
	v.reloading.Lock()
	defer v.reloading.Unlock()
	var all []error
	for id, p := range v.principals {
		read, err := p.read()
		if err != nil {
			all = append(all, fmt.Errorf("principal %q: %w", id, err))
			continue
		}
		had := p.current.get()
		if read.key == had.key && read.token == had.token {
			continue // the derived keys stay
		}
		if read.former = had.token; read.token == had.token {
			read.former = had.former
		}
		p.current.set(read)
	}
	return errors.Join(all...)
}
