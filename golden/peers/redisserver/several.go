package redisserver

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// StartReplicated starts a master, its replica, and a sentinel that watches them and decides by itself. The master is called
// main.
func StartReplicated(t testing.TB) (master, replica, sentinel *Server) {
	t.Helper()
	master = Start(t, "--repl-diskless-sync-delay", "0")
	replica = Start(t, "--replicaof", "127.0.0.1 "+strconv.Itoa(master.Port))
	replica.Follow()
	sentinel = StartSentinel(t, master)
	client := redis.NewSentinelClient(&redis.Options{Addr: sentinel.Addr})
	defer client.Close()
	Eventually(t, "the sentinel knows the replica", func() bool { return len(client.Replicas(t.Context(), "main").Val()) == 1 })
	return master, replica, sentinel
}

// StartSentinel starts a sentinel that watches a master, which it calls main.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-sentinel"); err != nil {
		missing(t, "redis-sentinel is not installed: run `apt-get install redis-sentinel`")
	}
	s := New(t)
	config := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nloglevel warning\nsentinel monitor main 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds main 300\nsentinel failover-timeout main 2000\n", s.Port, s.Dir, master.Port)
	s.name, s.Args = "redis-sentinel", []string{file(t, "sentinel.conf", config)}
	s.Run()
	return s
}

// Slots is how many hash slots a cluster has.
const Slots = 16384

// StartCluster starts a cluster of masters, each with its share of the slots.
func StartCluster(t testing.TB, n int) []*Server {
	t.Helper()
	all, buses := make([]*Server, n), make([]string, n)
	for i := range all {
		buses[i] = strconv.Itoa(FreePort(t))
		all[i] = Start(t, "--cluster-enabled", "yes", "--cluster-port", buses[i], "--cluster-node-timeout", "1000",
			"--cluster-require-full-coverage", "no", "--appendonly", "yes")
	}
	for i, s := range all {
		require.NoError(t, s.Client().ClusterAddSlotsRange(t.Context(), i*Slots/n, (i+1)*Slots/n-1).Err())
		require.NoError(t, all[0].Client().Do(t.Context(), "cluster", "meet", "127.0.0.1", s.Port, buses[i]).Err())
	}
	for _, s := range all {
		client := s.Client()
		Eventually(t, "the cluster has formed", func() bool {
			info := client.ClusterInfo(t.Context()).Val()
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", n)) &&
				strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d", Slots))
		})
	}
	return all
}

// StartOld is a server that speaks like Redis 4.
func StartOld(t testing.TB) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go speakOld(conn)
		}
	}()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-done
	})
	return l.Addr().String()
}

// speakOld answers each line that is one of the commands used, until the client goes.
func speakOld(conn net.Conn) {
	defer conn.Close()
	const info = "# Server\r\nredis_version:4.0.14\r\nredis_mode:standalone\r\n"
	answers := map[string]string{"hello": "-ERR unknown command 'hello'\r\n", "ping": "+PONG\r\n", "info": fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)}
	for in := bufio.NewScanner(conn); in.Scan(); {
		if answer := answers[strings.ToLower(in.Text())]; answer != "" {
			if _, err := conn.Write([]byte(answer)); err != nil {
				return
			}
		}
	}
}
