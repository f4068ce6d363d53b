package lower

import (
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLowerCamel(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"getPet":               "getPet",
		"GetPet":               "getPet",
		"get-pet_by id":        "getPetById",
		"repos/list-for-org":   "reposListForOrg",
		"APIKey":               "apiKey",
		"ID":                   "id",
		"GETPets":              "getPets",
		"get /pets/{petId}":    "getPetsPetId",
		"get /a%20b":           "getAB",
		"42nd":                 "nd",
		"{}/*;":                "",
		"*/ func init() {} /*": "funcInit",
		"日本語":                  "日本語",
		"\u202eevil\u2066":     "evil",
		"e\u0301cole":          "eCole",
		"Ünïcode":              "ünïcode",
	} {
		got := lowerCamel(text)
		require.Equal(t, want, got, "%q", text)
		require.True(t, got == "" || token.IsIdentifier(got) || token.IsKeyword(got), "%q gives %q", text, got)
	}
	long := lowerCamel(strings.Repeat("Word", 100))
	require.Less(t, len(long), 80)
	require.NotEqual(t, long, lowerCamel(strings.Repeat("Word", 101)), "names that differ late stay different")
}

// TestUniqueWorstCases gives names that are taken, forbidden or nearly the same.
func TestUniqueWorstCases(t *testing.T) {
	n := newNames()
	serve, route := prefixed("serve"), prefixed("route")
	for _, c := range []struct{ wish, want string }{
		{"func", "func2"}, {"type", "type2"}, {"type", "type3"}, {"string", "string2"}, {"nil", "nil2"}, {"error", "error2"}, {"len", "len2"},
		{"init", "init2"}, {"main", "main2"}, {"api", "api2"}, {"match", "match2"}, {"gw", "gw2"}, {"time", "time2"}, {"httpproxy", "httpproxy2"},
		{"c", "c2"}, {"out", "out2"}, {"reply", "reply2"},
		{"pet", "pet"}, {"pet", "pet2"}, {"pet2", "pet22"}, {"pet", "pet3"}, {"Pet", "Pet4"},
		{"servePet", "servePet5"}, {"routePet", "routePet5"}, {"日本", "日本"}, {"日本", "日本2"},
	} {
		require.Equal(t, c.want, n.unique(c.wish, serve, route), c.wish)
	}
}

func TestFileNames(t *testing.T) {
	n := newFileNames()
	for _, c := range []struct{ path, want string }{
		{"/", "root_gw.go"},
		{"/pets/{petId}", "pets_petId_gw.go"},
		{"/Pets/{petid}", "Pets_petid_2_gw.go"},
		{"/pets/petId", "pets_petId_3_gw.go"},
		{"/gateway", "gateway_2_gw.go"},
		{"/ROUTES", "ROUTES_2_gw.go"},
		{"/users/windows", "users_windows_gw.go"},
		{"/a_test", "a_test_gw.go"},
		{"/_hidden", "hidden_gw.go"},
		{"/.dot/../etc", "dot_etc_gw.go"},
		{"/{proxy+}", "proxy_gw.go"},
		{"/日本", "path_gw.go"},
		{"/語", "path_2_gw.go"},
		{"/a%2Fb%00", "a_b_gw.go"},
		{"/root", "root_2_gw.go"},
	} {
		require.Equal(t, c.want, n.forPath(c.path), c.path)
	}
	require.Less(t, len(n.forPath("/"+strings.Repeat("long/", 100))), 100)
}

func TestDerivedIDs(t *testing.T) {
	id := derivedID("api", "Pet store")
	require.Regexp(t, `^[a-z0-9]{10}$`, id)
	require.Equal(t, id, derivedID("api", "Pet store"))
	require.NotEqual(t, id, derivedID("ap", "iPet store"))
	require.NotEqual(t, resourceID("a", "/pets"), resourceID("a", "/pet"))
}
