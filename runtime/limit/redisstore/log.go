package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// LogClient has the Redis client log to logger, at debug level, what it otherwise writes to standard error by itself: each
// connection that fails, each master that sentinels name. It holds for all Redis clients of the process, which have no way to
// change it while they run: the first call counts, and it comes before a store is opened.
func LogClient(logger *slog.Logger) { logging.Do(func() { redis.SetLogger(clientLog{logger}) }) }

// logging is the client's own global variable's.
var logging sync.Once

type clientLog struct{ logger *slog.Logger }

// Printf is called by the client.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	if l.logger.Enabled(ctx, slog.LevelDebug) {
		l.logger.DebugContext(ctx, fmt.Sprintf(format, v...))
	}
}
