package write

import (
	"fmt"
	"os"
	"path/filepath"
)

// Write makes dir hold the set and returns what it changed. Files that are right stay untouched; each other one is
// written beside its place and then put into it, so that nobody sees half a file. A file that stands in the way and is
// not ours is left alone: that is an error, and then nothing is written.
func (s *Set) Write(dir string) ([]Change, error) {
	changes, err := s.Diff(dir)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.Kind == Changed && !s.ours(c.Old) {
			return nil, fmt.Errorf("%s was not written by gatewright: move it away", filepath.Join(dir, c.Name))
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.Kind == Removed {
			continue
		}
		if err := replace(filepath.Join(dir, c.Name), c.New); err != nil {
			return nil, err
		}
	}
	for _, c := range changes {
		if c.Kind == Removed {
			if err := os.Remove(filepath.Join(dir, c.Name)); err != nil {
				return nil, err
			}
		}
	}
	return changes, nil
}

// replace writes a file so that at any time it is either the old one or the new one.
func replace(path string, text []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".gatewright-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	if _, err = temporary.Write(text); err != nil {
		temporary.Close()
		return err
	}
	if err = temporary.Chmod(mode(path)); err != nil {
		temporary.Close()
		return err
	}
	if err = temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// mode is that of the file that is replaced, else the usual one.
func mode(path string) os.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
