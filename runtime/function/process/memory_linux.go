package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// How often memory is looked at: that of the process and what it has started every memoryInterval; every groupTurns of them
// that of all processes of its group, which takes a look at everything that runs, and finds those whose parents have ended.
const (
	memoryInterval = 100 * time.Millisecond
	groupTurns     = 20
)

// watchMemory kills i when it has more memory than it may. It ends when the function that it returns is called.
func (i *instance) watchMemory() (stop func()) {
	limit := int64(i.pool.cfg.MemoryMiB) << 20 / int64(os.Getpagesize())
	if limit == 0 {
		return func() {}
	}
	ended, quit := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(memoryInterval)
		defer tick.Stop()
		for turn := 1; ; turn++ {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			pages := treePages(i.cmd.Process.Pid, 0)
			if turn%groupTurns == 0 {
				pages = max(pages, groupPages(i.cmd.Process.Pid))
			}
			if pages > limit {
				i.pool.mu.Lock()
				i.kill(outOfMemory())
				i.pool.mu.Unlock()
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

// deepest bounds how far children of children are followed.
const deepest = 16

// treePages is the resident memory of a process and of those that it has started. One that has just ended has none.
func treePages(pid, depth int) int64 {
	dir := "/proc/" + strconv.Itoa(pid)
	pages := residentPages(dir)
	if depth == deepest {
		return pages
	}
	threads, err := filepath.Glob(dir + "/task/*/children")
	if err != nil {
		return pages
	}
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, child := range bytes.Fields(text) {
			if n, err := strconv.Atoi(string(child)); err == nil {
				pages += treePages(n, depth+1)
			}
		}
	}
	return pages
}

// groupPages is the resident memory of all processes of a group.
func groupPages(group int) int64 {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	var pages int64
	for _, entry := range entries {
		if name := entry.Name(); name[0] >= '0' && name[0] <= '9' && groupOf("/proc/"+name) == group {
			pages += residentPages("/proc/" + name)
		}
	}
	return pages
}

// groupOf is the group of the process with a folder in /proc; 0 when it has ended.
func groupOf(dir string) int {
	text, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // the name before it may hold anything
	if len(fields) < 3 {
		return 0
	}
	group, err := strconv.Atoi(string(fields[2]))
	if err != nil {
		return 0
	}
	return group
}

// residentPages is the resident memory of the process with a folder in /proc.
func residentPages(dir string) int64 {
	text, err := os.ReadFile(dir + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages
}
