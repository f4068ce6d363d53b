package usagefile

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

// victimFile is the variable that makes a test's process one that is to be killed; its value is the file's path.
const victimFile = "USAGEFILE_VICTIM"

const victimUnits = 50

// victim counts as fast as writing allows: never more than twice Options.Units are counted and not written. It tells how
// many it has counted after each.
func victim(path string) {
	f, err := open(path, Options{Units: victimUnits}, nil)
	if err != nil {
		panic(err)
	}
	c := limit.NewCounters(limit.Quota{Limit: limit.MaxQuota, Period: limit.Month}).At(0)
	if err := f.Keep("a", "", c); err != nil {
		panic(err)
	}
	for n := c.Used(noon); ; n++ {
		c.Take(noon)
		fmt.Println(n + 1)
		for f.meter.Pending() >= victimUnits {
			runtime.Gosched()
		}
	}
}

// TestKilled kills a counting process several times. Nobody has the file then, and no more is missing than was promised.
func TestKilled(t *testing.T) {
	path := somewhere(t)
	self, err := os.Executable()
	require.NoError(t, err)
	var before int64
	for round := range 5 {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), victimFile+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		counted := before
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if counted, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				break // a line that was being written
			}
			if counted == before+700+int64(round) {
				_, err := Open(path, Options{})
				require.ErrorIs(t, err, ErrLocked)
				require.NoError(t, cmd.Process.Kill())
			}
		}
		require.Error(t, cmd.Wait())
		f := opened(t, path)
		restored := kept(t, f, "a").Used(noon)
		require.NoError(t, f.Close())
		require.LessOrEqual(t, restored, counted+1)
		require.GreaterOrEqual(t, restored, counted-2*victimUnits)
		require.Greater(t, restored, before+500)
		before = restored
	}
}
