package usagefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/gatewright/gatewright/runtime/limit"
)

// A file is magic and then frames: the payload's length and a checksum over length and payload, four bytes each, little
// endian, and the payload. A payload is entries, which are a byte for their kind and numbers as Go's uvarints:
//
//	'L' number, length of name, name, length of tag, tag   the next line, known by that number from here on
//	'U' number, day, used                                  what a line used on a day, in place of what was said before
const (
	magic    = "gwusage1"
	headSize = 8
	maxFrame = 1 << 20  // bytes of a payload; a longer one is no frame
	fullSize = 64 << 10 // bytes of a payload after which another frame is begun

	lineEntry  = 'L'
	usageEntry = 'U'

	// MaxName is how long a line's name and its tag may be, in bytes.
	MaxName  = 4096
	maxLines = 1 << 24
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// line is what is known of a line.
type line struct {
	name, tag string
	days      []limit.DayCount // when no counter has them
	counter   *limit.Counter
}

// encoder writes frames to a buffer.
type encoder struct {
	out   []byte
	start int // of the frame under way; 0: none is
}

// line writes a line's name.
func (e *encoder) line(number int, l *line) {
	e.begin()
	e.out = binary.AppendUvarint(append(e.out, lineEntry), uint64(number))
	for _, text := range []string{l.name, l.tag} {
		e.out = append(binary.AppendUvarint(e.out, uint64(len(text))), text...)
	}
}

// usage writes what a line used on a day.
func (e *encoder) usage(number int, d limit.DayCount) {
	e.begin()
	e.out = binary.AppendUvarint(append(e.out, usageEntry), uint64(number))
	e.out = binary.AppendUvarint(e.out, uint64(d.Day))
	e.out = binary.AppendUvarint(e.out, uint64(d.Used))
}

func (e *encoder) begin() {
	if e.start > 0 && len(e.out)-e.start > fullSize {
		e.end()
	}
	if e.start == 0 {
		e.out = append(e.out, make([]byte, headSize)...)
		e.start = len(e.out)
	}
}

// end finishes the frame under way.
func (e *encoder) end() {
	if e.start == 0 {
		return
	}
	head, payload := e.out[e.start-headSize:e.start], e.out[e.start:]
	binary.LittleEndian.PutUint32(head, uint32(len(payload)))
	binary.LittleEndian.PutUint32(head[4:], checksum(head, payload))
	e.start = 0
}

func checksum(head, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(head[:4], castagnoli), castagnoli, payload)
}

// content is what a file says.
type content struct {
	lines  []line
	byName map[string]int
	good   int64 // bytes up to the end of the last whole frame; 0: not even the magic is there
}

var errMagic = errors.New("this is no file of usage counts")

// errDamaged is the end of a file that was whole once.
var errDamaged = errors.New("the file is damaged there, and what was written later is not: put back a copy, or take the file away to begin anew")

// read takes in a file up to its end, or to the first frame that is not whole: that one and all behind it were being
// written when the machine stopped. What is whole and makes no sense is an error.
func read(from io.Reader) (*content, error) {
	c := &content{byName: map[string]int{}}
	r := bufio.NewReaderSize(from, 64<<10)
	head := make([]byte, headSize)
	switch n, err := io.ReadFull(r, head); {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		if string(head[:n]) != magic[:n] {
			return nil, errMagic
		}
		return c, nil
	case err != nil:
		return nil, err
	case string(head) != magic:
		return nil, errMagic
	}
	c.good = headSize
	var payload []byte
	for {
		var err error
		if payload, err = frame(r, head, payload); err != nil || payload == nil {
			return c, err
		}
		if err := c.take(payload); err != nil {
			return nil, fmt.Errorf("frame at byte %d: %w", c.good, err)
		}
		c.good += int64(headSize + len(payload))
	}
}

// frame reads the next payload into buffer; nil when there is no whole one.
func frame(r io.Reader, head, buffer []byte) ([]byte, error) {
	if ok, err := whole(r, head); !ok {
		return nil, err
	}
	size := int(binary.LittleEndian.Uint32(head))
	if size == 0 || size > maxFrame {
		return nil, nil
	}
	if cap(buffer) < size {
		buffer = make([]byte, size)
	}
	buffer = buffer[:size]
	if ok, err := whole(r, buffer); !ok {
		return nil, err
	}
	if checksum(head, buffer) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, nil
	}
	return buffer, nil
}

// overtaken reports whether something was written behind the frame that begins at bad and is not whole: then that frame was
// whole on the disk once, and was not being written when the machine stopped. Of one write, all frames but the last are
// longer than fullSize; so what stands closer behind bad, or behind a shorter frame that is whole, is of a later write.
func overtaken(from io.ReaderAt, bad int64) (bool, error) {
	rest, err := io.ReadAll(io.NewSectionReader(from, bad, math.MaxInt64-bad))
	if err != nil {
		return false, err
	}
	ended := false // a write has, behind bad
	for at := 1; at+headSize < len(rest); {
		size := frameAt(rest[at:])
		if size == 0 {
			at++
			continue
		}
		if ended || at <= headSize+fullSize {
			return true, nil
		}
		ended = size <= fullSize
		at += headSize + size
	}
	return false, nil
}

// frameAt is how long the payload of the whole frame is that b begins with; 0: there is none.
func frameAt(b []byte) int {
	size := int(binary.LittleEndian.Uint32(b))
	if size == 0 || size > maxFrame || size > len(b)-headSize || checksum(b, b[headSize:headSize+size]) != binary.LittleEndian.Uint32(b[4:]) {
		return 0
	}
	return size
}

// whole fills b; a file that ends before is no error.
func whole(r io.Reader, b []byte) (bool, error) {
	_, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return false, nil
	}
	return err == nil, err
}

var errEntry = errors.New("an entry makes no sense")

// take takes in the entries of a payload.
func (c *content) take(payload []byte) error {
	d := decoder{rest: payload}
	for len(d.rest) > 0 {
		kind := d.rest[0]
		d.rest = d.rest[1:]
		number := int(d.number(maxLines))
		switch kind {
		case lineEntry:
			name, tag := d.text(), d.text()
			if _, twice := c.byName[name]; d.bad || twice || number != len(c.lines) {
				return errEntry
			}
			c.byName[name] = number
			c.lines = append(c.lines, line{name: name, tag: tag})
		case usageEntry:
			day, used := d.number(int64(limit.LastDay)), d.number(1<<44-1)
			if d.bad || number >= len(c.lines) {
				return errEntry
			}
			c.lines[number].set(limit.DayCount{Day: limit.CalendarDay(day), Used: used})
		default:
			return errEntry
		}
	}
	return nil
}

// set puts a day in place of what was said of it before.
func (l *line) set(d limit.DayCount) {
	i := len(l.days)
	for i > 0 && l.days[i-1].Day >= d.Day {
		i--
	}
	switch {
	case i < len(l.days) && l.days[i].Day == d.Day:
		l.days[i].Used = d.Used
		return
	case len(l.days) <= limit.KeepDays:
		l.days = append(l.days, limit.DayCount{})
	case i == 0:
		return
	default: // forget the oldest
		copy(l.days, l.days[1:i])
		l.days[i-1] = d
		return
	}
	copy(l.days[i+1:], l.days[i:])
	l.days[i] = d
}

type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) number(most int64) int64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > uint64(most) {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return int64(n)
}

func (d *decoder) text() string {
	size := d.number(MaxName)
	if size > int64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return ""
	}
	text := string(d.rest[:size])
	d.rest = d.rest[size:]
	return text
}
