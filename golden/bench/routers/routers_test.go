package routers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPeersFindEveryOperationTheyTake(t *testing.T) {
	operations := []Operation{
		{"GET", "/"}, {"GET", "/pets"}, {"POST", "/pets"}, {"GET", "/pets/{petId}"}, {"DELETE", "/pets/{petId}"},
		{"GET", "/pets/{petId}/photos/{photo}"}, {"GET", "/owners/{owner}"},
	}
	for _, peer := range Peers(operations) {
		require.Len(t, peer.Has, len(operations), peer.Name)
		require.NoError(t, Prove(peer, operations))
	}
}

func TestPeersLeaveOutWhatTheyRefuse(t *testing.T) {
	operations := []Operation{{"GET", "/pets/{petId}"}, {"GET", "/pets/best"}, {"GET", "/{kind}/best"}}
	for _, peer := range Peers(operations) {
		require.NoError(t, Prove(peer, operations[:len(peer.Has)]))
		if peer.Name == "httprouter" {
			require.Equal(t, []int{0}, peer.Has)
		}
	}
}

func TestProveNamesTheFirstMistake(t *testing.T) {
	wrong := Router{Name: "wrong", Has: []int{0}, Find: func(string, string) int { return -1 }}
	require.ErrorContains(t, Prove(wrong, []Operation{{"GET", "/pets"}}), "wrong finds -1 for GET /pets")
}

func TestRequestFillsParameters(t *testing.T) {
	method, path := Operation{"GET", "/a/{b}/c-{d}.json/{e+}"}.Request()
	require.Equal(t, "GET /a/a-b/c-a-d.json/a-e", method+" "+path)
}
