package redisstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatewright/gatewright/runtime/limit"
)

func TestShareOfALargeOffset(t *testing.T) {
	q := limit.Quota{Limit: limit.MaxQuota, Offset: limit.MaxQuota / 10}
	for nodes := int64(1); nodes <= 10; nodes++ {
		share := q.Limit / nodes
		require.InDelta(t, share/10, portion(q.Offset, share, q.Limit), 1)
	}
	require.EqualValues(t, 1, portion(5, 3, 10))
	require.EqualValues(t, 2*limit.MaxQuota, portion(2*limit.MaxQuota, limit.MaxQuota, limit.MaxQuota))
}
