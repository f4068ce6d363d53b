package runtime

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPathParse(t *testing.T) {
	tests := []struct {
		raw  string
		keys []string
		tail string // from segment 1
	}{
		{"/", nil, ""},
		{"//", nil, ""},
		{"/pets", []string{"pets"}, ""},
		{"/pets/", []string{"pets"}, ""},
		{"///pets//7//", []string{"pets", "7"}, "7"},
		{"/a/b//c/d/", []string{"a", "b", "c", "d"}, "b//c/d"},
		{"/a%2Fb/c", []string{"a/b", "c"}, "c"},
		{"/%41/%e2%82%ac", []string{"A", "€"}, "%e2%82%ac"},
		{"/a;v=1/b.", []string{"a;v=1", "b."}, "b."},
		{"/.well-known/...", []string{".well-known", "..."}, "..."},
		{"/a.b/..c", []string{"a.b", "..c"}, "..c"},
		{"/%252e%252e/x", []string{"%2e%2e", "x"}, "x"},
		{"/a%2F%2Fb/.hidden", []string{"a//b", ".hidden"}, ".hidden"},
		{"/%C0/\xff", []string{"\xc0", "\xff"}, "\xff"}, // Latin-1 is data
		{"/..a%20/%20../...%20", []string{"..a ", " ..", "... "}, "%20../...%20"},
		{"/a%0d%0ab/c", []string{"a\r\nb", "c"}, "c"},
	}
	for _, test := range tests {
		var p Path
		require.Equal(t, OK, p.Parse(test.raw), test.raw)
		require.Equal(t, len(test.keys), p.Len(), test.raw)
		for i, key := range test.keys {
			require.Equal(t, key, p.Key(i), test.raw)
		}
		require.Empty(t, p.Key(len(test.keys)))
		require.Equal(t, test.tail, p.Tail(1), test.raw)
	}
}

// ambiguous paths mean different things to different readers; none may be routed.
var ambiguous = []string{
	"", "pets", "*", "/.", "/..", "/./x", "/x/..", "/x/../y", "/x/./",
	"/%2e", "/%2E%2e/x", "/.%2e", "/%2e./x", "/x/%2e%2E",
	"/..%2fx", "/%2e%2e%2fx", "/x%2f..%2fy", "/x%2F..", "/a%2f.%2fb", "/..%2F",
	"/..%20/x", "/.%09", "/x/..%0a", "/..%0d%0ax", "/a%2F..%20%2fb", "/..%20;x",
	"/.;x/..", "/..;/x", "/..;a=b/x", "/%2e%2e;x", "/.%3bx", "/x%2f..%3b",
	"/x\\y", "/x%5cy", "/..%5cx", "/%5C..%5c",
	"/a%00b", "/%00", "/a\x00b", "/a\tb", "/a\nb", "/a\rb", "/a\x7fb", "/a\x1f",
	"/%c0%ae%c0%ae/x", "/x%c0%afy", "/%e0%80%ae", "/x%f0%80%80%afy", "/%c1%9c", "/x%c0%80",
	"/%", "/%2", "/%zz", "/a%2", "/a%g0/b", "/x#y", "/%u002e", "/a b",
}

func TestPathRefusesAmbiguity(t *testing.T) {
	for _, raw := range ambiguous {
		var p Path
		require.Equal(t, BadRequest, p.Parse(raw), "%q", raw)
	}
}

func TestPathDeeperThanItsTables(t *testing.T) {
	var p Path
	require.Equal(t, OK, p.Parse(strings.Repeat("/a", 100)))
	require.Equal(t, 100, p.Len())
	require.Equal(t, "a", p.Key(MaxSegments))
	require.Empty(t, p.Key(MaxSegments+1))
	require.Empty(t, p.Key(-1))
	require.Len(t, p.Tail(31), 200-63, "a greedy parameter still has its whole tail")
}

func TestPathBehindItsStage(t *testing.T) {
	var p Path
	require.Equal(t, OK, p.Parse("//prod//pets/7/"))
	p.enter(1)
	require.Equal(t, 2, p.Len())
	require.Equal(t, "pets", p.Key(0))
	require.Equal(t, "7", p.Segment(1))
	require.Equal(t, "pets/7", p.Tail(0))
	require.Equal(t, "/pets/7/", p.Raw())
	require.Equal(t, OK, p.Parse("/prod"))
	p.enter(1)
	require.Equal(t, "/", p.Raw())
	require.Empty(t, p.Key(0))
}

