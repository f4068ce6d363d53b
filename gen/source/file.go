package source

import (
	"bytes"
	"sort"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// File is one document file as it was read.
type File struct {
	// Path is what diagnostics print: the name the user gave, or for a file reached by $ref its path from there.
	Path string
	// Name is the path from the folder of the first document, with slashes; the first document's is its base name.
	// It is the same wherever the generator is called from.
	Name string
	// Data is the file's text, without a byte order mark.
	Data []byte

	twice bool // a key stands twice in some map
	json  bool // read as JSON, where only \n, \r and \r\n end a line
	root  Node // what Parse gave
	once  sync.Once
	index index
	cache cache

	computed map[*yaml.Node]String // what Compute made
}

// step is how many bytes lie between two checkpoints of an index.
const step = 256

// index finds offsets from lines and columns, and the reverse, without walking a long line from its start: whole
// documents come on one line.
type index struct {
	starts []int // offset of each line's first byte
	runes  []int // code points before each step-th byte
	ascii  bool  // every byte is a code point
}

func (f *File) lookup() *index {
	f.once.Do(func() {
		f.index.starts = append(f.index.starts, 0)
		for i := 0; i < len(f.Data); {
			n := lineBreak(f.Data[i:], f.json)
			if n == 0 {
				i++
				continue
			}
			i += n
			f.index.starts = append(f.index.starts, i)
		}
		count := 0
		for i := 0; i < len(f.Data); i += step {
			f.index.runes = append(f.index.runes, count)
			count += runeStarts(f.Data[i:min(i+step, len(f.Data))])
		}
		f.index.ascii = count == len(f.Data)
	})
	return &f.index
}

// reindex forgets what lookup found: the file is read as another language now.
func (f *File) reindex() {
	f.once, f.index = sync.Once{}, index{}
}

// JSON reports whether the file was read as JSON rather than YAML.
func (f *File) JSON() bool { return f.json }

// lineBreak returns the length of the line break that data starts with; 0 when it starts with none. YAML's scanner
// counts NEL, LS and PS as line breaks too.
func lineBreak(data []byte, json bool) int {
	switch data[0] {
	case '\n':
		return 1
	case '\r':
		if len(data) > 1 && data[1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if !json && len(data) > 1 && data[1] == 0x85 {
			return 2
		}
	case 0xE2:
		if !json && len(data) > 2 && data[1] == 0x80 && (data[2] == 0xA8 || data[2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// runeStarts counts the code points that start in data.
func runeStarts(data []byte) int {
	n := 0
	for _, b := range data {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// runesBefore counts the code points that start before offset.
func (f *File) runesBefore(offset int) int {
	if f.lookup().ascii {
		return min(offset, len(f.Data))
	}
	at := min(offset, len(f.Data)) / step
	runes := f.lookup().runes
	if at >= len(runes) {
		at = len(runes) - 1
	}
	if at < 0 {
		return 0
	}
	return runes[at] + runeStarts(f.Data[at*step:min(offset, len(f.Data))])
}

// offset returns the byte offset of a line and column, clamped to the file.
func (f *File) offset(line, col int) int {
	x := f.lookup()
	if line < 1 || line > len(x.starts) {
		return len(f.Data)
	}
	if x.ascii {
		return min(x.starts[line-1]+col-1, len(f.Data))
	}
	want := f.runesBefore(x.starts[line-1]) + col - 1
	at := sort.Search(len(x.runes), func(i int) bool { return x.runes[i] > want }) - 1
	if at < 0 {
		return 0
	}
	i, count := at*step, x.runes[at]
	for i < len(f.Data) && (count < want || f.Data[i]&0xC0 == 0x80) {
		if f.Data[i]&0xC0 != 0x80 {
			count++
		}
		i++
	}
	return i
}

// position returns the line and column of a byte offset.
func (f *File) position(offset int) (line, col int) {
	starts := f.lookup().starts
	line = sort.SearchInts(starts, offset+1)
	return line, f.runesBefore(offset) - f.runesBefore(starts[line-1]) + 1
}

// SpanAt returns the span of the bytes from start to end.
func (f *File) SpanAt(start, end int) Span {
	line, col := f.position(start)
	endLine, endCol := f.position(end)
	return Span{File: f, Line: line, Col: col, EndLine: endLine, EndCol: endCol}
}

// Line returns the text of a line, without its line break; "" for a line that is not there.
func (f *File) Line(line int) string {
	starts := f.lookup().starts
	if line < 1 || line > len(starts) {
		return ""
	}
	end := len(f.Data)
	if line < len(starts) {
		end = starts[line]
	}
	return string(bytes.TrimRight(f.Data[starts[line-1]:end], "\r\n\u0085\u2028\u2029"))
}

// clean cuts a byte order mark off and reports the first thing that no document text may hold.
func (f *File) clean() *SyntaxError {
	f.Data = bytes.TrimPrefix(f.Data, []byte("\xEF\xBB\xBF"))
	if bytes.HasPrefix(f.Data, []byte("\xFF\xFE")) || bytes.HasPrefix(f.Data, []byte("\xFE\xFF")) {
		f.Data = nil
		return &SyntaxError{Kind: Encoding, Span: Span{File: f, Line: 1, Col: 1, EndLine: 1, EndCol: 1}, Message: "the file is UTF-16 text, not UTF-8"}
	}
	if at := bytes.IndexByte(f.Data, 0); at >= 0 {
		return &SyntaxError{Kind: Encoding, Span: f.SpanAt(at, at+1), Message: "the file holds a NUL byte"}
	}
	if !utf8.Valid(f.Data) {
		at := 0
		for at < len(f.Data) {
			r, n := utf8.DecodeRune(f.Data[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		line, col := f.position(at)
		return &SyntaxError{Kind: Encoding, Span: Span{File: f, Line: line, Col: col, EndLine: line, EndCol: col + 1}, Message: "the file is not UTF-8 text"}
	}
	return nil
}

// Root returns what Parse made of the file; the zero Node before.
func (f *File) Root() Node { return f.root }
