package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// cachedDays is how many days' keys are kept for a principal: requests can be a week old in the query form.
const cachedDays = 10

// dayKey makes signatures of one principal on one day.
type dayKey struct {
	day  string    // such as 20240524
	idle sync.Pool // of hash.Hash, HMACs of the signing key
}

// dayKey is the key for day, of eight digits, counted as number; it is derived when it is first asked for.
func (s *secrets) dayKey(number int64, day string, in *scope) *dayKey {
	slot := &s.days[uint64(number)%cachedDays]
	if k := slot.Load(); k != nil && k.day == day {
		return k
	}
	key := []byte("AWS4" + s.key)
	for _, part := range [...]string{day, in.region, in.service, terminator} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	k := &dayKey{day: string([]byte(day))} // day is the request's
	k.idle.New = func() any { return hmac.New(sha256.New, key) }
	slot.Store(k)
	return k
}

// terminator ends every scope.
const terminator = "aws4_request"

// sign appends the signature of text, in hexadecimal digits, to dst. sum is memory for it.
func (k *dayKey) sign(dst, text []byte, sum *[sha256.Size]byte) []byte {
	mac := k.idle.Get().(hash.Hash)
	mac.Reset()
	mac.Write(text)
	raw := mac.Sum(sum[:0])
	k.idle.Put(mac)
	return appendHex(dst, raw)
}

const hexDigits = "0123456789abcdef"

func appendHex(dst, raw []byte) []byte {
	for _, b := range raw {
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}
