package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of CPU time in /proc: USER_HZ, which Linux fixes at 100 for user space.
const ticksPerSecond = 100

// child is a process that the run started, at the head of a process group of its own.
type child struct {
	cmd  *exec.Cmd
	name string
	log  string // file of its output
	done chan error
}

// start runs a command pinned to a core. What it prints goes to a file in the run's folder.
func (b *bench) start(core int, name string, command ...string) (*child, error) {
	path := filepath.Join(b.dir, strings.ReplaceAll(name, "/", "-")+".out")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	command = b.pinned(core, command)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = file, file
	cmd.Dir = b.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c := &child{cmd: cmd, name: name, log: path, done: make(chan error, 1)}
	go func() { c.done <- cmd.Wait() }()
	b.children = append(b.children, c)
	return c, nil
}

// pinned puts taskset before a command where there is more than one core and taskset exists.
func (b *bench) pinned(core int, command []string) []string {
	taskset, err := exec.LookPath("taskset")
	if err != nil || !b.pinning() {
		return command
	}
	return append([]string{taskset, "-c", strconv.Itoa(core)}, command...)
}

// pinning reports whether both cores of the run exist and are different.
func (b *bench) pinning() bool {
	_, first := os.Stat(fmt.Sprintf("/sys/devices/system/cpu/cpu%d", b.core))
	_, second := os.Stat(fmt.Sprintf("/sys/devices/system/cpu/cpu%d", b.loadCore))
	return first == nil && second == nil && b.core != b.loadCore
}

// stop ends the process group and waits for its head.
func (b *bench) stop(c *child) {
	syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.done
	c.done <- errors.New("stopped")
	b.children = slices.DeleteFunc(b.children, func(other *child) bool { return other == c })
}

// stopAll ends every process that the run started.
func (b *bench) stopAll() {
	for _, c := range slices.Clone(b.children) {
		b.stop(c)
	}
}

// failure is why the process ended, or nil while it runs.
func (c *child) failure() error {
	select {
	case err := <-c.done:
		c.done <- err
		text, _ := os.ReadFile(c.log)
		return fmt.Errorf("%s ended: %v: %s", c.name, err, lastLine(text))
	default:
		return nil
	}
}

// usage is what a process group has used.
type usage struct {
	cpu time.Duration // user and system time of its living processes
	rss int64         // resident bytes
}

// usage sums over all processes of the group, so that workers count with their master.
func (c *child) usage() (usage, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return usage{}, err
	}
	var sum usage
	found := false
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		p, err := parseStat(string(text))
		if err != nil {
			return usage{}, fmt.Errorf("%s: %w", path, err)
		}
		if p.group != c.cmd.Process.Pid {
			continue
		}
		found = true
		sum.cpu += time.Duration(p.ticks) * time.Second / ticksPerSecond
		sum.rss += p.pages * int64(os.Getpagesize())
	}
	if !found {
		return usage{}, fmt.Errorf("%s is gone: %w", c.name, errors.Join(c.failure()))
	}
	return sum, nil
}

// stat is what the run reads of /proc/PID/stat.
type stat struct {
	group int
	ticks int64 // utime + stime
	pages int64
}

// parseStat reads a line of /proc/PID/stat. The command's name stands in parentheses and may hold anything, parentheses included.
func parseStat(line string) (stat, error) {
	end := strings.LastIndexByte(line, ')')
	fields := strings.Fields(line[end+1:])
	const group, user, system, resident = 2, 11, 12, 21 // counted from the field behind the name
	if end < 0 || len(fields) <= resident {
		return stat{}, fmt.Errorf("not a stat line: %q", line)
	}
	var numbers [4]int64
	for i, field := range []int{group, user, system, resident} {
		n, err := strconv.ParseInt(fields[field], 10, 64)
		if err != nil {
			return stat{}, fmt.Errorf("not a stat line: %w", err)
		}
		numbers[i] = n
	}
	return stat{group: int(numbers[0]), ticks: numbers[1] + numbers[2], pages: numbers[3]}, nil
}

func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}
