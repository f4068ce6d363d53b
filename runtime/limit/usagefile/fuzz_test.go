package usagefile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// FuzzRead reads anything. What makes sense is written and read to be the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(magic), true)
	f.Add([]byte("gwus"), true)
	f.Add([]byte(magic+"\x00\x00\x00\x00\x00\x00\x00\x00"), false)
	f.Add([]byte(magic+"\xff\xff\xff\xff\x00\x00\x00\x00rest"), false)
	f.Add([]byte("L\x00\x01a\x03tagU\x00\x80\xa2\x01\x05U\x00\x81\xa2\x01\x06"), true)
	f.Add([]byte("L\x00\x01a\x00L\x01\x01b\x00U\x01\x01\x01U\x01\x01\x00"), true)
	f.Add([]byte("L\x00\x01a\x00L\x01\x01a\x00"), true)
	f.Fuzz(func(t *testing.T, text []byte, payload bool) {
		if payload {
			text = append([]byte(magic), framed(text)...)
		}
		c, err := read(bytes.NewReader(text))
		if err != nil {
			return
		}
		require.LessOrEqual(t, c.good, int64(len(text)))
		e := encoder{out: []byte(magic)}
		for i := range c.lines {
			l := &c.lines[i]
			require.LessOrEqual(t, len(l.days), limit.KeepDays+1)
			e.line(i, l)
			for _, d := range l.days {
				e.usage(i, d)
			}
		}
		e.end()
		again, err := read(bytes.NewReader(e.out))
		require.NoError(t, err)
		require.Equal(t, c.lines, again.lines)
		require.Equal(t, int64(len(e.out)), again.good)
	})
}
