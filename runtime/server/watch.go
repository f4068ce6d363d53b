package server

import (
	"context"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
)

// lookEvery is how often hot files are looked at: they are in force within 5 seconds of a change.
const lookEvery = 2 * time.Second

// follow looks at the hot files for every value on ticks, and reads all of them for every value on all, until ctx ends.
// What is to be told of a reading goes to report.
func follow(
	ctx context.Context, ticks <-chan time.Time, all <-chan struct{}, groups func() []*gw.HotFiles,
	report func(*gw.HotFiles, error),
) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			for _, h := range groups() {
				if news, err := h.Look(); news {
					report(h, err)
				}
			}
		case <-all:
			for _, h := range groups() {
				report(h, h.Reload())
			}
		}
	}
}
