//go:build !unix

package process

// Read implements io.Reader.
func (p *pipe) Read(room []byte) (int, error) {
	n, err := p.end.Read(room)
	p.output.mu.Lock()
	defer p.output.mu.Unlock()
	p.taken += int64(n)
	return n, err
}

// unreadOf is unknown here: a line that is read late may be taken for one about the next request.
func unreadOf(uintptr) int { return 0 }
