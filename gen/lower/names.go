package lower

import (
	"fmt"
	"go/token"
	"go/types"
	"hash/fnv"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatewright/gatewright/gen/emit"
)

// names gives out the identifiers of one package, each once. The order of the calls decides who gets a number, so
// callers go through things in an order that the document's own order does not change.
type names struct {
	taken map[string]bool
}

// newNames returns an allocator that never gives out a keyword, a predeclared name, the name of an import, a name that
// handlers use for their own variables, or a name that every gateway has.
func newNames() *names {
	n := &names{taken: map[string]bool{}}
	for _, name := range types.Universe.Names() {
		n.taken[name] = true
	}
	for _, name := range emit.Aliases() {
		n.taken[name] = true
	}
	for _, name := range []string{
		"_", "init", "main", "api", "match", "Gateway", "New", "iota",
		"g", "c", "p", "m", "f", "id", "out", "reply", "r", "status", "core", "options", "err", "to", "body", "resourcePolicy",
	} {
		n.taken[name] = true
	}
	return n
}

// unique returns name, with a number behind it when it is taken. The forms that derive makes of a name must be free
// as well, and are taken with it.
func (n *names) unique(name string, derive ...func(string) string) string {
	for i := 1; ; i++ {
		candidate := name
		if i > 1 {
			candidate += strconv.Itoa(i)
		}
		if token.IsIdentifier(candidate) && n.free(candidate, derive) {
			return candidate
		}
	}
}

func (n *names) free(name string, derive []func(string) string) bool {
	all := []string{name}
	for _, form := range derive {
		all = append(all, form(name))
	}
	for _, form := range all {
		if n.taken[form] {
			return false
		}
	}
	for _, form := range all {
		n.taken[form] = true
	}
	return true
}

// all are the names that are taken, sorted.
func (n *names) all() []string { return slices.Sorted(maps.Keys(n.taken)) }

// prefixed returns a function that makes names such as serveGetPet of getPet.
func prefixed(prefix string) func(string) string {
	return func(name string) string { return prefix + upperFirst(name) }
}

// longestName is how long a name may get before it is cut: no one reads more, and files have names too.
const longestName = 60

// lowerCamel makes a name such as getPet of a text such as "Get pet", or "" of a text without letters.
func lowerCamel(text string) string {
	name := strings.Join(words(decoded(text)), "")
	name = strings.TrimLeftFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	return lowerStart(short(name))
}

// short cuts a name that is too long, and marks it by a hash of the whole.
func short(name string) string {
	if len(name) <= longestName {
		return name
	}
	cut := longestName
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	hash := fnv.New32a()
	hash.Write([]byte(name))
	return fmt.Sprintf("%s%08x", name[:cut], hash.Sum32())
}

// words splits text into its words, each with a capital first letter: letters and digits of any script are kept,
// everything else separates.
func words(text string) []string {
	var all []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		all = append(all, upperFirst(word))
	}
	return all
}

func upperFirst(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}

// lowerStart turns the capitals that a name starts with into small letters, but for the one that begins its second
// word: GetPet → getPet, APIKey → apiKey, ID → id.
func lowerStart(name string) string {
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// fileNames gives out the names of files, unique where upper and lower case are the same.
type fileNames struct {
	taken map[string]bool
}

func newFileNames() *fileNames {
	return &fileNames{taken: map[string]bool{gatewayFile: true, routesFile: true, schemaFile: true}}
}

// The files that every package has.
const (
	gatewayFile = "gateway_gw.go"
	routesFile  = "routes_gw.go"
	schemaFile  = "schema_gw.go"
)

// decoded is a path with its percent escapes resolved, where they are any.
func decoded(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

// forPath returns the name of the file of a path, such as pets_petId_gw.go.
func (n *fileNames) forPath(path string) string {
	stem := strings.Join(strings.FieldsFunc(decoded(path), func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}), "_")
	switch {
	case stem == "" && strings.Trim(path, "/") == "":
		stem = "root"
	case stem == "":
		stem = "path"
	}
	stem = short(stem)
	for i := 1; ; i++ {
		name := stem + "_gw.go"
		if i > 1 {
			name = fmt.Sprintf("%s_%d_gw.go", stem, i)
		}
		if key := strings.ToLower(name); !n.taken[key] {
			n.taken[key] = true
			return name
		}
	}
}
