package usagefile

import (
	"errors"
	"fmt"
	"os"

	"github.com/gatewright/gatewright/runtime/limit"
)

// A log that is larger than slack, and twice as large as it need be, is written anew.
const slack = 1 << 20

// save writes what changed since the last time. The lock is held, as for all here.
func (f *File) save() error {
	if f.log == nil {
		return fmt.Errorf("usage counts: %w", os.ErrClosed)
	}
	err := f.write()
	if err != nil {
		err = fmt.Errorf("usage counts: %w", err)
	}
	f.failed, f.anew = err, err != nil
	return err
}

func (f *File) write() error {
	if f.anew {
		return f.compact()
	}
	e := &f.encoder
	e.out = e.out[:0]
	for ; f.told < len(f.lines); f.told++ {
		e.line(f.told, &f.lines[f.told])
	}
	f.meter.Drain(func(c *limit.Counter, days []limit.DayCount) {
		number, kept := f.numbers[c]
		if !kept {
			return
		}
		for _, d := range days {
			e.usage(number, d)
		}
	})
	e.end()
	if len(e.out) == 0 {
		return nil
	}
	if err := f.append(e.out, false); err != nil {
		return err
	}
	if f.size > slack && f.size > 2*f.least {
		return f.compact()
	}
	return nil
}

// append writes to the log's end and waits for the disk. What a failed write leaves there is cut off, now or by whoever
// opens the file.
func (f *File) append(b []byte, named bool) error {
	n, err := f.log.WriteAt(b, f.size)
	if err == nil {
		err = f.log.Sync()
	}
	if err == nil && named {
		err = syncDir(f.dir())
	}
	if err != nil {
		return errors.Join(err, f.log.Truncate(f.size))
	}
	f.size += int64(n)
	return nil
}

// compact writes all that is known to a new file, and puts it in place of the log when the disk has it.
func (f *File) compact() error {
	f.meter.Drain(func(*limit.Counter, []limit.DayCount) {}) // all counters are asked below
	path := f.path + ".new"
	next, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	lines, size, err := f.writeAll(next)
	if err == nil {
		err = next.Sync()
	}
	if err == nil {
		err = os.Rename(path, f.path)
	}
	if err != nil {
		return errors.Join(err, next.Close(), os.Remove(path))
	}
	_ = f.log.Close() // nobody can find it any more
	f.log, f.size, f.least = next, size, size
	f.adopt(lines)
	return syncDir(f.dir())
}

// writeAll writes what is known of lines that are not out of date, and returns these with their new numbers.
func (f *File) writeAll(to *os.File) (lines []line, size int64, err error) {
	e := &f.encoder
	e.out = append(e.out[:0], magic...)
	oldest := limit.Date(f.opt.Now()) - limit.KeepDays
	for i := range f.lines {
		l := f.lines[i]
		days := l.days
		if l.counter != nil {
			days = l.counter.History()
		}
		if l.counter == nil && (len(days) == 0 || days[len(days)-1].Day < oldest) {
			continue
		}
		e.line(len(lines), &l)
		for _, d := range days {
			e.usage(len(lines), d)
		}
		lines = append(lines, l)
		if len(e.out) > slack {
			e.end()
			if err := flush(to, e, &size); err != nil {
				return nil, 0, err
			}
		}
	}
	e.end()
	return lines, size, flush(to, e, &size)
}

// flush writes what is encoded.
func flush(to *os.File, e *encoder, size *int64) error {
	n, err := to.Write(e.out)
	*size += int64(n)
	e.out = e.out[:0]
	return err
}

// adopt makes lines those of the file.
func (f *File) adopt(lines []line) {
	f.lines, f.told = lines, len(lines)
	clear(f.byName)
	for i := range lines {
		f.byName[lines[i].name] = i
		if lines[i].counter != nil {
			f.numbers[lines[i].counter] = i
		}
	}
}

// syncDir brings names of a folder to the disk.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
