// Package plan says what a generated gateway does: pure data between lowering and emission.
// It holds no source positions, no defaults that are still to be filled in and no maps; every table that
// crosses routes is sorted by key, so that reordering a document changes nothing. It must not know what a
// document looks like, nor how Go is printed.
package plan

// Program is one generated package.
type Program struct {
	// Package is the package's name.
	Package string
	// Doc is the package comment, in document terms.
	Doc string
	// Imports are the packages beside the runtime's that the program calls, in the order of their paths.
	Imports []Import
	// Files are the package's files in the order of their names.
	Files []File
	// Routes lists every route for `gatewright routes`, in order of path and method.
	Routes []Route
}

// Import is a package and the name that the program calls it by, which no other thing in the program bears.
type Import struct {
	Path  string
	Alias string
	// Package is the name that the package gives itself.
	Package string
}

// Route describes one operation to people: `gatewright routes`, `/routes` of the admin listener, `diff`.
type Route struct {
	// ID is the operationId, or one made from method and path.
	ID string
	// Method is the HTTP method in upper case, or ANY.
	Method string
	// Path is the template as the document has it.
	Path string
	// Backend says in a few words what answers: `mock`, `http_proxy GET http://…`.
	Backend string
	// Facts are what a reviewer wants to know of the route, such as `timeout 5s`, `public`, sorted.
	Facts []string
}

// File is one generated file.
type File struct {
	// Name is the file's name, ending in _gw.go, unique even where case does not count.
	Name string
	// Source is where the document says it: FILE#JSON-POINTER, for the header line.
	Source string
	// Doc is a package comment; only the gateway file has one.
	Doc string
	// Decls are the declarations in the order they are printed.
	Decls []Decl
}