// naiveParse is what Parse does, said in the simplest way: nil when the path is refused.
func naiveParse(raw string) (keys []string, ok bool) {
	if !strings.HasPrefix(raw, "/") || strings.ContainsAny(raw, "\\?# \x7f") {
		return nil, false
	}
	for i := range len(raw) {
		if raw[i] < 0x20 {
			return nil, false
		}
	}
	for _, segment := range strings.Split(raw, "/") {
		if segment == "" {
			continue
		}
		key, err := url.PathUnescape(segment)
		if err != nil || strings.ContainsAny(key, "\x00\\") || naiveOverlong(key) {
			return nil, false
		}
		for _, piece := range strings.Split(key, "/") {
			piece, _, _ = strings.Cut(piece, ";")
			if end := strings.IndexFunc(piece, func(r rune) bool { return r <= ' ' }); end >= 0 {
				piece = piece[:end] // as some readers do
			}
			if piece == "." || piece == ".." {
				return nil, false
			}
		}
		keys = append(keys, key)
	}
	return keys, true
}

// naiveOverlong looks for every overlong encoding of every ASCII character.
func naiveOverlong(key string) bool {
	for b := range 0x80 {
		high, low := byte(b>>6), byte(b&0x3f)
		for _, form := range []string{
			string([]byte{0xc0 | high, 0x80 | low}),
			string([]byte{0xe0, 0x80 | high, 0x80 | low}),
			string([]byte{0xf0, 0x80, 0x80 | high, 0x80 | low}),
		} {
			if strings.Contains(key, form) {
				return true
			}
		}
	}
	return false
}

func FuzzPathParse(f *testing.F) {
	for _, raw := range ambiguous {
		f.Add(raw)
	}
	for _, raw := range []string{"/", "/a/b//c/", "/a%2fb", "/%e2%82%ac", "//x", "/a;b/.c"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var p Path
		fault := p.Parse(raw)
		keys, ok := naiveParse(raw)
		require.Equal(t, ok, fault == OK, "%q", raw)
		if !ok {
			return
		}
		require.Equal(t, len(keys), p.Len())
		for i, key := range keys[:min(len(keys), MaxSegments)] {
			require.Equal(t, key, p.Key(i))
			require.True(t, strings.HasPrefix(p.Tail(i), p.Segment(i)))
			require.False(t, strings.HasSuffix(p.Tail(i), "/"))
		}
	})
}

func TestSegments(t *testing.T) {
	require.True(t, Affixed("cat.json", "", ".json"))
	require.False(t, Affixed(".json", "", ".json"), "the parameter has at least one byte")
	require.True(t, Affixed("v1", "v", ""))
	require.True(t, SplitSegment("a-b", "", "-", ""))
	require.True(t, SplitSegment("a-b-c", "", "-", ""))
	require.False(t, SplitSegment("-b", "", "-", ""))
	require.False(t, SplitSegment("a-", "", "-", ""))
	require.False(t, SplitSegment("ab", "", "-", ""))
	require.False(t, SplitSegment("", "", "-", ""))
	require.True(t, SplitSegment("x1..2y", "x", "..", "y"))

	require.Equal(t, "a", SegmentPart("a-b-c", 0, "", "-", ""))
	require.Equal(t, "b-c", SegmentPart("a-b-c", 1, "", "-", ""))
	require.Equal(t, "%61", SegmentPart("%61%2Db%20c", 0, "", "-", ""))
	require.Equal(t, "b%20c", SegmentPart("%61%2Db%20c", 1, "", "-", ""))
	require.Equal(t, "2", SegmentPart("x1..2y", 1, "x", "..", "y"))

	require.Equal(t, "cat", inside("cat.json", "", ".json"))
	require.Equal(t, "c%20t", inside("c%20t%2Ejson", "", ".json"))
	require.Equal(t, "c%20t", inside("%76c%20t", "v", ""))
	require.Empty(t, inside(".json", "", ".json"))
}

func FuzzSegments(f *testing.F) {
	f.Add("a-b", "", "-", "")
	f.Add("%61%2Db", "a", "-", "")
	f.Add("%%2", "%", "2", "x")
	f.Fuzz(func(t *testing.T, segment, before, between, behind string) {
		if !SplitSegment(segment, before, between, behind) || strings.Contains(segment, "%") {
			SegmentPart(segment, 1, before, between, behind) // must not panic
			inside(segment, before, behind)
			return
		}
		require.Equal(t, segment, before+SegmentPart(segment, 0, before, between, behind)+between+SegmentPart(segment, 1, before, between, behind)+behind)
	})
}
