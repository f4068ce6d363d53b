package http1

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// decode takes text apart as it arrives in pieces of n bytes.
func decode(text []byte, n int) (data []byte, used int, d Chunks, err error) {
	for used < len(text) && !d.Done() {
		piece := text[used:min(used+n, len(text))]
		skip, size, err := d.Next(piece)
		if err != nil {
			return data, used, d, err
		}
		data = append(data, piece[skip:skip+size]...)
		used += skip + size
	}
	return data, used, d, nil
}

func TestChunks(t *testing.T) {
	const text = "5\r\nhello\r\n1;a=\"b\"\r\n \r\n000C\r\nworld\r\n0\r\n\r\n\r\n0\r\nX-Trailer: a\r\nB: c\r\n\r\n"
	for n := 1; n <= len(text)+4; n++ {
		data, used, d, err := decode([]byte(text+"next"), n)
		require.NoError(t, err)
		require.True(t, d.Done())
		require.Equal(t, "hello world\r\n0\r\n\r\n", string(data))
		require.Equal(t, len(text), used, n)
	}
}

func TestChunksRefused(t *testing.T) {
	for _, text := range []string{
		"\r\n", "x\r\n", "-1\r\n", "0x5\r\nhello\r\n", "5 \r\nhello\r\n", "5 5\r\nhello\r\n", "5\nhello\r\n", "5\r\nhello6\r\n", "5\r\nhello\n0\r\n\r\n",
		";a\r\n", "ffffffffffffffff\r\n", "5\r\rhello\r\n", "0\r\nA: b\n\r\n", "0\r\n\n", "0\r\nA\x00: b\r\n\r\n", "5;\x00\r\nhello\r\n",
		strings.Repeat("0", maxChunkLine+1) + "\r\n", "0\r\n" + strings.Repeat("A: b\r\n", maxTrailer/4) + "\r\n",
	} {
		for _, n := range []int{1, 3, len(text)} {
			_, _, d, err := decode([]byte(text), n)
			require.Error(t, err, "%q", text)
			require.False(t, d.Done())
		}
	}
}

// What we take, the standard library takes apart into the same bytes, however it arrives.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\n"), 3)
	f.Add([]byte("5;a\r\nhello\r\n00\r\nA: b\r\n\r\n"), 1)
	f.Fuzz(func(t *testing.T, text []byte, n int) {
		if n <= 0 {
			n = 1
		}
		data, used, d, err := decode(text, n)
		whole, wholeUsed, wholeD, wholeErr := decode(text, max(len(text), 1))
		if (err == nil) != (wholeErr == nil) || err == nil && (!bytes.Equal(data, whole) || used != wholeUsed || d != wholeD) {
			t.Fatalf("%q in pieces of %d: %q %v, whole: %q %v", text, n, data, err, whole, wholeErr)
		}
		if err != nil || !d.Done() {
			return
		}
		std, stdErr := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(text)))
		if stdErr != nil || !bytes.Equal(std, data) {
			t.Fatalf("%q: %q, net/http %q %v", text, data, std, stdErr)
		}
	})
}
