package redisstore

// ModeName is how this gateway shares, as flags write it.
func (s *Store) ModeName() string { return s.config.Mode.String() }
