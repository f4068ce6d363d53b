package transcripts

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// message is an HTTP message with its header lines as they stood on the wire.
type message struct {
	start  string // request line or status line
	fields []field
	body   []byte
	broken string // why the body ends before its end
}

// field is one header line.
type field struct{ name, value string }

// get is the value of the first field with the name, in any case.
func (m *message) get(name string) string {
	for _, f := range m.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// readMessage reads one message. noBody says that it has none whatever its head says; what is read of the body is also
// told to seen, as it comes.
func readMessage(r *bufio.Reader, noBody bool, seen func([]byte)) (*message, error) {
	head, err := readHead(r)
	if err != nil {
		return nil, err
	}
	m := &message{start: head[0]}
	for _, line := range head[1:] {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("header line without a colon: %q", line)
		}
		m.fields = append(m.fields, field{name, strings.TrimSpace(value)})
	}
	status := ""
	if parts := strings.SplitN(m.start, " ", 3); strings.HasPrefix(m.start, "HTTP/") && len(parts) > 1 {
		status = parts[1]
	}
	if noBody || status == "204" || status == "304" || strings.HasPrefix(status, "1") {
		return m, nil
	}
	if err := m.readBody(r, status != "", seen); err != nil {
		m.broken = err.Error()
	}
	return m, nil
}

// readHead reads the lines up to the empty one.
func readHead(r *bufio.Reader) ([]string, error) {
	var lines []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		text, ok := strings.CutSuffix(line, "\r\n")
		if !ok {
			return nil, fmt.Errorf("line without CRLF: %q", line)
		}
		if text == "" {
			if len(lines) == 0 {
				return nil, errors.New("empty head")
			}
			return lines, nil
		}
		lines = append(lines, text)
	}
}

// readBody reads the body by its framing. Only a response may end with its connection.
func (m *message) readBody(r *bufio.Reader, response bool, seen func([]byte)) error {
	if strings.EqualFold(m.get("Transfer-Encoding"), "chunked") {
		return m.readChunks(r, seen)
	}
	var source io.Reader = r
	length := m.get("Content-Length")
	switch {
	case length != "":
		n, err := strconv.ParseInt(length, 10, 64)
		if err != nil {
			return err
		}
		source = io.LimitReader(r, n)
		defer func() {
			if int64(len(m.body)) < n {
				m.broken = io.ErrUnexpectedEOF.Error()
			}
		}()
	case !response:
		return nil
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := source.Read(buffer)
		m.take(buffer[:n], seen)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readChunks reads a chunked body; its trailers are shown as fields.
func (m *message) readChunks(r *bufio.Reader, seen func([]byte)) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(strings.TrimSpace(line), 16, 32)
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		chunk := make([]byte, size+2)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return err
		}
		m.take(chunk[:size], seen)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if line = strings.TrimSpace(line); line == "" {
			return nil
		}
		m.fields = append(m.fields, field{"(trailer)", line})
	}
}

func (m *message) take(part []byte, seen func([]byte)) {
	m.body = append(m.body, part...)
	if seen != nil && len(part) > 0 {
		seen(m.body)
	}
}

// String shows the message as transcripts hold it.
func (m *message) String() string {
	body, coding, err := m.decoded()
	var b strings.Builder
	b.WriteString(m.start + "\n")
	fields := slices.Clone(m.fields)
	slices.SortStableFunc(fields, func(x, y field) int { return strings.Compare(strings.ToLower(x.name), strings.ToLower(y.name)) })
	for _, f := range fields {
		if coding != "" && strings.EqualFold(f.name, "Content-Length") {
			f.value = "<compressed length>"
		}
		b.WriteString(f.name + ":" + strings.TrimRight(" "+f.value, " ") + "\n")
	}
	if coding != "" {
		fmt.Fprintf(&b, "\n(%s)", coding)
	}
	if len(body) > 0 {
		b.WriteString("\n" + showBody(body) + "\n")
	}
	if err != nil {
		fmt.Fprintf(&b, "(%v)\n", err)
	}
	if m.broken != "" {
		fmt.Fprintf(&b, "(broken off: %s)\n", m.broken)
	}
	return b.String()
}

// decoded is the body without its content coding, and the coding's name where there was one that we know.
func (m *message) decoded() (body []byte, coding string, err error) {
	var reader io.Reader
	coding = m.get("Content-Encoding")
	switch {
	case len(m.body) == 0:
		return nil, "", nil
	case coding == "gzip" && bytes.HasPrefix(m.body, []byte{0x1f, 0x8b}):
		reader, err = gzip.NewReader(bytes.NewReader(m.body))
	case coding == "deflate" && m.body[0]&0x0f == 8:
		reader, err = zlib.NewReader(bytes.NewReader(m.body))
	default:
		return m.body, "", nil
	}
	if err != nil {
		return m.body, "", err
	}
	body, err = io.ReadAll(reader)
	return body, coding, err
}

// showBody is a body as it can stand in a text file.
func showBody(body []byte) string {
	text := string(body)
	plain := utf8.ValidString(text) && !strings.HasSuffix(text, "\n") && !strings.HasPrefix(text, "!") && !strings.Contains("\n"+text, "\n-- ")
	for _, r := range text {
		plain = plain && (r >= ' ' || r == '\n' || r == '\t') && r != 0x7f
	}
	if plain {
		return text
	}
	return "!" + strconv.Quote(text)
}

// wire turns a message of a transcript into bytes. Without length no Content-Length is added.
func wire(text string, length bool) ([]byte, error) {
	if strings.HasPrefix(text, `"`) {
		return unquoteLines(text)
	}
	head, body, _ := strings.Cut(text, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	if quoted, ok := strings.CutPrefix(body, "!"); ok {
		var err error
		if body, err = strconv.Unquote(quoted); err != nil {
			return nil, fmt.Errorf("body %s: %w", quoted, err)
		}
	}
	head = strings.ReplaceAll(strings.TrimSuffix(head, "\n"), "\n", "\r\n")
	lower := strings.ToLower(head)
	framed := strings.Contains(lower, "\r\ncontent-length:") || strings.Contains(lower, "\r\ntransfer-encoding:")
	if length && !framed && (body != "" || strings.HasPrefix(head, "HTTP/") && !strings.Contains(head, " 204 ")) {
		head += "\r\nContent-Length: " + strconv.Itoa(len(body))
	}
	return []byte(head + "\r\n\r\n" + body), nil
}

// unquoteLines joins quoted strings, one a line.
func unquoteLines(text string) ([]byte, error) {
	var out []byte
	for line := range strings.Lines(text) {
		part, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", strings.TrimSpace(line), err)
		}
		out = append(out, part...)
	}
	return out, nil
}
