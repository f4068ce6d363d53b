package redisstore

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogClient has the Redis client log to logger, at debug level, what it otherwise writes to standard error by itself: each
// connection that fails, each master that sentinels name. It holds for all Redis clients of the process, so that it is
// the program that calls it, once, before it opens a store.
func LogClient(logger *slog.Logger) { redis.SetLogger(clientLog{logger}) }

type clientLog struct{ logger *slog.Logger }

// Printf is called by the client.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	if l.logger.Enabled(ctx, slog.LevelDebug) {
		l.logger.DebugContext(ctx, fmt.Sprintf(format, v...))
	}
}
