package runtime

import "unsafe"

// text is b without a copy. The caller sees to it that b does not change while the text is used.
func text(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// bytesOf is s without a copy, for reading only.
func bytesOf(s string) []byte {
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// arenaText is what was appended to the arena since it had mark bytes. The arena only grows during a request; when it
// moves, earlier texts keep the memory they point at.
func (c *Ctx) arenaText(mark int) string {
	return text(c.arena[mark:])
}
