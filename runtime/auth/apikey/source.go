package apikey

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gatewright/gatewright/runtime/auth/internal/files"
)

// Bounds of a key's value in bytes, which are characters, as only ASCII is taken (rest.md, section 11: 20 to 128).
const (
	minValue = 20
	maxValue = 128
)

// maxFile bounds a file that holds one value: the value and the end of its line.
const maxFile = maxValue + 2

// digest is the SHA-256 of a key's value.
type digest = [sha256.Size]byte

// Sources of values (extensions.md: secret sources).
const (
	fromEnv  = "env:"
	fromFile = "file:"
	fromHash = "sha256:"
)

// resolve reads a secret source and returns the hash of the value. Errors name the source's place, never what it holds;
// a text that is no source may be a value written there by mistake, so that it is not repeated.
func resolve(source string) (digest, error) {
	if name, ok := strings.CutPrefix(source, fromEnv); ok {
		value, ok := os.LookupEnv(name)
		if !ok || value == "" {
			return digest{}, fmt.Errorf("the environment variable %s is not set", name)
		}
		return hashed([]byte(value), "the environment variable "+name)
	}
	if path, ok := strings.CutPrefix(source, fromFile); ok {
		return resolveFile(path)
	}
	if text, ok := strings.CutPrefix(source, fromHash); ok {
		var d digest
		if len(text) != hex.EncodedLen(len(d)) {
			return digest{}, fmt.Errorf("sha256: needs %d hexadecimal digits", hex.EncodedLen(len(d)))
		}
		if _, err := hex.Decode(d[:], []byte(text)); err != nil {
			return digest{}, errors.New("sha256: is followed by something else than hexadecimal digits")
		}
		return d, nil
	}
	return digest{}, errors.New("a value is env:NAME, file:PATH or sha256:HEX")
}

func resolveFile(path string) (digest, error) {
	text, err := files.Read(path, maxFile)
	if err != nil {
		return digest{}, err
	}
	defer clear(text) // not to lie in memory longer than needed
	value := bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	return hashed(value, path)
}

// hashed is the hash of value, which place holds.
func hashed(value []byte, place string) (digest, error) {
	switch {
	case len(value) < minValue:
		return digest{}, fmt.Errorf("%s: API Key value should be at least %d characters", place, minValue)
	case len(value) > maxValue:
		return digest{}, fmt.Errorf("%s: API Key value exceeds maximum size of %d characters", place, maxValue)
	case value[0] == ' ' || value[len(value)-1] == ' ':
		return digest{}, fmt.Errorf("%s: a header field cannot carry a value that starts or ends with a blank", place)
	}
	for _, b := range value {
		if b < ' ' || b > '~' {
			return digest{}, fmt.Errorf("%s: a value has printable ASCII characters only", place)
		}
	}
	return sha256.Sum256(value), nil
}
