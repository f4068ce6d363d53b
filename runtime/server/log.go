package server

import (
	"fmt"
	"io"
	"log/slog"
	"os"
)

// newLogger writes structured lines to w.
func newLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// accessLogger opens what --access-log names. The closer is nil where nothing was opened.
func (p *process) accessLogger(s *settings) (*slog.Logger, io.Closer, error) {
	var w io.Writer
	var closer io.Closer
	switch s.accessLog {
	case off:
		return nil, nil, nil
	case "stdout":
		w = p.stdout
	case "stderr":
		w = p.stderr
	default:
		f, err := os.OpenFile(s.accessLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
		if err != nil {
			return nil, nil, fmt.Errorf("--access-log: %w", err)
		}
		w, closer = f, f
	}
	return newLogger(w, s.logFormat, slog.LevelInfo), closer, nil
}
