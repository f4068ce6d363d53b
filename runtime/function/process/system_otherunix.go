//go:build unix && !linux

package process

import "syscall"

// ownGroup has a process lead a group of its own.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// countUnread asks how much a pipe holds: FIONREAD, _IOR('f', 127, int).
const countUnread = 0x4004667f
