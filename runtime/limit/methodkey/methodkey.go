// Package methodkey reads the keys by which documents and overrides name methods for a setting (extensions.md): GET
// /pets/{id}, * /*, * /pets, or Amazon's forms ~1pets~1{id}/GET, /pets/{id}/GET, */*. It must not know what is set.
package methodkey

import (
	"fmt"
	"strings"
)

// Key names methods.
type Key struct {
	// Method is in upper case; empty: every method.
	Method string
	// Path is a path of the document, with its parameters as they are written; empty: every path.
	Path string
}

// Parse reads a key.
func Parse(text string) (Key, error) {
	method, path, spaced := strings.Cut(strings.TrimSpace(text), " ")
	if !spaced {
		end := strings.LastIndexByte(text, '/')
		if end < 0 {
			return Key{}, fmt.Errorf("%q names no method: write one such as GET /pets/{id}, or * /* for all", text)
		}
		path, method = unescape(strings.TrimSpace(text[:end])), strings.TrimSpace(text[end+1:])
	}
	path = strings.TrimSpace(path)
	switch {
	case path == "*" || path == "/*":
		path = ""
	case !strings.HasPrefix(path, "/"):
		if spaced {
			return Key{}, fmt.Errorf("%q names no path: a path begins with a slash", text)
		}
		path = "/" + path
	}
	if method == "*" {
		method = ""
	} else if !isToken(method) {
		return Key{}, fmt.Errorf("%q is no method", method)
	}
	return Key{Method: strings.ToUpper(method), Path: path}, nil
}

// unescape undoes the escapes of JSON pointers, by which Amazon writes paths in keys.
func unescape(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "~1", "/"), "~0", "~")
}

func isToken(method string) bool {
	for i := range len(method) {
		if b := method[i] | 0x20; b < 'a' || b > 'z' {
			return false
		}
	}
	return method != ""
}

// Fits reports whether the key names a method of a path. The method of an operation for any method is ANY.
func (k Key) Fits(method, path string) bool {
	return (k.Method == "" || k.Method == method) && (k.Path == "" || k.Path == path)
}

// Before reports whether k is the more specific of two keys that fit the same operation: a path counts for more than a
// method.
func (k Key) Before(other Key) bool { return k.weight() > other.weight() }

func (k Key) weight() int {
	weight := 0
	if k.Path != "" {
		weight += 2
	}
	if k.Method != "" {
		weight++
	}
	return weight
}
